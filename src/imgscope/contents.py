"""What is in an image in short: which directories and large files its bytes are in, and which layers they came with.

Some formats show more than a report holds, and none of them sees the tree of files itself: this is all of it that they
get, and it is small whatever the image is.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from imgscope.filesystem.efficiency import PathVersions, inefficient_paths
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.report import ImageReport

_MOST_NODES: Final = 3000
_MOST_CHILDREN: Final = 200
_MOST_DEPTH: Final = 30
_LEAST_SHARE: Final = 0.0002
_MOST_INEFFICIENT: Final = 10_000


class ContentNode(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A directory or a file as a container sees it; without a `name`, all that is too small to be told apart.

    `layer_sizes` has the bytes in or below it by layer, as pairs; their sum is `size`.
    """

    name: str
    size: int
    file_count: int
    layer_sizes: tuple[tuple[int, int], ...]
    children: tuple[ContentNode, ...] = ()


class ImageContents(msgspec.Struct, frozen=True, kw_only=True):
    """The tree below `root`, and by dive's arithmetic which paths stand in several layers, largest first.

    `wasted_bytes` is what dive calls so: the bytes of all such paths, those beyond the list included.
    """

    root: ContentNode
    inefficient: tuple[PathVersions, ...]
    wasted_bytes: int


class ReportWithContents(ImageReport, frozen=True, kw_only=True):
    """A report, and what is in the image in short."""

    contents: ImageContents


def with_contents(report: ImageReport, tree: FileTree) -> ReportWithContents:
    """Return `report` with what is in `tree`, which is the image's."""
    fields = {name: getattr(report, name) for name in ImageReport.__struct_fields__}
    return ReportWithContents(**fields, contents=image_contents(tree))


def without_contents(report: ImageReport) -> ImageReport:
    """Return `report` as docs/contract.md has it."""
    if type(report) is ImageReport:
        return report
    return ImageReport(**{name: getattr(report, name) for name in ImageReport.__struct_fields__})


def image_contents(tree: FileTree) -> ImageContents:
    """Return what is in `tree` in short."""
    inefficient = inefficient_paths(tree)
    return ImageContents(
        root=_Summary(tree).root(),
        inefficient=tuple(inefficient[:_MOST_INEFFICIENT]),
        wasted_bytes=sum(path.total_size for path in inefficient),
    )


class _Total:
    """What is in or below a node. A class of its own, because there is one for every node of the image."""

    __slots__ = ("file_count", "layers", "size")

    def __init__(self) -> None:
        self.size = 0
        self.file_count = 0
        self.layers: dict[int, int] = {}

    def add(self, size: int, file_count: int, layers: Mapping[int, int]) -> None:
        self.size += size
        self.file_count += file_count
        for layer, layer_size in layers.items():
            self.layers[layer] = self.layers.get(layer, 0) + layer_size


class _Summary:
    """Adds up every node, and tells apart the largest."""

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        self._totals: dict[int, _Total] = {}
        counted = {id(node) for node in tree.files}
        # Children come after their parents, so that from the end on each sum is complete when it is passed up.
        for node in reversed(tree.nodes):
            total = self._total(node)
            if id(node) in counted:
                total.add(node.size, 1, {node.content_layer: node.size})
            if node.parent is not None and total.file_count:
                self._total(node.parent).add(total.size, total.file_count, total.layers)
        self._shown = self._largest()

    def root(self) -> ContentNode:
        return self._content(self._tree.root)

    def _total(self, node: Node) -> _Total:
        total = self._totals.get(id(node))
        if total is None:
            total = self._totals[id(node)] = _Total()
        return total

    def _largest(self) -> dict[int, list[Node]]:
        """Return the children to tell apart, by their directory: those of the largest directories first."""
        least = self._total(self._tree.root).size * _LEAST_SHARE
        shown: dict[int, list[Node]] = {}
        count = 0
        # The second number tells equal sizes apart, because nodes have no order.
        waiting: list[tuple[int, int, int, Node]] = [(0, 0, 0, self._tree.root)]
        order = itertools.count(1)
        while waiting and count < _MOST_NODES:
            _, _, depth, directory = heapq.heappop(waiting)
            large = [child for child in _children(directory) if self._total(child).size > least]
            large = heapq.nsmallest(_MOST_CHILDREN, large, key=lambda child: (-self._total(child).size, child.name))
            shown[id(directory)] = large
            count += len(large)
            for child in large:
                if child.is_directory and depth < _MOST_DEPTH:
                    heapq.heappush(waiting, (-self._total(child).size, next(order), depth + 1, child))
        return shown

    def _content(self, node: Node) -> ContentNode:
        total = self._total(node)
        shown = self._shown.get(id(node), [])
        children = [self._content(child) for child in shown]
        rest = self._rest(total, shown)
        if children and rest.size:
            children.append(rest)
        return ContentNode(
            name=node.name,
            size=total.size,
            file_count=total.file_count,
            layer_sizes=_pairs(total.layers),
            children=tuple(children),
        )

    def _rest(self, total: _Total, shown: Iterable[Node]) -> ContentNode:
        left = _Total()
        left.add(total.size, total.file_count, total.layers)
        for child in map(self._total, shown):
            left.add(-child.size, -child.file_count, {layer: -size for layer, size in child.layers.items()})
        return ContentNode(name="", size=left.size, file_count=left.file_count, layer_sizes=_pairs(left.layers))


def _children(directory: Node) -> Iterator[Node]:
    return iter((directory.children or {}).values())


def _pairs(layers: Mapping[int, int]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((layer, size) for layer, size in layers.items() if size))
