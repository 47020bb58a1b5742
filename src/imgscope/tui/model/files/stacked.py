"""The image as one layer left it, with what that layer did marked in it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from imgscope.analyze import Inspection
from imgscope.filesystem.layer_view import LayerChangeKind, LayerNode
from imgscope.filesystem.node import Node
from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import FileTree
from imgscope.text import format_count, format_size
from imgscope.tui.model.files.image import origin_line
from imgscope.tui.model.files.layer import change_lines, layer_size
from imgscope.tui.model.files.source import FileItem, FileScope
from imgscope.tui.model.lines import Line


class StackedFiles:
    """All layers up to `layer`; what it removed is shown as well. `changes` is from `layer_view`."""

    scope: Final[FileScope] = "stacked"

    def __init__(self, inspection: Inspection, layer: int, changes: LayerNode) -> None:
        self.image = inspection.image
        self.layer = layer
        self._tree = _tree_up_to(inspection.image.tree, layer)
        self.root: FileItem = self._tree.root
        # Filled as directories are listed: what a directory holds is asked for only after the directory was.
        self._changes: dict[int, LayerNode] = {id(self.root): changes}
        size = format_size(self._tree.size_of(self._tree.root))
        self.title = f"up to layer {layer} · {size} in {format_count(len(self._tree.files), 'file')}"

    def children(self, item: FileItem) -> Collection[FileItem]:
        """Return what is directly in `item`, and what the layer removed from it."""
        if isinstance(item, LayerNode):
            return item.children.values()
        children = item.children or {}
        changes = self._changes.get(id(item))
        if changes is None:
            return children.values()
        removed: list[FileItem] = []
        for name, change in changes.children.items():
            child = children.get(name)
            if child is not None:
                self._changes[id(child)] = change
            elif change.kind == "removed":
                removed.append(change)
        return [*children.values(), *removed]

    def size(self, item: FileItem) -> int:
        """Return the bytes in and below `item`; of what the layer removed, below zero."""
        return self._tree.size_of(item) if isinstance(item, Node) else layer_size(item)

    def weight(self, item: FileItem) -> int:
        """Return the bytes in and below `item`, or those that are gone."""
        return abs(self.size(item))

    def kind(self, item: FileItem) -> LayerChangeKind | None:
        """Return what the layer did to `item`."""
        change = self._change(item)
        return change.kind if change is not None else None

    def origin(self, item: FileItem) -> int | None:
        """Return the layer that `item` comes from."""
        return item.layer if isinstance(item, Node) and not item.is_directory else None

    def remark(self, item: FileItem) -> list[Line]:
        """Return what the layer did to `item`, or which layer it comes from."""
        change = self._change(item)
        if change is not None and change.kind is not None:
            return change_lines(change)
        return [origin_line(self.image, item)] if isinstance(item, Node) else []

    def _change(self, item: FileItem) -> LayerNode | None:
        return item if isinstance(item, LayerNode) else self._changes.get(id(item))


def _tree_up_to(tree: FileTree, layer: int) -> FileTree:
    return tree if layer == len(tree.layers) - 1 else stack(tree.layers[: layer + 1])
