"""The two trees that the file pane shows: the image's, and what one layer did."""

from __future__ import annotations

import stat
from typing import Final

from imgscope.analyze import Inspection
from imgscope.filesystem.layer_view import LayerChangeKind, LayerNode
from imgscope.filesystem.node import Node
from imgscope.layer.index import EntryType, LayerEntry
from imgscope.text import format_count, format_size
from imgscope.tui.model.file_list import FileRow
from imgscope.tui.model.layers import changes_phrase
from imgscope.tui.model.lines import Line

SIGNS: Final[dict[LayerChangeKind | None, str]] = {
    "added": "+",
    "modified": "~",
    "metadata": "~",
    "removed": "-",
    None: " ",
}
_WORDS: Final[dict[LayerChangeKind | None, str]] = {
    "added": "added in this layer",
    "modified": "changed in this layer",
    "metadata": "changed in owner, mode or time only; its content shipped before",
    "removed": "removed in this layer; it still ships in the layer below that has it",
    None: "was there before; the changes are below it",
}
_FILE_TYPES: Final = {
    EntryType.FILE: stat.S_IFREG,
    EntryType.HARD_LINK: stat.S_IFREG,
    EntryType.DIRECTORY: stat.S_IFDIR,
    EntryType.SYMLINK: stat.S_IFLNK,
    EntryType.CHARACTER_DEVICE: stat.S_IFCHR,
    EntryType.BLOCK_DEVICE: stat.S_IFBLK,
    EntryType.FIFO: stat.S_IFIFO,
}


class ImageFiles:
    """The image as a container would see it."""

    shows_layer: Final = True

    def __init__(self, inspection: Inspection) -> None:
        self._image = inspection.image
        self._tree = inspection.image.tree
        self.root = self._tree.root
        size = format_size(self._tree.size_of(self.root))
        self.title = f"whole image · {size} in {format_count(len(self._tree.files), 'file')}"

    def children(self, item: Node) -> list[Node]:
        """Return what is directly in `item`, the largest first."""
        return sorted((item.children or {}).values(), key=lambda node: (-self._tree.size_of(node), node.name))

    def name(self, item: Node) -> str:
        """Return what `item` is called in its directory."""
        return item.name

    def row(self, item: Node) -> FileRow:
        """Return what a row shows of `item`."""
        return FileRow(
            name=_name(item.name, item.entry, is_directory=item.is_directory),
            size=self._tree.size_of(item),
            is_directory=item.is_directory,
            layer=None if item.is_directory else item.layer,
        )

    def detail(self, item: Node) -> list[Line]:
        """Return path, mode, owner, size, package and origin of `item`."""
        lines = [Line(f"/{item.path}", "strong"), Line(_facts(item.entry, self._tree.size_of(item)))]
        owner = self._image.owner(item)
        if owner is not None:
            lines.append(Line(f"of package {owner.name} {owner.version}"))
        made_by = self._image.instruction(item.layer) or "(not recorded)"
        # What is in a directory may come from any layer.
        origin = "owner and mode from" if item.is_directory else "from"
        return [*lines, Line(f"{origin} layer {item.layer}: {made_by}", "dim")]


class LayerFiles:
    """What layer `number` did to those below it; `root` is from `layer_view`."""

    shows_layer: Final = False

    def __init__(self, inspection: Inspection, number: int, root: LayerNode) -> None:
        self.root = root
        self.title = f"layer {number} · {changes_phrase(inspection.report.layers[number])}"

    def children(self, item: LayerNode) -> list[LayerNode]:
        """Return what is directly in `item`, the largest first, removed bytes counted like added ones."""
        return sorted(item.children.values(), key=lambda node: (-node.shipped_size - node.removed_size, node.name))

    def name(self, item: LayerNode) -> str:
        """Return what `item` is called in its directory."""
        return item.name

    def row(self, item: LayerNode) -> FileRow:
        """Return what a row shows of `item`."""
        return FileRow(
            name=_name(item.name, item.entry, is_directory=item.is_directory),
            size=_size(item),
            is_directory=item.is_directory,
            kind=item.kind,
        )

    def detail(self, item: LayerNode) -> list[Line]:
        """Return path, mode, owner and size of `item`, and what the layer did to it."""
        lines = [Line(f"/{item.path}", "strong"), Line(_facts(item.entry, abs(_size(item)))), Line(_WORDS[item.kind])]
        if item.removed_size and item.kind != "removed":
            lines.append(Line(f"below it, {format_size(item.removed_size)} are removed"))
        return lines


def _size(item: LayerNode) -> int:
    """Return what the layer ships there; where it only removes, what it removes, below zero."""
    return item.shipped_size if item.shipped_size or item.kind not in (None, "removed") else -item.removed_size


def _name(name: str, entry: LayerEntry | None, *, is_directory: bool) -> str:
    if is_directory:
        return f"{name}/"
    if entry is not None and entry.type is EntryType.SYMLINK:
        return f"{name} → {entry.link_name}"
    if entry is not None and entry.type is EntryType.HARD_LINK:
        return f"{name} = /{entry.link_name.lstrip('/')}"
    return name


def _facts(entry: LayerEntry | None, size: int) -> str:
    said = format_size(size) if size < 1000 else f"{format_size(size)} ({size:,} bytes)"
    if entry is None:
        return said
    mode = stat.filemode(_FILE_TYPES[entry.type] | entry.mode & 0o7777)
    return f"{mode} · {entry.uid}:{entry.gid} · {said}"
