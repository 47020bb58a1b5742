"""Python's installed distributions (the PyPA specifications "Recording installed projects" and "Core metadata").

`.dist-info` is what installers make today; `.egg-info`, a directory or a file, and `.egg` are what setuptools made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.errors import LimitError
from imgscope.facts import InstalledPackage
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want
from imgscope.probes._attribution import bringing_layer
from imgscope.probes._content import content_of_node, files_below
from imgscope.probes._python_metadata import (
    Metadata,
    egg_requirements,
    parse_metadata,
    recorded_paths,
    reduce_metadata,
    reduce_record,
)
from imgscope.probes.base import Probe

_ENDINGS: Final = (".dist-info", ".egg-info", "EGG-INFO")
_MOST_RECORDED: Final = 2_000_000
# Where uv keeps wheels unpacked, each in a directory of its own.
_CACHE_OF_UV: Final = "archive-v0"


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    found = [node for node in tree.nodes if node.name.endswith(_ENDINGS) and not _is_cached(node)]
    # What is vendored inside another distribution is recorded by that one, too, which comes first.
    found.sort(key=_depth)
    yield from _Distributions(tree, found).packages()


def _is_cached(node: Node) -> bool:
    place = node.parent
    return place is None or (place.parent is not None and place.parent.name == _CACHE_OF_UV)


def _depth(node: Node) -> int:
    depth, above = 0, node.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return depth


class _Distributions:
    """All distributions of an image; each file belongs to the first that records it."""

    def __init__(self, tree: FileTree, found: list[Node]) -> None:
        self._tree = tree
        self._found = found
        self._claimed: set[int] = set()
        self._recorded = 0
        # pip and uv mark what somebody asked for; where nothing is marked, nobody kept track.
        self._marked_places = {id(node.parent) for node in found if "REQUESTED" in (node.children or {})}

    def packages(self) -> Iterator[InstalledPackage]:
        for node in self._found:
            described = self._child(node, "METADATA") or self._child(node, "PKG-INFO") or node
            if not described.is_file:
                continue
            metadata = parse_metadata(content_of_node(self._tree, described) or b"", node.name)
            if metadata is not None:
                yield self._package(node, described, metadata)

    def _package(self, node: Node, described: Node, metadata: Metadata) -> InstalledPackage:
        requires = content_of_node(self._tree, self._child(node, "requires.txt"))
        needs = metadata.needs or (egg_requirements(requires) if requires else ())
        is_marked = "REQUESTED" in (node.children or {})
        return InstalledPackage(
            name=metadata.name,
            version=metadata.version,
            type="python",
            layer=bringing_layer(self._tree, described),
            found_in=node.path,
            needs=needs,
            provides=(metadata.normalised_name,) if metadata.normalised_name != metadata.name else (),
            is_requested=is_marked if id(node.parent) in self._marked_places else None,
            files=self._unclaimed(self._files(node)),
        )

    def _child(self, node: Node, name: str) -> Node | None:
        child = (node.children or {}).get(name)
        return self._tree.resolve(name, base=node) if child is not None and child.is_symlink else child

    def _unclaimed(self, files: Iterator[Node]) -> tuple[Node, ...]:
        found = {id(node): node for node in files}
        for claimed in found.keys() & self._claimed:
            del found[claimed]
        self._claimed.update(found)
        return tuple(found.values())

    def _files(self, node: Node) -> Iterator[Node]:
        """Yield what the installer recorded, and what is beside the record."""
        record = self._child(node, "RECORD")
        listed = content_of_node(self._tree, record)
        if listed is not None and node.parent is not None:
            yield from self._located(recorded_paths(listed), node.parent)
        else:
            listed = content_of_node(self._tree, self._child(node, "installed-files.txt"))
            yield from self._located(listed.decode("utf-8", "surrogateescape").splitlines() if listed else (), node)
        if node.is_file:
            yield node
        yield from files_below(node.parent if node.name == "EGG-INFO" and node.parent is not None else node)

    def _located(self, paths: list[str] | tuple[str, ...], base: Node) -> Iterator[Node]:
        """Yield the files at `paths`, which start from the directory `base`."""
        self._recorded += len(paths)
        if self._recorded > _MOST_RECORDED:
            raise LimitError(f"Python's distributions record more than the {_MOST_RECORDED:,} files that are looked at")
        directories: dict[str, Node] = {}
        for path in paths:
            above, slash, name = path.rpartition("/")
            directory = directories.get(above)
            if directory is None:
                directory = self._tree.resolve(above or slash, base=base)
                if directory is None:
                    continue
                directories[above] = directory
            node = directory.children.get(name) if directory.children is not None else None
            if node is not None and node.is_file:
                yield node


PROBE = Probe(
    name="python-dist",
    wants=(
        Want(glob="**/*.dist-info/METADATA", reduce=reduce_metadata),
        Want(glob="**/*.egg-info/PKG-INFO", reduce=reduce_metadata),
        Want(glob="**/*.egg-info", reduce=reduce_metadata),
        Want(glob="**/EGG-INFO/PKG-INFO", reduce=reduce_metadata),
        Want(glob="**/*.dist-info/RECORD", reduce=reduce_record),
        "**/*.egg-info/requires.txt",
        "**/EGG-INFO/requires.txt",
        "**/*.egg-info/installed-files.txt",
    ),
    find=_find,
)
