"""The layers, and all about the highlighted one."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from imgscope.tui.model.layers import layer_detail, layer_rows
from imgscope.tui.model.session import Session
from imgscope.tui.widgets.detail import Detail
from imgscope.tui.widgets.layer_table import LayerTable


class LayersPane(Vertical):
    """The layer table above the instruction of a layer."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.rows = LayerTable(id="layer-table")
        self.detail = Detail()

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self.rows
        yield self.detail

    def update_rows(self) -> None:
        """Show what the session knows by now."""
        self.rows.placeholder = "the image has no layers" if self._session.head else "looking for the image …"
        self.rows.show(layer_rows(self._session))

    @on(LayerTable.Highlighted)
    def _tell_more(self, event: LayerTable.Highlighted) -> None:
        self.detail.show(layer_detail(self._session, event.position))
