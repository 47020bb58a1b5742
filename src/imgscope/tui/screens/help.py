"""The keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from imgscope.tui.keys import Key, KeySection

_KEY_WIDTH: Final = 26


class HelpScreen(ModalScreen[None]):
    """Shows keys, section by section, until one of a few is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter", "dismiss", "Close"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("pagedown,space", "scroll(10)", "Page down", show=False),
        Binding("pageup", "scroll(-10)", "Page up", show=False),
    ]

    def __init__(self, sections: Iterable[KeySection]) -> None:
        super().__init__()
        self._sections = [each for each in sections if each.keys]

    def compose(self) -> ComposeResult:
        """Lay out the table of keys."""
        with VerticalScroll(id="help", can_focus=False):
            yield Static(Content("\n").join(self._lines()))

    def action_scroll(self, lines: int) -> None:
        """Move where there is less room than keys."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)

    def _lines(self) -> Iterator[Content]:
        for section in self._sections:
            yield Content.styled(section.title, "bold")
            yield from map(_line, section.keys)


def _line(key: Key) -> Content:
    keys = "  ".join(key.keys)
    return Content.assemble(("  " + keys.ljust(_KEY_WIDTH), "$text-primary"), " ", key.meaning)
