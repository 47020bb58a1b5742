"""Images that can be opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from imgscope.tui.model.start import OfferRow
from imgscope.tui.widgets.row_list import Cell, Column, RowList

_WIDE: Final = 90


class OfferList(RowList):
    """A row for each image, those from one place together."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Open", tooltip="open the image"),
        Binding("l,right", "choose", "Open", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(id="offer-list")
        self.rows: list[OfferRow] = []

    def show(self, rows: list[OfferRow]) -> None:
        """Show `rows`."""
        self.rows = rows
        self.reload()

    @property
    def row_count(self) -> int:
        """How many images there are."""
        return len(self.rows)

    def columns(self, width: int) -> Sequence[Column]:
        """Return the columns; what else is known of an image only where there is room."""
        place = Column(title="from", width=24 if width >= _WIDE else 18)
        about = Column(title="", width=22, is_right=True)
        return (place, Column(title="image"), *((about,) if width >= _WIDE else ()))

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return what is in the columns."""
        row = self.rows[position]
        place = Cell(row.place, "dim")
        if not row.reference:
            cells = (place, Cell(row.about, "warning"))
            return (*cells, Cell("")) if width >= _WIDE else cells
        cells = (place, Cell(row.reference, "strong"))
        return (*cells, Cell(row.about, "dim")) if width >= _WIDE else cells
