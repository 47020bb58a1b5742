"""The layers, lowest first: sizes, progress while they are read, and what made them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from imgscope.text import format_size
from imgscope.tui.model.layers import LayerRow, LayerRows
from imgscope.tui.widgets.drawing import bar
from imgscope.tui.widgets.row_list import Cell, Column, RowList

_WIDE = 76
_UNKNOWN = Cell("…", "dim")


class LayerTable(RowList):
    """A row for each layer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Files of layer", tooltip="what this layer did to the files"),
        Binding("l,right", "choose", "Files of layer", show=False),
    ]

    def __init__(self, *, id: str, columns: Sequence[str]) -> None:
        super().__init__(id=id)
        self.rows: LayerRows | None = None
        self._wanted = columns

    def show(self, rows: LayerRows) -> None:
        """Show `rows`."""
        self.rows = rows
        self.reload()

    @property
    def row_count(self) -> int:
        """How many layers there are."""
        return len(self.rows) if self.rows is not None else 0

    def columns(self, width: int) -> Sequence[Column]:
        """Return the columns that the user wants; give the bar less room where there is little."""
        known = {
            "base": Column(title="", width=1),
            "share": Column(title="share", width=_bar_width(width)),
            "compressed": Column(title="compr.", width=7, is_right=True),
            "unpacked": Column(title="unpack.", width=7, is_right=True),
            "wasted": Column(title="wasted", width=7, is_right=True),
        }
        shown = [known[name] for name in self._shown()]
        return (Column(title="#", width=3, is_right=True), *shown, Column(title="instruction"))

    def cells(self, position: int, width: int) -> Sequence[Cell]:
        """Return what is known of a layer; the unpacked size is the progress until there is one."""
        assert self.rows is not None
        row = self.rows[position]
        known = {
            "base": Cell("◦" if row.is_base else " ", "dim"),
            "share": Cell(bar(row.share, _bar_width(width)), "dim" if row.is_base else "info"),
            "compressed": Cell(format_size(row.compressed_size)),
            "unpacked": _unpacked(row),
            "wasted": _wasted(row),
        }
        shown = [known[name] for name in self._shown()]
        return (Cell(str(row.number), "dim"), *shown, Cell(row.made_by, "dim" if row.is_base else "plain"))

    def _shown(self) -> Iterator[str]:
        has_base = self.rows is not None and self.rows.has_base
        return (name for name in self._wanted if name != "base" or has_base)


def _bar_width(width: int) -> int:
    return 8 if width >= _WIDE else 5


def _unpacked(row: LayerRow) -> Cell:
    if row.state == "failed":
        return Cell("failed", "critical")
    if row.state == "reading":
        return Cell(f"{row.progress:.0%}", "good")
    return Cell(format_size(row.unpacked_size)) if row.unpacked_size is not None else _UNKNOWN


def _wasted(row: LayerRow) -> Cell:
    if row.wasted_bytes is None:
        return _UNKNOWN
    return Cell(format_size(row.wasted_bytes), "warning") if row.wasted_bytes else Cell("-", "dim")
