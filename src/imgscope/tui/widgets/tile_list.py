"""The tiles of a treemap as a list, for where there is room beside it."""

from __future__ import annotations

from collections.abc import Sequence

from imgscope.text import format_size
from imgscope.tui.model.tiles import Tile
from imgscope.tui.widgets.row_list import Cell, Column, RowList


class TileList(RowList):
    """Every tile there is, also those that are too small for the treemap."""

    can_focus = False

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._tiles: Sequence[Tile] = ()
        self._total = 0

    def show(self, tiles: Sequence[Tile]) -> None:
        """Show `tiles`."""
        self._tiles = tiles
        self._total = sum(tile.size for tile in tiles)
        self.reload()

    @property
    def row_count(self) -> int:
        """How many tiles there are."""
        return len(self._tiles)

    def columns(self, width: int) -> Sequence[Column]:
        """Return size, share and name."""
        return (
            Column(title="size", width=8, is_right=True),
            Column(title="share", width=6, is_right=True),
            Column(title="name"),
        )

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return what stands in the columns of a tile."""
        tile = self._tiles[position]
        share = f"{tile.size / self._total:.1%}" if self._total else "-"
        return (Cell(format_size(tile.size)), Cell(share, "dim"), Cell(tile.name))
