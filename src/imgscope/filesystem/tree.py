"""Layers stacked into the file system that a container would see (image-spec, layer.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Final, Literal

import msgspec

from imgscope.filesystem.node import Node
from imgscope.layer.index import EntryType, LayerEntry, LayerIndex

MOST_HOPS: Final = 40

ChangeKind = Literal["removed", "modified", "metadata"]


class Replacement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A path that a lower layer shipped and layer number `layer` removed, rewrote or only re-moded.

    `before` shipped in layer number `before_layer` and cannot be seen any more. `after` is None where the path
    was removed, by itself or with all else in the directory `removed_with`.
    """

    path: str
    layer: int
    kind: ChangeKind
    before: LayerEntry
    before_layer: int
    after: LayerEntry | None
    removed_with: str | None = None


class TreeAnomaly(msgspec.Struct, frozen=True, kw_only=True):
    """Something about a layer that runtimes handle differently or not at all."""

    layer: int
    path: str
    message: str


class FileTree:
    """The stacked image, and the record of what was hidden on the way. Made by `stack`, and not changed after.

    `removed_sizes` has, for each whiteout of a directory, by (layer, path), the bytes that were below it.
    `error` says why the tree lacks entries of its layers, if it does.
    """

    def __init__(self) -> None:
        self.layers: tuple[LayerIndex, ...] = ()
        self.root = Node("", None, None, 0)
        self.replacements: list[Replacement] = []
        self.anomalies: list[TreeAnomaly] = []
        self.error: str | None = None
        self.removed_sizes: dict[tuple[int, str], int] = {}

    def get(self, path: str) -> Node | None:
        """Return the node at exactly `path`, no link followed."""
        node: Node | None = self.root
        for name in filter(None, path.split("/")):
            if node is None or node.children is None:
                return None
            node = node.children.get(name)
        return node

    def resolve(self, path: str, *, base: Node | None = None) -> Node | None:
        """Return what `path` leads to when links are followed inside the image, or None.

        `..` stops at the root, an absolute target starts there, and more than 40 hops lead nowhere.
        `base` is the directory that a relative path starts from.
        """
        node = self.root if base is None or path.startswith("/") else base
        waiting = [part for part in reversed(path.split("/")) if part]
        hops = 0
        while waiting:
            name, children = waiting.pop(), node.children
            if children is None:
                return None
            if name == ".":
                continue
            if name == "..":
                node = node.parent or node
                continue
            child = children.get(name)
            if child is None:
                return None
            if child.is_symlink:
                hops += 1
                if hops > MOST_HOPS:
                    return None
                target = child.link_name
                node = self.root if target.startswith("/") else node
                waiting.extend(part for part in reversed(target.split("/")) if part)
                continue
            node = child
        return node

    def locate(self, path: str) -> Node | None:
        """Return the node named `path`: links above it are followed, it is not if it is a link itself."""
        parent_path, _, name = path.strip("/").rpartition("/")
        return self._names_in(parent_path).get(name) if name else self.root

    def locate_all(self, paths: Iterable[str]) -> Iterator[Node]:
        """Yield what `locate` finds for each of many `paths`, without those that are not there."""
        inside = self._inside
        for path in paths:
            parent_path, _, name = path.rpartition("/")
            names = inside.get(parent_path)
            if names is None:
                names = self._names_in(parent_path)
            node = names.get(name) if name else self.locate(path)
            if node is not None:
                yield node

    def _names_in(self, path: str) -> dict[str, Node]:
        names = self._inside.get(path)
        if names is None:
            above, _, name = path.rpartition("/")
            directory = self._inside[above].get(name) if above in self._inside else None
            if directory is None or directory.is_symlink:
                directory = self.resolve(path)
            names = self._inside[path] = (directory.children if directory is not None else None) or {}
        return names

    @cached_property
    def _inside(self) -> dict[str, dict[str, Node]]:
        """What is in directories, by each of the paths that they were looked up by."""
        return {}

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every node, parents first, names in order; the root leads."""
        return tuple(self.root.walk())

    @cached_property
    def files(self) -> tuple[Node, ...]:
        """Every regular file in path order; of several names for one content only the one that counts for it."""
        regular = EntryType.FILE
        with_content = [node for node in self.nodes if node.content is not None and node.content.type is regular]
        linked = {id(node.content) for node in with_content if node.content is not node.entry}
        if not linked:
            return tuple(with_content)
        counting = {id(node.content): node for node in reversed(with_content) if id(node.content) in linked}
        # Where nothing but links is left of a file, the first of them counts for it.
        counting |= {id(node.entry): node for node in with_content if id(node.entry) in linked}
        return tuple(node for node in with_content if counting.get(id(node.content), node) is node)

    @cached_property
    def elf_files(self) -> tuple[Node, ...]:
        """Those of `files` that are ELF files."""
        return tuple(node for node in self.files if node.content is not None and node.content.elf is not None)

    def size_of(self, node: Node) -> int:
        """Return the bytes of all files in or below `node`, each content counted once in the image."""
        return self._sizes.get(id(node), 0)

    def captured(self, path: str) -> bytes | None:
        """Return the content of the file that `path` leads to, if a probe asked for it to be kept."""
        node = self.resolve(path)
        if node is None or node.content is None:
            return None
        return self.layers[node.content_layer].captured.get(node.content.path)

    def captured_versions(self, path: str) -> list[tuple[int, bytes]]:
        """Return every captured version of exactly `path`, with the number of its layer, lowest first."""
        return [(number, layer.captured[path]) for number, layer in enumerate(self.layers) if path in layer.captured]

    def unkept_links(self, is_wanted: Callable[[str], bool]) -> Iterator[Node]:
        """Yield the hard links that `is_wanted` by their path, to files whose content was not kept.

        Those are left out of which a layer says itself why they were not, as that it could not be read to its end.
        """
        remarked = {(number, each.path) for number, layer in enumerate(self.layers) for each in layer.anomalies}
        for node in self.nodes:
            entry, content = node.entry, node.content
            if entry is None or content is None or not node.is_hard_link or content.type is not EntryType.FILE:
                continue
            where = self.layers[node.content_layer]
            if where.error is not None or content.path in where.captured or not is_wanted(entry.path):
                continue
            if remarked.isdisjoint(((node.layer, entry.path), (node.content_layer, content.path))):
                yield node

    @cached_property
    def _sizes(self) -> dict[int, int]:
        sizes: dict[int, int] = {}
        for node in self.files:
            sizes[id(node)] = node.size
        # Children come after their parents, so that from the end on each sum is complete when it is passed up.
        for node in reversed(self.nodes):
            size = sizes.get(id(node), 0)
            if size and node.parent is not None:
                sizes[id(node.parent)] = sizes.get(id(node.parent), 0) + size
        return sizes
