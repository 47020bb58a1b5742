"""What shows the content of a file, row by row, without a cursor: what it can be asked for, however it looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.scroll_view import ScrollView
from textual.strip import Strip

from imgscope.tui.model.lines import Tone
from imgscope.tui.widgets.drawing import fit

_SIDEWAYS: Final = 8


class ContentView(ScrollView, can_focus=True):
    """Rows that can be scrolled and searched.

    `matches` are where what was `searched` for begins and ends, in order, and `current` is the one that is gone to.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "rows(-1)", "Up", show=False, tooltip="a row up"),
        Binding("down,j", "rows(1)", "Down", show=False, tooltip="a row down"),
        Binding("pageup,ctrl+b,b", "pages(-1)", "Page up", show=False, tooltip="a page up"),
        Binding("pagedown,space,f", "pages(1)", "Page down", show=False, tooltip="a page down"),
        Binding("home,g", "first", "Start", show=False, tooltip="the beginning"),
        Binding("end,G", "last", "End", show=False, tooltip="the end"),
        Binding("left,h", "columns(-1)", "Left", show=False, tooltip="to the left"),
        Binding("right,l", "columns(1)", "Right", show=False, tooltip="to the right"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"content-view--{name}"
        for name in ("margin", "match", "current", "strong", "dim", "good", "info", "warning", "bad", "critical")
    }

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.matches: list[tuple[int, int]] = []
        self.current = -1
        self.searched = ""
        self.placeholder = ""

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        raise NotImplementedError

    def segments(self, row: int) -> Iterator[Segment]:
        """Yield what is in `row` beside its margin."""
        raise NotImplementedError

    def margin_text(self, row: int) -> str:
        """Return what stands before `row` and stays when the rest is scrolled aside."""
        raise NotImplementedError

    def find(self, wanted: str) -> list[tuple[int, int]]:
        """Return where `wanted` begins and ends, in order."""
        raise NotImplementedError

    def row_at(self, offset: int) -> int:
        """Return the row that `offset` of the content is in."""
        raise NotImplementedError

    def search(self, wanted: str) -> None:
        """Go to the first match of `wanted` that is not above what is in sight."""
        self.searched, self.matches = wanted, self.find(wanted)
        top = round(self.scroll_y)
        below = (number for number, (start, _) in enumerate(self.matches) if self.row_at(start) >= top)
        self.current = next(below, 0) if self.matches else -1
        self._show_current()

    def step(self, matches: int) -> None:
        """Go `matches` on, around the end."""
        if self.matches:
            self.current = (self.current + matches) % len(self.matches)
            self._show_current()

    def forget_matches(self) -> None:
        """Take note that something else is shown, which was not searched for anything."""
        self.searched, self.matches, self.current = "", [], -1

    def _show_current(self) -> None:
        self.refresh()
        if self.current < 0:
            return
        row, height = self.row_at(self.matches[self.current][0]), self.scrollable_content_region.height
        if not round(self.scroll_y) <= row < round(self.scroll_y) + height:
            self.scroll_to(y=max(row - height // 2, 0), animate=False, force=True)

    def render_line(self, y: int) -> Strip:
        """Draw a row: what stands before it, and of the rest what is in sight."""
        width, left = self.scrollable_content_region.width, round(self.scroll_x)
        row = round(self.scroll_y) + y
        if row >= self.row_count:
            text = self.placeholder if y == 0 and not self.row_count else ""
            return Strip([Segment(fit(text, width), self.rich_style + self.style_of("dim"))], width)
        margin = self.margin_text(row)[:width]
        room = max(width - len(margin), 0)
        shown = Strip(self.segments(row)).crop(left, left + room).adjust_cell_length(room, self.rich_style)
        return Strip([Segment(margin, self.rich_style + self.style_of("margin")), *shown], width)

    def style_of(self, tone: Tone | str) -> Style:
        """Return how `tone`, or the margin or a match, is set off."""
        return Style() if tone == "plain" else self.get_component_rich_style(f"content-view--{tone}", partial=True)

    def match_style(self, match: int) -> Style:
        """Return how what is in match number `match` is set off; nothing for -1."""
        return Style() if match < 0 else self.style_of("current" if match == self.current else "match")

    def action_rows(self, rows: int) -> None:
        """Scroll."""
        self.scroll_relative(y=rows, animate=False)

    def action_pages(self, pages: int) -> None:
        """Scroll by what is in sight."""
        self.scroll_relative(y=pages * max(self.scrollable_content_region.height - 1, 1), animate=False)

    def action_first(self) -> None:
        """Go to the first row."""
        self.scroll_to(y=0, animate=False, force=True)

    def action_last(self) -> None:
        """Go to the last row."""
        self.scroll_to(y=self.row_count, animate=False, force=True)

    def action_columns(self, steps: int) -> None:
        """Scroll to the side."""
        self.scroll_relative(x=steps * _SIDEWAYS, animate=False)
