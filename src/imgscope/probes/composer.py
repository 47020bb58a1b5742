"""PHP packages that Composer installed: `vendor/composer/installed.json`, of Composer 1 (a list) and 2 (an object)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from imgscope.facts import InstalledPackage
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want
from imgscope.probes._attribution import bringing_layers
from imgscope.probes._content import content_of_node, files_below
from imgscope.probes.base import Probe

_PLACE: Final = "composer"
_NAME: Final = "installed.json"
_LARGEST: Final = 8 * 1024 * 1024
_MOST_PACKAGES: Final = 10_000
_MOST_NEEDS: Final = 1000
_LONGEST_TEXT: Final = 256


class InstalledPhp(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", omit_defaults=True):
    """A package as Composer writes it; `install_path` starts from the directory of the file."""

    name: str
    version: str
    install_path: str | None = None
    require: dict[str, str] = {}


class _Installed(msgspec.Struct, frozen=True, kw_only=True):
    packages: tuple[InstalledPhp, ...]


_decoder = msgspec.json.Decoder(_Installed | tuple[InstalledPhp, ...])


def reduce_installed(content: bytes) -> bytes:
    """Return what is read of an installed.json; nothing if it is none."""
    packages = parse_installed(content)
    return msgspec.json.encode(packages) if packages else b""


def parse_installed(content: bytes) -> tuple[InstalledPhp, ...]:
    """Return the packages of an installed.json, whole or reduced."""
    if len(content) > _LARGEST:
        return ()
    try:
        decoded = _decoder.decode(content)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ()
    packages = decoded.packages if isinstance(decoded, _Installed) else decoded
    return tuple(package for package in packages if _is_sane(package))[:_MOST_PACKAGES]


def _is_sane(package: InstalledPhp) -> bool:
    texts = (package.name, package.version, package.install_path or "", *package.require)
    is_short = max(map(len, texts)) <= _LONGEST_TEXT and len(package.require) <= _MOST_NEEDS
    return bool(package.name) and bool(package.version) and is_short


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    for node in tree.files:
        directory = node.parent
        if node.name == _NAME and node.content is not None and directory is not None and directory.name == _PLACE:
            layers = bringing_layers(tree, node.content.path, _keys)
            for package in parse_installed(content_of_node(tree, node) or b""):
                layer = layers.get((package.name, package.version), node.content_layer)
                yield _package(tree, node, directory, package, layer)


def _keys(content: bytes) -> Iterator[tuple[str, str]]:
    return ((package.name, package.version) for package in parse_installed(content))


def _package(tree: FileTree, database: Node, directory: Node, package: InstalledPhp, layer: int) -> InstalledPackage:
    top = tree.resolve(package.install_path or f"../{package.name}", base=directory)
    is_inside = top is not None and directory.parent is not None and _is_below(top, directory.parent)
    return InstalledPackage(
        name=package.name,
        version=package.version,
        type="composer",
        layer=layer,
        found_in=(top if top is not None and is_inside else database).path,
        # What has no slash is PHP itself, an extension of it, or a library on the machine.
        needs=tuple(name for name in package.require if "/" in name),
        files=tuple(files_below(top)) if top is not None and is_inside else (),
    )


def _is_below(node: Node, top: Node) -> bool:
    above = node.parent
    while above is not None and above is not top:
        above = above.parent
    return above is top


PROBE = Probe(
    name="composer",
    wants=(Want(glob=f"**/{_PLACE}/{_NAME}", reduce=reduce_installed),),
    find=_find,
)
