"""Asks where a report should go, and writes it there."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from imgscope.errors import ImgscopeError, UsageError
from imgscope.text import printable
from imgscope.tui.model.lines import Line
from imgscope.tui.saving import target_of
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.line_input import LineInput


class ExportScreen(ModalScreen[None]):
    """Takes a path, `begin` at first, and has `write` write a report in `format` to it, as `FORMAT=PATH`.

    In a directory, the report is the file called `begin` there. A file that is there already is written over only when
    Enter is pressed a second time.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Close")]

    def __init__(self, format: str, begin: str, write: Callable[[str], str]) -> None:
        super().__init__()
        self._format = format
        self._begin = begin
        self._write = write
        self._input = LineInput(begin, select_on_focus=False)
        self._told = Static(markup=False)
        self._confirmed = ""

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical(classes="dialog"):
            yield Static(content([Line(f"Write the report as {self._format} to", "strong")]))
            yield self._input
            yield self._told

    @on(Input.Submitted)
    def _export(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            self._tell("name a file")
            return
        try:
            path = str(target_of(event.value, self._begin))
        except UsageError as error:
            self._tell(error.message)
            return
        if os.path.lexists(path) and self._confirmed != path:
            self._confirmed = path
            self._tell("this file exists: enter again to write over it")
        else:
            # A lone dash would be stdout, which the terminal UI is drawn on.
            self._write_to("./-" if path == "-" else path)

    def _write_to(self, path: str) -> None:
        try:
            written = self._write(f"{self._format}={path}")
        except ImgscopeError as error:
            self._tell(error.message)
            return
        self.app.notify(f"written to {printable(written)}", markup=False)
        self.dismiss()

    def _tell(self, text: str) -> None:
        self._told.update(content([Line(text, "warning")]))
