"""The list of an `Outline`: rows that open, sorted and filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from imgscope.tui.model.outline import Bar, Outline, OutlineRow
from imgscope.tui.widgets.drawing import bar
from imgscope.tui.widgets.row_list import Cell, Column, RowList

_INDENT: Final = "  "
_SORTED: Final = "▾"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineColumn(Column):
    """Left out of lists that are narrower than `least_width`. It shows the mark of sorting in one of its `orders`."""

    least_width: int = 0
    orders: tuple[str, ...] = ()


class OutlineList(RowList):
    """Rows of an outline; what is in an open row stands below it, set in.

    `orders` are the names of what it can be sorted by, the first one being in force. In the narrowest of lists the last
    column is alone with those that have no `least_width`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open/go to", tooltip="open or close a row; go to a path among the files"),
        Binding("space", "toggle_row", "Open/close", show=False, tooltip="open or close a row, or what it is in"),
        Binding("l,right", "open", "Open", show=False, tooltip="open a row, or go into it"),
        Binding("h,left", "close", "Close", show=False, tooltip="close a row, or go to the one it is in"),
        Binding("s", "sort(1)", "Sort", tooltip="sort by the next column"),
        Binding("S", "sort(-1)", "Sort back", show=False, tooltip="sort by the column before"),
    ]

    def __init__(
        self, columns: Sequence[OutlineColumn], *, id: str, orders: Sequence[str] = (), sorts_at_once: bool = False
    ) -> None:
        super().__init__(id=id)
        self.outline = Outline(())
        self.order = 0
        self._columns = tuple(columns)
        self._orders = tuple(orders)
        if sorts_at_once:
            self.outline.sort_by(0)

    @property
    def row_count(self) -> int:
        """How many rows are on show."""
        return len(self.outline)

    @property
    def current(self) -> OutlineRow | None:
        """The row under the cursor."""
        return self.outline.row(self.cursor) if self.cursor < len(self.outline) else None

    def show(self, rows: Sequence[OutlineRow]) -> None:
        """Show `rows`; the cursor stays on the row it is on, or at the top."""
        with _KeepingCursor(self):
            self.outline.replace(rows)

    def filter_by(self, text: str) -> None:
        """Show only what has all words of `text`."""
        with _KeepingCursor(self):
            self.outline.filter_by(text)

    def columns(self, width: int) -> Sequence[OutlineColumn]:
        """Return those of the columns that have room."""
        order = self._orders[self.order] if self._orders else ""
        return tuple(
            OutlineColumn(
                title=f"{column.title}{_SORTED}" if order in column.orders else column.title,
                width=column.width,
                is_right=column.is_right,
            )
            for column in self._columns
            if column.least_width <= width
        )

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return what stands in those columns, the last one set in by the depth of the row."""
        row = self.outline.row(position)
        *cells, last = (
            Cell(bar(cell.share, column.width or 0), cell.tone) if isinstance(cell, Bar) else Cell(*cell)
            for column, cell in zip(self._columns, row.cells, strict=True)
            if column.least_width <= width
        )
        return (*cells, Cell(f"{self.lead(position)}{last.text}", last.tone))

    def lead(self, position: int, *, deepest: int | None = None) -> str:
        """Return what stands before the text of a row: room for its depth, up to `deepest`, and whether it is open."""
        marker = "  " if self.outline.row(position).below is None else "▾ " if self.outline.is_open(position) else "▸ "
        depth = self.outline.depth(position)
        return f"{_INDENT * (depth if deepest is None else min(depth, deepest))}{marker}"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to sort where there is something to sort by."""
        return bool(self._orders) if action == "sort" else True

    def action_choose(self) -> None:
        """Open or close the row under the cursor; of one that leads somewhere, tell that it was chosen."""
        row = self.current
        if row is None:
            return
        if row.below is not None:
            self.action_toggle_row()
        else:
            self.post_message(self.Chosen(self, self.cursor))

    def action_toggle_row(self) -> None:
        """Open the row under the cursor, or close it; of one that nothing can be in, close what it is in."""
        row = self.current
        if row is None:
            return
        if row.below is None:
            self.cursor = self.outline.parent(self.cursor)
        self._set_open(is_open=not self.outline.is_open(self.cursor))

    def action_open(self) -> None:
        """Open the row under the cursor; where it is open, go into it; where nothing can be in it, choose it."""
        row = self.current
        if row is None:
            return
        if row.below is None:
            self.action_choose()
        elif self.outline.is_open(self.cursor):
            self.cursor += 1
        else:
            self._set_open(is_open=True)

    def action_close(self) -> None:
        """Close the row under the cursor; where it is closed, go to the one it is in."""
        if self.current is None:
            return
        if self.outline.is_open(self.cursor):
            self._set_open(is_open=False)
        else:
            self.cursor = self.outline.parent(self.cursor)

    def action_sort(self, orders: int) -> None:
        """Sort by what comes `orders` after what it is sorted by, around the end."""
        self.order = (self.order + orders) % len(self._orders)
        self.outline.sort_by(self.order)
        self.cursor = 0
        self.reload()

    def _set_open(self, *, is_open: bool) -> None:
        self.outline.set_open(self.cursor, is_open=is_open)
        self.reload()


class _KeepingCursor:
    """Leaves the cursor of `outline_list` on the row where it is while rows come and go."""

    def __init__(self, outline_list: OutlineList) -> None:
        self._list = outline_list

    def __enter__(self) -> None:
        cursor = self._list.cursor
        self._row = self._list.outline.identity(cursor) if 0 < cursor < len(self._list.outline) else None

    def __exit__(self, *_: object) -> None:
        position = self._list.outline.position_with(self._row) if self._row is not None else None
        self._list.cursor = position or 0
        self._list.reload()
