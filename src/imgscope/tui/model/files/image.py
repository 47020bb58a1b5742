"""The image as a container would see it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.layer_view import LayerChangeKind
from imgscope.filesystem.node import Node
from imgscope.text import format_count, format_size
from imgscope.tui.model.files.source import FileItem, FileScope
from imgscope.tui.model.lines import Line


class ImageFiles:
    """All files of `image`, each with the layer that it comes from."""

    scope: Final[FileScope] = "image"
    layer: Final = None

    def __init__(self, image: InspectedImage) -> None:
        self.image = image
        self._tree = image.tree
        self.root: FileItem = image.tree.root
        size = format_size(self._tree.size_of(image.tree.root))
        self.title = f"whole image · {size} in {format_count(len(self._tree.files), 'file')}"

    def children(self, item: FileItem) -> Collection[FileItem]:
        """Return what is directly in `item`."""
        return (item.children or {}).values()

    def size(self, item: FileItem) -> int:
        """Return the bytes in and below `item`, each content counted once in the image."""
        return self._tree.size_of(item) if isinstance(item, Node) else 0

    def weight(self, item: FileItem) -> int:
        """Return the bytes in and below `item`."""
        return self.size(item)

    def kind(self, item: FileItem) -> LayerChangeKind | None:
        """Return None: many layers made the image."""
        return None

    def origin(self, item: FileItem) -> int | None:
        """Return the layer that last changed `item`; of directories, which may hold what any layer brought, none."""
        return item.layer if isinstance(item, Node) and not item.is_directory else None

    def remark(self, item: FileItem) -> list[Line]:
        """Return the layer that `item` comes from."""
        return [origin_line(self.image, item)] if isinstance(item, Node) else []


def origin_line(image: InspectedImage, node: Node) -> Line:
    """Return which layer `node` comes from, and what made that layer."""
    made_by = image.instruction(node.layer) or "(not recorded)"
    origin = "owner and mode from" if node.is_directory else "from"
    return Line(f"{origin} layer {node.layer}: {made_by}", "dim")
