"""Installed Ruby gems: the specifications that RubyGems writes beside them (its "Specification Reference").

A specification is a Ruby program; its lines have had the same form since 2009 (`Gem::Specification#to_ruby`).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from imgscope.facts import InstalledPackage
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want
from imgscope.probes._attribution import bringing_layer
from imgscope.probes._content import content_of_node, files_below
from imgscope.probes.base import Probe

_ENDING: Final = ".gemspec"
_PLACE: Final = "specifications"
_DEFAULT: Final = "default"
_MOST_LINES: Final = 4096
_LARGEST: Final = 1024 * 1024
_QUOTED: Final = r"""(?:%q<([^<>]{1,256})>|"([^"]{1,256})"|'([^']{1,256})')"""
_WORTH_KEEPING: Final = re.compile(
    rb"^(?:# stub: |[ \t]{0,16}s\.(?:name|version|platform|add_\w{0,16}dependency)\b)[^\n]{1,1000}$", re.MULTILINE
)
_STUB: Final = re.compile(r"# stub: (\S+) (\S+)(?: (\S+))?")
_FIELD: Final = re.compile(rf"\s*s\.(name|version|platform)\s*=\s*(?:Gem::\w+\.new\()?\(?{_QUOTED}")
_DEPENDENCY: Final = re.compile(rf"\s*s\.add_(runtime_|development_)?dependency\s*\(?\s*{_QUOTED}")


class Specification(msgspec.Struct, frozen=True, kw_only=True):
    """What a specification says; `platform` is `ruby` for gems without compiled code."""

    name: str
    version: str
    platform: str
    needs: tuple[str, ...] = ()


def reduce_specification(content: bytes) -> bytes:
    """Return the lines that are read."""
    kept = itertools.islice(_WORTH_KEEPING.finditer(content[:_LARGEST]), _MOST_LINES)
    return b"".join(match.group() + b"\n" for match in kept)


def parse_specification(content: bytes) -> Specification | None:
    """Return what a specification says; None if it is none."""
    fields: dict[str, str] = {}
    needs: dict[str, None] = {}
    unneeded: set[str] = set()
    for line in reduce_specification(content).decode("utf-8", "replace").split("\n"):
        stub, field, dependency = _STUB.match(line), _FIELD.match(line), _DEPENDENCY.match(line)
        if stub and not fields:
            name, version, platform = stub.groups()
            fields.update(name=name, version=version, platform=platform or "ruby")
        elif field:
            key, *values = field.groups()
            fields.setdefault(key, next(filter(None, values), ""))
        elif dependency:
            # An older RubyGems, to which both kinds are one, is told of those for development in the second form, too.
            kind, *names = dependency.groups()
            name = next(filter(None, names), "")
            unneeded.update([name] if kind == "development_" else [])
            needs[name] = None
    if not fields.get("name") or not fields.get("version"):
        return None
    return Specification(
        name=fields["name"],
        version=fields["version"],
        platform=fields.get("platform", "ruby"),
        needs=tuple(name for name in needs if name not in unneeded),
    )


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    for node in tree.nodes:
        if node.name.endswith(_ENDING) and not node.is_directory:
            root = _root(node)
            real = tree.resolve(node.name, base=node.parent) if node.is_symlink else node
            content = content_of_node(tree, real)
            specification = parse_specification(content) if content else None
            if root is not None and real is not None and specification is not None:
                yield _package(tree, node, real, root, specification)


def _root(node: Node) -> Node | None:
    """Return the directory of gems that has `node` among its specifications."""
    above = node.parent
    if above is not None and above.name == _DEFAULT:
        above = above.parent
    return above.parent if above is not None and above.name == _PLACE else None


def _package(tree: FileTree, node: Node, real: Node, root: Node, specification: Specification) -> InstalledPackage:
    return InstalledPackage(
        name=specification.name,
        version=specification.version,
        type="gem",
        layer=bringing_layer(tree, real),
        found_in=real.path,
        architecture=specification.platform if specification.platform != "ruby" else None,
        needs=specification.needs,
        files=(real, *_files(root, node.name.removesuffix(_ENDING))),
    )


def _files(root: Node, full_name: str) -> Iterator[Node]:
    """Yield what RubyGems keeps of the gem `full_name` in its directories."""
    kept = root.children or {}
    for place in ("gems", "doc"):
        top = _child(kept.get(place), full_name)
        if top is not None:
            yield from files_below(top)
    for place, name in (("cache", f"{full_name}.gem"), ("build_info", f"{full_name}.info")):
        file = _child(kept.get(place), name)
        if file is not None and file.is_file:
            yield file
    # Compiled code is kept by platform and version of Ruby's interface.
    extensions = kept.get("extensions")
    for platform in ((extensions.children if extensions else None) or {}).values():
        for interface in (platform.children or {}).values():
            top = _child(interface, full_name)
            if top is not None:
                yield from files_below(top)


def _child(directory: Node | None, name: str) -> Node | None:
    return (directory.children or {}).get(name) if directory is not None else None


PROBE = Probe(
    name="gems",
    wants=(
        Want(glob=f"**/{_PLACE}/*{_ENDING}", reduce=reduce_specification),
        Want(glob=f"**/{_PLACE}/{_DEFAULT}/*{_ENDING}", reduce=reduce_specification),
    ),
    find=_find,
)
