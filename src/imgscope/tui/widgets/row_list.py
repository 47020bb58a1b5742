"""A list of rows in columns, drawn line by line, so that its length costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from imgscope.tui.model.lines import Tone
from imgscope.tui.widgets.drawing import fit

_CURSOR = "›"
_HIGHEST_IN_DIALOG: Final = 15


class Cell(NamedTuple):
    """One field of a row."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`width` in cells; None takes what the others leave."""

    title: str
    width: int | None = None
    is_right: bool = False


class AboutRow(Message):
    """Something happened to the row at `position` of the list `control`."""

    def __init__(self, row_list: RowList, position: int) -> None:
        super().__init__()
        self._row_list = row_list
        self.position = position

    @property
    def control(self) -> RowList:
        """The list, so that handlers can be told apart by it."""
        return self._row_list


class RowList(ScrollView, can_focus=True):
    """The titles of its columns, which stay, and rows below with a cursor on one of them.

    A list of something says how many there are (`row_count`), in which columns, and what stands in the cells of one;
    after any of it changed, `reload` shows it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, tooltip="a row up"),
        Binding("down,j", "move(1)", "Down", show=False, tooltip="a row down"),
        Binding("pageup,ctrl+u", "page(-1)", "Page up", show=False, tooltip="a page up"),
        Binding("pagedown,ctrl+d", "page(1)", "Page down", show=False, tooltip="a page down"),
        Binding("home,g", "first", "First", show=False, tooltip="the first row"),
        Binding("end,G", "last", "Last", show=False, tooltip="the last row"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-list--titles",
        "row-list--cursor",
        "row-list--plain",
        "row-list--strong",
        "row-list--dim",
        "row-list--good",
        "row-list--info",
        "row-list--warning",
        "row-list--bad",
        "row-list--critical",
    }
    cursor = reactive(0)
    placeholder = reactive("")

    class Highlighted(AboutRow):
        """The cursor of `control` came to stand on the row at `position`, or what is there may have changed."""

    class Chosen(AboutRow):
        """Enter was pressed on the row at `position`, or it was clicked while under the cursor."""

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def columns(self, width: int) -> Sequence[Column]:
        """Return the columns that suit a list of `width` cells."""
        raise NotImplementedError

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return what stands in the columns of the row at `position`."""
        raise NotImplementedError

    def reload(self) -> None:
        """Show rows that came, went or changed."""
        self.virtual_size = Size(0, self.row_count + 1)
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()
        if self.row_count:
            self.post_message(self.Highlighted(self, self.cursor))

    def fill_dialog(self) -> None:
        """Be what a dialog is about: as high as its rows need, at most 15 lines, and where keys go."""
        self.styles.height = min(self.row_count + 1, _HIGHEST_IN_DIALOG)
        self.reload()
        self.screen.set_focus(self)

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return min(max(cursor, 0), max(self.row_count - 1, 0))

    def watch_cursor(self, before: int, cursor: int) -> None:
        """Follow the cursor."""
        self._show_cursor()
        self.refresh()
        if before != cursor and self.row_count:
            self.post_message(self.Highlighted(self, cursor))

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._show_cursor()

    def _show_cursor(self) -> None:
        height = self.scrollable_content_region.height - 1
        top = round(self.scroll_y)
        if height <= 0 or top <= self.cursor < top + height:
            return
        self.scroll_to(y=self.cursor if self.cursor < top else self.cursor - height + 1, animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        """Draw the titles or a row."""
        width = self.scrollable_content_region.width
        columns = self.columns(width)
        if y == 0:
            titles = [Cell(column.title) for column in columns]
            return self._strip(columns, titles, width, self._style("titles"), mark=" ")
        position = round(self.scroll_y) + y - 1
        if position < self.row_count:
            is_cursor = position == self.cursor
            style = self._style("cursor") if is_cursor else self.rich_style
            return self._strip(columns, self.cells(position, width), width, style, mark=_CURSOR if is_cursor else " ")
        text = self.placeholder if not self.row_count and y == 1 else ""
        return Strip([Segment(fit(f"  {text}", width), self.rich_style + self._style("dim"))], width)

    def _strip(self, columns: Sequence[Column], cells: Sequence[Cell], width: int, style: Style, *, mark: str) -> Strip:
        taken = 1 + sum((column.width or 0) + 1 for column in columns) - 1
        segments = [Segment(mark, style)]
        for number, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            text = fit(cell.text, column.width or max(width - taken, 0), is_right=column.is_right)
            segments.append(Segment(text, style + self._style(cell.tone) if cell.tone != "plain" else style))
            if number < len(columns) - 1:
                segments.append(Segment(" ", style))
        return Strip(segments).adjust_cell_length(width, style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"row-list--{name}", partial=name not in ("titles", "cursor"))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row that was clicked; choose it if it was there already."""
        position = round(self.scroll_y) + event.y - 1
        if event.y < 1 or position >= self.row_count:
            return
        if position == self.cursor:
            self.action_choose()
        self.cursor = position

    def action_choose(self) -> None:
        """Tell that the row under the cursor was chosen."""
        if self.row_count:
            self.post_message(self.Chosen(self, self.cursor))

    def action_move(self, rows: int) -> None:
        """Move the cursor down by `rows`, or up."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by as many rows as are in sight."""
        self.cursor += pages * max(self.scrollable_content_region.height - 2, 1)

    def action_first(self) -> None:
        """Go to the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Go to the last row."""
        self.cursor = self.row_count - 1
