"""The keys."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

_KEYS: Final = (
    ("Panes", ""),
    ("1  2  3", "layers, files, findings"),
    ("tab  shift+tab", "next pane, previous pane"),
    ("J  K", "scroll the text below a list"),
    ("Lists", ""),
    ("↓ ↑  j k", "down, up"),
    ("pgdn pgup  ctrl+f ctrl+b", "a page down, up"),
    ("home end  g G", "first, last"),
    ("Layers", ""),
    ("enter  l", "the files of the layer"),
    ("Files", ""),
    ("enter  space", "open or close a directory"),
    ("→ ←  l h", "open; close, or go to the directory above"),
    ("t", "the whole image, or only what one layer did:"),
    ("", "+ added   ~ changed   - removed"),
    ("Everywhere", ""),
    ("?  escape", "this help, and away with it"),
    ("q  ctrl+c", "quit"),
)
_KEY_WIDTH: Final = 26


class HelpScreen(ModalScreen[None]):
    """Shows the keys until one of a few is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,enter", "dismiss", "Close"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Lay out the table of keys."""
        with VerticalScroll(id="help", can_focus=False):
            yield Static(Content("\n").join(_line(keys, meaning) for keys, meaning in _KEYS))

    def action_scroll(self, lines: int) -> None:
        """Move where there is less room than keys."""
        self.query_one("#help").scroll_relative(y=lines, animate=False)


def _line(keys: str, meaning: str) -> Content:
    if keys and not meaning:
        return Content.styled(keys, "bold")
    return Content.assemble(("  " + keys.ljust(_KEY_WIDTH), "$text-primary"), meaning)
