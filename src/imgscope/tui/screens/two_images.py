"""Asks for two of the images of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from imgscope.comparison_names import fitted
from imgscope.tui.model.lines import Line
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.row_list import Cell, Column, RowList

_HELD_AGAINST: Final = "held against"
_MARK_WIDTH: Final = len(_HELD_AGAINST)


class ImageList(RowList):
    """A row for each image, with a mark at the one that others are `held_against`, a position among `names`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,l,right", "choose", "Show files"),
        Binding("space", "hold_against", "Hold against", tooltip="hold the others against this image"),
    ]

    def __init__(self, names: Sequence[str], held_against: int) -> None:
        super().__init__(id="image-list")
        self.held_against = held_against
        self._names = tuple(names)

    @property
    def row_count(self) -> int:
        """How many images there are."""
        return len(self._names)

    def columns(self, width: int) -> Sequence[Column]:
        """Return the number, the name and the mark."""
        return (Column(title="", width=2, is_right=True), Column(title="image"), Column(title="", width=_MARK_WIDTH))

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return what is in the columns."""
        # What the cursor, the other columns and the spaces between them take.
        names = fitted(self._names, width - _MARK_WIDTH - 6)
        is_marked = position == self.held_against
        return (Cell(f"{position + 1}", "dim"), Cell(names[position]), Cell(_HELD_AGAINST if is_marked else "", "dim"))

    def action_hold_against(self) -> None:
        """Hold the others against the image under the cursor."""
        self.held_against = self.cursor
        self.refresh()


class TwoImagesScreen(ModalScreen[tuple[int, int] | None]):
    """Ends with the positions of two images among `names`, the one that is held against first, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f", "dismiss", "Close")]

    def __init__(self, names: Sequence[str], held_against: int) -> None:
        super().__init__()
        self._list = ImageList(names, held_against)
        self._list.cursor = 0 if held_against else min(1, len(names) - 1)

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical(classes="dialog"):
            yield Static(content([Line("Show the files of", "strong")]))
            yield self._list
            yield Static(content([Line("space holds the others against an image", "dim")]))

    def on_mount(self) -> None:
        """Let the keys go to the list."""
        self._list.fill_dialog()

    @on(RowList.Chosen)
    def _choose(self, event: RowList.Chosen) -> None:
        # Nothing can be held against itself.
        if event.position != self._list.held_against:
            self.dismiss((self._list.held_against, event.position))
