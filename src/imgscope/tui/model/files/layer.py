"""What one layer did to those below it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from imgscope.analyze import Inspection
from imgscope.filesystem.layer_view import LayerChangeKind, LayerNode
from imgscope.text import format_size
from imgscope.tui.model.files.source import FileItem, FileScope
from imgscope.tui.model.layers import changes_phrase
from imgscope.tui.model.lines import Line

_WORDS: Final[dict[LayerChangeKind | None, str]] = {
    "added": "added in this layer",
    "modified": "changed in this layer",
    "metadata": "changed in owner, mode or time only; its content shipped before",
    "removed": "removed in this layer; it still ships in the layer below that has it",
    None: "was there before; the changes are below it",
}


class LayerFiles:
    """What layer `layer` added, changed and removed; `root` is from `layer_view`."""

    scope: Final[FileScope] = "layer"

    def __init__(self, inspection: Inspection, layer: int, root: LayerNode) -> None:
        self.image = inspection.image
        self.layer = layer
        self.root: FileItem = root
        self.title = f"layer {layer} · {changes_phrase(inspection.report.layers[layer])}"

    def children(self, item: FileItem) -> Collection[FileItem]:
        """Return what is directly in `item`."""
        return (item.children or {}).values()

    def size(self, item: FileItem) -> int:
        """Return what the layer ships there; where it only removes, what it removes, below zero."""
        return layer_size(item) if isinstance(item, LayerNode) else 0

    def weight(self, item: FileItem) -> int:
        """Return what the layer ships and removes there."""
        return item.shipped_size + item.removed_size if isinstance(item, LayerNode) else 0

    def kind(self, item: FileItem) -> LayerChangeKind | None:
        """Return what the layer did to `item`."""
        return item.kind if isinstance(item, LayerNode) else None

    def origin(self, item: FileItem) -> int | None:
        """Return None: it is always this layer."""
        return None

    def remark(self, item: FileItem) -> list[Line]:
        """Return what the layer did to `item`."""
        return change_lines(item) if isinstance(item, LayerNode) else []


def layer_size(item: LayerNode) -> int:
    """Return what a layer ships in and below `item`; where it only removes, what it removes, below zero."""
    return item.shipped_size if item.shipped_size or item.kind not in (None, "removed") else -item.removed_size


def change_lines(item: LayerNode) -> list[Line]:
    """Return what a layer did to `item`, in words."""
    lines = [Line(_WORDS[item.kind])]
    if item.removed_size and item.kind != "removed":
        lines.append(Line(f"below it, {format_size(item.removed_size)} are removed"))
    return lines
