"""Files and directories, opened one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType

from imgscope.filesystem.layer_view import LayerChangeKind
from imgscope.text import format_size
from imgscope.tui.model.file_list import FileList
from imgscope.tui.model.files import SIGNS
from imgscope.tui.model.lines import Tone
from imgscope.tui.widgets.row_list import Cell, Column, RowList

_TONES: Final[dict[LayerChangeKind | None, Tone]] = {
    "added": "good",
    "modified": "warning",
    "metadata": "warning",
    "removed": "bad",
    None: "plain",
}
_INDENT: Final = "  "


class FileTree(RowList):
    """The open rows of a `FileList`; of one of a layer, each with the sign of what the layer did."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "toggle_directory", "Open/close"),
        Binding("space", "toggle_directory", "Open/close", show=False),
        Binding("l,right", "open", "Open", show=False),
        Binding("h,left", "close", "Close", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.files: FileList[Any] | None = None

    def show(self, files: FileList[Any] | None) -> None:
        """Show `files`, with the cursor where it was when they were last shown."""
        if self.files is not None:
            self.files.cursor = self.cursor
        self.files = files
        if files is not None:
            self.set_reactive(FileTree.cursor, files.cursor)
        self.reload()
        self.scroll_to(y=max(self.cursor - 1, 0), animate=False, force=True)

    def forget(self) -> None:
        """Leave the cursor of what is shown next where that has it."""
        self.files = None

    @property
    def row_count(self) -> int:
        """How many rows are open."""
        return len(self.files) if self.files is not None else 0

    def columns(self, width: int) -> Sequence[Column]:
        """Return the columns, the name last."""
        shows_layer = self.files is not None and self.files.shows_layer
        origin = Column(title="layer", width=5, is_right=True) if shows_layer else Column(title="", width=1)
        return (Column(title="size", width=8, is_right=True), origin, Column(title="path"))

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return size, origin and name, the name set in by depth."""
        assert self.files is not None
        row, depth = self.files.row(position), self.files.depth(position)
        marker = ("▾ " if self.files.is_open(position) else "▸ ") if row.is_directory else "  "
        tone = _TONES[row.kind]
        origin = Cell(str(row.layer), "dim") if row.layer is not None else Cell(SIGNS[row.kind], tone)
        return (Cell(format_size(row.size)), origin, Cell(f"{_INDENT * depth}{marker}{row.name}", tone))

    def action_choose(self) -> None:
        """Open or close, which is what choosing means here."""
        self.action_toggle_directory()

    def action_toggle_directory(self) -> None:
        """Open the directory under the cursor, or close it."""
        if self.files is None or not self.row_count:
            return
        if self.files.is_open(self.cursor):
            self.files.close(self.cursor)
        else:
            self.files.open(self.cursor)
        self.reload()

    def action_open(self) -> None:
        """Open the directory under the cursor; where it is open, go into it."""
        if self.files is None or not self.row_count:
            return
        if self.files.is_open(self.cursor):
            self.cursor += 1
        else:
            self.files.open(self.cursor)
            self.reload()

    def action_close(self) -> None:
        """Close the directory under the cursor; where it is closed, go to the one it is in."""
        if self.files is None or not self.row_count:
            return
        if self.files.is_open(self.cursor):
            self.files.close(self.cursor)
            self.reload()
        else:
            self.cursor = self.files.parent(self.cursor)
