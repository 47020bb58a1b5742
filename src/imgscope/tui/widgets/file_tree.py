"""Files and directories, opened one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from imgscope.text import format_size
from imgscope.tui.model.files.file_list import FileList
from imgscope.tui.model.files.order import in_order
from imgscope.tui.model.files.row import SIGNS, TONES
from imgscope.tui.model.files.source import FileItem
from imgscope.tui.threads import in_thread
from imgscope.tui.widgets.row_list import Cell, Column, RowList

_INDENT: Final = "  "
_WIDE: Final = 100


class FileTree(RowList):
    """The open rows of a `FileList`; where a layer's changes are marked, each with the sign of what it did."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Look in", tooltip="open or close a directory; look into a file"),
        Binding("space", "toggle_directory", "Open/close", show=False, tooltip="open or close a directory"),
        Binding("l,right", "open", "Open", show=False, tooltip="open a directory or go into it"),
        Binding("h,left", "close", "Close", show=False, tooltip="close a directory or go to the one above"),
        Binding("m", "toggle_owners", "Owners", show=False, tooltip="mode and owner, or more room for names"),
        Binding("A,ctrl+a", "toggle_trait('added')", show=False, tooltip="show or hide what the layer added (+)"),
        Binding("R,ctrl+r", "toggle_trait('removed')", show=False, tooltip="show or hide what it removed (-)"),
        Binding("M", "toggle_trait('modified')", show=False, tooltip="show or hide what it changed (~ and *)"),
        Binding("U,ctrl+u", "toggle_trait('unmodified')", show=False, tooltip="show or hide what it left as it was"),
    ]

    class FileChosen(Message):
        """The reader wants to look into the file `item`, as `layer` has it; None means as the image has it."""

        def __init__(self, item: FileItem, layer: int | None) -> None:
            super().__init__()
            self.item = item
            self.layer = layer

    class TraitToggled(Message):
        """The reader wants to see what a layer did in the way `trait`, or does not want to any more."""

        def __init__(self, trait: str) -> None:
            super().__init__()
            self.trait = trait

    class _Listed(Message):
        """What is in the large directory `item` of `files` is sorted."""

        def __init__(self, files: FileList, item: FileItem, children: list[FileItem]) -> None:
            super().__init__()
            self.files = files
            self.item = item
            self.children = children

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.files: FileList | None = None
        self._shows_owners: bool | None = None

    def show(self, files: FileList) -> None:
        """Show `files`, with the cursor where it was when they were last shown."""
        if self.files is not None and self.files is not files:
            self.files.cursor = self.cursor
        self.files = files
        self.set_reactive(FileTree.cursor, files.cursor)
        self.reload()
        self.show_cursor_in_the_middle()

    def show_cursor_in_the_middle(self) -> None:
        """Scroll so that there is something to see above and below the cursor."""
        # Nothing is in sight yet of a list that was not laid out.
        height = max(self.scrollable_content_region.height - 1, 0)
        self.scroll_to(y=max(self.cursor - height // 2, 0), animate=False, force=True)

    @property
    def row_count(self) -> int:
        """How many rows are open."""
        return len(self.files) if self.files is not None else 0

    def columns(self, width: int) -> Sequence[Column]:
        """Return the columns, the name last; mode and owner where there is room or the reader wants them."""
        source = self.files.source if self.files is not None else None
        columns = [Column(title="size", width=8, is_right=True)]
        if source is None or source.scope != "layer":
            columns.append(Column(title="layer", width=5, is_right=True))
        if source is not None and source.layer is not None:
            columns.append(Column(title="", width=1))
        if self._has_owners(width):
            columns += [Column(title="mode", width=10), Column(title="owner", width=11)]
        return (*columns, Column(title="path"))

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return size, origin, sign and name, the name set in by depth."""
        assert self.files is not None
        source, row, depth = self.files.source, self.files.row(position), self.files.depth(position)
        marker = ("▾ " if self.files.is_open(position) else "▸ ") if row.is_directory else "  "
        tone = TONES[row.kind]
        cells = [Cell(format_size(row.size))]
        if source.scope != "layer":
            cells.append(Cell(str(row.layer) if row.layer is not None else "", "dim"))
        if source.layer is not None:
            cells.append(Cell(SIGNS[row.kind], tone))
        if self._has_owners(width):
            cells += [Cell(row.mode, "dim"), Cell(row.owner, "dim")]
        return (*cells, Cell(f"{_INDENT * min(depth, width // 4)}{marker}{row.name}", tone))

    def _has_owners(self, width: int) -> bool:
        return width >= _WIDE if self._shows_owners is None else self._shows_owners

    def action_toggle_owners(self) -> None:
        """Show mode and owner, or do not."""
        self._shows_owners = not self._has_owners(self.scrollable_content_region.width)
        self.refresh()

    def action_toggle_trait(self, trait: str) -> None:
        """Tell that what a layer did in that way is to be shown, or not any more."""
        self.post_message(self.TraitToggled(trait))

    def action_choose(self) -> None:
        """Open or close a directory; tell that a file was chosen."""
        if self.files is None or not self.row_count:
            return
        item = self.files.item(self.cursor)
        if item.is_directory:
            self.action_toggle_directory()
        else:
            self.post_message(self.FileChosen(item, self.files.source.layer))

    def action_toggle_directory(self) -> None:
        """Open the directory under the cursor, or close it."""
        if self.files is None or not self.row_count:
            return
        if self.files.is_open(self.cursor):
            self.files.close(self.cursor)
            self.reload()
        else:
            self._open(self.files, self.cursor)

    def action_open(self) -> None:
        """Open the directory under the cursor; where it is open, go into it."""
        if self.files is None or not self.row_count:
            return
        if self.files.is_open(self.cursor):
            self.cursor += 1
        else:
            self._open(self.files, self.cursor)

    def action_close(self) -> None:
        """Close the directory under the cursor; where it is closed, go to the one it is in."""
        if self.files is None or not self.row_count:
            return
        if self.files.is_open(self.cursor):
            self.files.close(self.cursor)
            self.reload()
        else:
            self.cursor = self.files.parent(self.cursor)

    def _open(self, files: FileList, position: int) -> None:
        if files.is_large(position):
            self._sort(files, files.item(position))
            return
        files.open(position)
        self.reload()

    @in_thread()
    def _sort(self, files: FileList, item: FileItem) -> None:
        self.post_message(self._Listed(files, item, in_order(files.source, files.source.children(item), files.order)))

    @on(_Listed)
    def _insert(self, event: _Listed) -> None:
        event.stop()
        files, position = event.files, event.files.position(event.item)
        if position is None:
            return
        before = len(files)
        files.open(position, event.children)
        added = len(files) - before
        if self.files is not files:
            files.cursor += added if position < files.cursor else 0
        elif position < self.cursor:
            # The reader went on below: what is in sight stays there.
            self.set_reactive(FileTree.cursor, self.cursor + added)
            self.reload()
            self.scroll_to(y=round(self.scroll_y) + added, animate=False, force=True)
        else:
            self.reload()
