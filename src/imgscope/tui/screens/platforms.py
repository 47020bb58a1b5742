"""Asks for which platform to show the image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from imgscope.oci.platform import Platform
from imgscope.tui.model.lines import Line
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.row_list import Cell, Column, RowList


class PlatformList(RowList):
    """A row for each platform, the one that is shown with a mark."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,l,right", "choose", "Show")]

    def __init__(self, platforms: Sequence[Platform], shown: Platform) -> None:
        super().__init__(id="platform-list")
        self.platforms = platforms
        self._shown = shown

    @property
    def row_count(self) -> int:
        """How many platforms there are."""
        return len(self.platforms)

    def columns(self, width: int) -> Sequence[Column]:
        """Return the platform, and whether it is the one."""
        return (Column(title="platform"), Column(title="", width=6))

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return what is in the columns."""
        platform = self.platforms[position]
        version = f" ({platform.os_version})" if platform.os_version else ""
        return (Cell(f"{platform}{version}"), Cell("shown" if platform == self._shown else "", "dim"))


class PlatformScreen(ModalScreen[Platform | None]):
    """Ends with the platform that was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,p", "dismiss", "Close")]

    def __init__(self, platforms: Sequence[Platform], shown: Platform) -> None:
        super().__init__()
        self._list = PlatformList(platforms, shown)
        self._list.cursor = platforms.index(shown) if shown in platforms else 0

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical(classes="dialog"):
            yield Static(content([Line("Show the image for", "strong")]))
            yield self._list

    def on_mount(self) -> None:
        """Let the keys go to the list."""
        self._list.fill_dialog()

    @on(RowList.Chosen)
    def _choose(self, event: RowList.Chosen) -> None:
        self.dismiss(self._list.platforms[event.position])
