"""The layers, and all about the highlighted one."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType

from imgscope.analyze import Inspection
from imgscope.tui.messages import GoToPath, LayerHighlighted
from imgscope.tui.model.layers import LayerRows, base_title, layer_detail
from imgscope.tui.model.session import Session
from imgscope.tui.widgets.layer_table import LayerTable
from imgscope.tui.widgets.pane import Pane, PaneKind


class LayersPane(Pane):
    """The layer table above the instruction of a layer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "unfold", "Unfold", tooltip="all of a long instruction, and back to the table"),
    ]

    def __init__(self, session: Session) -> None:
        self._table = LayerTable(id="layer-table", columns=session.settings.layer_columns)
        super().__init__(session, self._table)

    def show_progress(self) -> None:
        """Show what the session knows by now."""
        self._table.placeholder = "the image has no layers" if self.session.head else "looking for the image …"
        self.entitle(base_title(self.session))
        self._table.show(LayerRows(self.session))

    def show_inspection(self, inspection: Inspection) -> None:
        """Show what is known in the end."""
        self.show_progress()

    def action_unfold(self) -> None:
        """Give the text below the table all the room that it needs, or only its share again."""
        self.toggle_class("-unfolded")

    @on(LayerTable.Highlighted)
    def _tell_more(self, event: LayerTable.Highlighted) -> None:
        self.detail.show(layer_detail(self.session, event.position))
        self.post_message(LayerHighlighted(event.position))

    @on(LayerTable.Chosen)
    def _show_files(self, event: LayerTable.Chosen) -> None:
        self.post_message(GoToPath("", event.position))


PANE: Final = PaneKind(name="layers", title="Layers", short_title="Layers", key="1", order=10, build=LayersPane)
