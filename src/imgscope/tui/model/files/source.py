"""What the file list asks of a tree: the image, the image up to a layer, or what one layer did."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Protocol

from imgscope.facts import InspectedImage
from imgscope.filesystem.layer_view import LayerChangeKind, LayerNode
from imgscope.filesystem.node import Node
from imgscope.tui.model.lines import Line

FileItem = Node | LayerNode
"""A path of a tree; told from others by what it is, not by what it is called."""

FileScope = Literal["image", "layer", "stacked"]
"""The whole image, what one layer did to those below it, or the image as that layer left it."""


class FileSource(Protocol):
    """A tree that can be shown. Nothing of it changes, and any thread may ask it."""

    @property
    def scope(self) -> FileScope:
        """Which kind of tree this is."""
        ...

    @property
    def title(self) -> str:
        """What this is the tree of, and how much is in it."""
        ...

    @property
    def image(self) -> InspectedImage:
        """The image that it is of."""
        ...

    @property
    def layer(self) -> int | None:
        """The layer whose changes are marked; None where none are."""
        ...

    @property
    def root(self) -> FileItem:
        """The top, which is not shown itself."""
        ...

    def children(self, item: FileItem) -> Collection[FileItem]:
        """Return what is directly in `item`, in no order."""
        ...

    def size(self, item: FileItem) -> int:
        """Return the bytes in and below `item`; below zero where it is only there to say what is gone."""
        ...

    def weight(self, item: FileItem) -> int:
        """Return how many bytes are of interest in and below `item`: where it is about what is gone, those as well."""
        ...

    def kind(self, item: FileItem) -> LayerChangeKind | None:
        """Return what the layer of this tree did to `item`, if it did anything."""
        ...

    def origin(self, item: FileItem) -> int | None:
        """Return the layer that `item` comes from, where paths of several layers are shown."""
        ...

    def remark(self, item: FileItem) -> list[Line]:
        """Return what there is to say of `item` in this tree besides what it is."""
        ...


def node_in_image(source: FileSource, item: FileItem) -> Node | None:
    """Return what the whole image has at the path of `item`, if it has anything there."""
    return item if source.scope == "image" and isinstance(item, Node) else source.image.tree.locate(item.path)


def own_size(item: FileItem) -> int:
    """Return the bytes of the file `item` by itself, whichever other name counts for them; 0 for anything else."""
    content = item.content if isinstance(item, Node) else item.entry
    return content.size if content is not None else 0
