"""A line at the bottom in which something is asked for: what to search, or where to save."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from imgscope.tui.widgets.line_input import LineInput


class PromptBar(Horizontal):
    """Hidden until it asks. Every change and the end of typing are told."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Cancel")]

    class AboutPrompt(Message):
        """Something happened in `control`, in which `text` stands."""

        def __init__(self, prompt_bar: PromptBar, text: str) -> None:
            super().__init__()
            self._prompt_bar = prompt_bar
            self.text = text

        @property
        def control(self) -> PromptBar:
            """The line, so that handlers can be told apart by it."""
            return self._prompt_bar

    class Changed(AboutPrompt):
        """Something else was typed."""

    class Submitted(AboutPrompt):
        """Enter was pressed."""

    class Closed(AboutPrompt):
        """The reader does not want to go on."""

    def __init__(self, prompt: str, *, id: str) -> None:
        super().__init__(id=id)
        self.input = LineInput(compact=True, select_on_focus=False)
        self._prompt = prompt
        self.display = False

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield Static(self._prompt, markup=False, classes="prompt")
        yield self.input

    def ask(self, text: str | None = None) -> None:
        """Show the line with `text` in it, or with what was typed last, and let it have the keys."""
        self.display = True
        if text is not None:
            self.input.value = text
        self.input.cursor_position = len(self.input.value)
        self.screen.set_focus(self.input)

    def action_close(self) -> None:
        """Put the line away."""
        self.display = False
        self.post_message(self.Closed(self, self.input.value))

    @on(Input.Changed)
    def _tell_change(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(self.Changed(self, event.value))

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(self, event.value))
