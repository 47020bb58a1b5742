"""The line in which a filter is typed."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from imgscope.tui.model.lines import Line, Tone
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.line_input import LineInput


class FilterBar(Horizontal):
    """Hidden until it is wanted. What is typed is told at once; `tell` says beside it what came of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "leave", "To the list", tooltip="from the filter line to the list, which stays filtered"),
    ]

    class Changed(Message):
        """Another `text` was typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The reader wants to go on in the list."""

    def __init__(self) -> None:
        super().__init__()
        self.input = LineInput(placeholder="filter", compact=True, select_on_focus=False)
        self._told = Static(markup=False)
        self.display = False

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield Static("/", markup=False, classes="prompt")
        yield self.input
        yield self._told

    def tell(self, text: str, tone: Tone = "dim") -> None:
        """Say `text` at the end of the line: how many match, or what cannot be understood."""
        self._told.update(content([Line(text, tone)]))

    def clear(self) -> None:
        """Forget what was typed, and hide."""
        self.input.value = ""
        self.tell("")
        self.display = False

    def action_leave(self) -> None:
        """Go on in the list; an empty line is put away."""
        if not self.input.value:
            self.clear()
        self.post_message(self.Left())

    @on(Input.Changed)
    def _tell_change(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave()
