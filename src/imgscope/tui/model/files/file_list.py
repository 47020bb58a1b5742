"""A tree as the flat list of those rows that are open: its cost is what is on show, not what is in the image."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection
from typing import Final

from imgscope.tui.model.files.order import FileOrder, in_order
from imgscope.tui.model.files.row import FileRow, file_detail, file_row
from imgscope.tui.model.files.source import FileItem, FileSource
from imgscope.tui.model.lines import Line

LARGE_DIRECTORY: Final = 10_000
"""Directories of more than this are listed in a thread."""

_DEEPEST: Final = 0xFFFF


def never() -> bool:
    """Return False: nobody asks to stop."""
    return False


def nothing(_: FileItem) -> bool:
    """Return False: no directory is open."""
    return False


def everything(_: FileItem) -> bool:
    """Return True: every directory is open."""
    return True


class FileList:
    """The open rows of `source` in `order`. `cursor` is where the reader was last.

    Directories are open for which `is_open` says so. Once `is_cancelled` tells to stop, the list stays incomplete.
    """

    def __init__(
        self,
        source: FileSource,
        order: FileOrder = "size",
        *,
        is_open: Callable[[FileItem], bool] = nothing,
        is_cancelled: Callable[[], bool] = never,
    ) -> None:
        self.source = source
        self.order: FileOrder = order
        self.cursor = 0
        self._items: list[FileItem] = []
        self._depths = array("H")
        self._open = bytearray()
        self._fill(is_open, is_cancelled)

    def _fill(self, is_open: Callable[[FileItem], bool], is_cancelled: Callable[[], bool]) -> None:
        waiting = [iter(self._children(self.source.root))]
        while waiting and not is_cancelled():
            item = next(waiting[-1], None)
            if item is None:
                waiting.pop()
                continue
            opened = item.is_directory and is_open(item)
            self._items.append(item)
            self._depths.append(min(len(waiting) - 1, _DEEPEST))
            self._open.append(opened)
            if opened:
                waiting.append(iter(self._children(item)))

    def __len__(self) -> int:
        return len(self._items)

    def item(self, position: int) -> FileItem:
        """Return the path at `position`."""
        return self._items[position]

    def position(self, item: FileItem) -> int | None:
        """Return where `item` is, if it is on show."""
        try:
            return self._items.index(item)
        except ValueError:
            return None

    def row(self, position: int) -> FileRow:
        """Return what the row at `position` shows."""
        return file_row(self.source, self._items[position])

    def detail(self, position: int) -> list[Line]:
        """Return all there is to say of the row at `position`."""
        return file_detail(self.source, self._items[position])

    def depth(self, position: int) -> int:
        """Return how many directories the row at `position` is in."""
        return self._depths[position]

    def is_open(self, position: int) -> bool:
        """Tell whether what is in the directory at `position` is on show."""
        return bool(self._open[position])

    def is_large(self, position: int) -> bool:
        """Tell whether listing the directory at `position` takes longer than somebody who pressed a key should wait."""
        item = self._items[position]
        return item.is_directory and len(self.source.children(item)) > LARGE_DIRECTORY

    def opened(self) -> set[FileItem]:
        """Return the directories that are open."""
        return {item for item, is_open in zip(self._items, self._open, strict=True) if is_open}

    def open(self, position: int, children: Collection[FileItem] | None = None) -> None:
        """Show what is in the directory at `position`; nothing happens for files, and where it is open.

        `children` is what is in it, in the order of the list, if that is known already.
        """
        item = self._items[position]
        if self._open[position] or not item.is_directory:
            return
        below = self._children(item) if children is None else children
        after = position + 1
        self._open[position] = True
        self._items[after:after] = below
        self._depths[after:after] = array("H", [min(self._depths[position] + 1, _DEEPEST)]) * len(below)
        self._open[after:after] = bytes(len(below))

    def close(self, position: int) -> None:
        """Hide what is below the row at `position`."""
        depths, depth, end = self._depths, self._depths[position], position + 1
        while end < len(depths) and depths[end] > depth:
            end += 1
        self._open[position] = False
        del self._items[position + 1 : end], depths[position + 1 : end], self._open[position + 1 : end]

    def parent(self, position: int) -> int:
        """Return where the directory is that the row at `position` is in; `position` itself at the top."""
        depth = self._depths[position]
        above = position
        while above > 0 and depth > 0 and self._depths[above] >= depth:
            above -= 1
        return above

    def reveal(self, path: str) -> int | None:
        """Open the directories that lead to `path`; return where it is, or the last of them that is there, or None."""
        found, position, depth = None, 0, 0
        for name in filter(None, path.split("/")):
            while self._is_in(position, depth) and not self._is_named(position, depth, name):
                position += 1
            if not self._is_in(position, depth):
                break
            found = position
            self.open(position)
            position, depth = position + 1, depth + 1
        return found

    def _is_in(self, position: int, depth: int) -> bool:
        return position < len(self._depths) and self._depths[position] >= depth

    def _is_named(self, position: int, depth: int, name: str) -> bool:
        return self._depths[position] == depth and self._items[position].name == name

    def _children(self, item: FileItem) -> list[FileItem]:
        return in_order(self.source, self.source.children(item), self.order)
