"""The keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from imgscope.tui.keys import KeySection


class HelpScreen(ModalScreen[None]):
    """Shows keys, section by section, until one of a few is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter", "dismiss", "Close"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("pagedown,space", "scroll(10)", "Page down", show=False),
        Binding("pageup", "scroll(-10)", "Page up", show=False),
        Binding("home,g", "scroll(-10000)", "First", show=False),
        Binding("end,G", "scroll(10000)", "Last", show=False),
    ]

    def __init__(self, sections: Iterable[KeySection]) -> None:
        super().__init__()
        self._sections = [each for each in sections if each.keys]

    def compose(self) -> ComposeResult:
        """Lay out the table of keys."""
        with VerticalScroll(id="help", can_focus=False):
            yield Static(self._table())

    def action_scroll(self, lines: int) -> None:
        """Move where there is less room than keys."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        for number, section in enumerate(self._sections):
            if number:
                table.add_row()
            table.add_row(Text(section.title, style="bold underline"))
            for key in section.keys:
                table.add_row(Text(f"  {'  '.join(key.keys)}", style="bold"), Text(key.meaning))
        return table
