"""The panel below a list that tells more about the row under its cursor."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from imgscope.tui.model.lines import Line
from imgscope.tui.widgets.drawing import content


class Detail(VerticalScroll, can_focus=False):
    """Paragraphs, wrapped."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []

    def compose(self) -> ComposeResult:
        """Hold the text in one piece."""
        yield Static(markup=False)

    def show(self, lines: Iterable[Line]) -> None:
        """Show `lines` from their beginning; if they are there already, the reader stays where they are."""
        shown = list(lines)
        if shown == self._lines:
            return
        self._lines = shown
        self.query_one(Static).update(content(shown))
        self.scroll_home(animate=False)
