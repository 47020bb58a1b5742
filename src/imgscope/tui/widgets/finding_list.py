"""The findings, gravest first."""

from __future__ import annotations

from collections.abc import Sequence

from imgscope.text import format_size
from imgscope.tui.model.findings import FindingRow
from imgscope.tui.widgets.row_list import Cell, Column, RowList

_WIDE = 70


class FindingList(RowList):
    """A row for each finding; where there is little room, without what it says, which stands below."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.rows: list[FindingRow] = []

    def show(self, rows: list[FindingRow]) -> None:
        """Show `rows`."""
        self.rows = rows
        self.reload()

    @property
    def row_count(self) -> int:
        """How many findings there are."""
        return len(self.rows)

    def columns(self, width: int) -> Sequence[Column]:
        """Return the columns; the rule has what room there is where the message does not fit."""
        fixed = (
            Column(title="severity", width=8),
            Column(title="bytes", width=7, is_right=True),
            Column(title="layer", width=5, is_right=True),
        )
        if width < _WIDE:
            return (*fixed, Column(title="rule"))
        return (*fixed, Column(title="rule", width=25), Column(title="what"))

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return what is in the columns."""
        row = self.rows[position]
        cells = (
            Cell(row.severity, row.tone),
            Cell(format_size(row.bytes) if row.bytes is not None else "-"),
            Cell(str(row.layer) if row.layer is not None else "-"),
            Cell(row.name, "strong"),
        )
        return cells if width < _WIDE else (*cells, Cell(row.message))
