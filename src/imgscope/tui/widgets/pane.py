"""What every pane of the image screen is and can be asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from imgscope.analyze import Inspection
from imgscope.tui.model.lines import Line
from imgscope.tui.model.session import Session
from imgscope.tui.widgets.detail import Detail
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.filter_bar import FilterBar


def no_count(_: Session) -> None:
    """Tell nothing: the number of things in a pane is of no interest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaneKind:
    """A pane as the image screen finds it: `key` is the digit that goes there, `order` its place among the others.

    `short_title` is what its tab says where not all titles have room, and `count` how many things there are in it, None
    where that says nothing, or nothing yet. A pane that `stands_alone` has the whole width even where the layers would
    have room beside it.
    """

    name: str
    title: str
    short_title: str
    key: str
    order: int
    build: Callable[[Session], Pane]
    count: Callable[[Session], int | None] = no_count
    stands_alone: bool = False


class Pane(Vertical):
    """A title, a filter line where it is wanted, what has the focus (`rows`), and the text below it (`detail`).

    A pane is mounted when it first comes into sight, which may be before anything is known. `show_progress` is called
    then and while the image is read, and `show_inspection` once, when all of it is; until then `rows` say that their
    content follows. What takes long to work out is worked out in a thread that posts the result to the pane. Panes
    whose `can_filter` is true are asked to `filter_by` what was typed.
    """

    can_filter: ClassVar[bool] = False
    BINDINGS: ClassVar[list[BindingType]] = [
        # What changes who has the keys comes before all else: the next key may have come along with this one.
        Binding("slash", "filter", "Filter", tooltip="filter the list", priority=True),
        Binding("ctrl+f", "filter", "Filter", show=False, priority=True),
        Binding("escape", "clear_filter", "Clear filter", tooltip="clear the filter and close its line"),
        Binding("J,shift+down", "scroll_detail(3)", "Text down", show=False, tooltip="scroll the text below the list"),
        Binding("K,shift+up", "scroll_detail(-3)", "Text up", show=False, tooltip="scroll the text back"),
    ]

    def __init__(self, session: Session, rows: Widget) -> None:
        super().__init__()
        self.session = session
        self.rows = rows
        self.detail = Detail()
        self.filter_bar = FilterBar()
        self._title = Static(classes="title", markup=False)
        self._title.display = False

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._title
        if self.can_filter:
            yield self.filter_bar
        yield self.rows
        yield self.detail

    def show_progress(self) -> None:
        """Show what the session knows by now; called ten times a second at most."""

    def show_inspection(self, inspection: Inspection) -> None:
        """Show an image that was read to its end."""

    def follow_layer(self, number: int) -> None:
        """Take note that layer `number` is now highlighted in the layer table."""

    def go_to_path(self, path: str, layer: int | None) -> None:
        """Highlight `path` in the image or in what `layer` did; only the files pane is asked."""

    def filter_by(self, text: str) -> None:
        """Show only what matches `text`; all of it where that is empty."""

    def entitle(self, title: str) -> None:
        """Let the line above the list say `title`; no line where that is empty."""
        self._title.display = bool(title)
        self._title.update(content([Line(title, "strong")]))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer a filter only where there is one."""
        if action == "filter":
            return self.can_filter and self.screen.focused is not self.filter_bar.input
        return self.filter_bar.display if action == "clear_filter" else True

    def action_filter(self) -> None:
        """Open the filter line."""
        self.filter_bar.display = True
        self.screen.set_focus(self.filter_bar.input)
        self.refresh_bindings()

    def action_clear_filter(self) -> None:
        """Show everything again."""
        self.filter_bar.clear()
        self.screen.set_focus(self.rows)
        self.refresh_bindings()

    def action_scroll_detail(self, lines: int) -> None:
        """Scroll the text below the list."""
        self.detail.scroll_relative(y=lines, animate=False)

    @on(FilterBar.Changed)
    def _filter(self, event: FilterBar.Changed) -> None:
        self.filter_by(event.text)

    @on(FilterBar.Left)
    def _leave_filter(self) -> None:
        self.screen.set_focus(self.rows)
        self.refresh_bindings()
