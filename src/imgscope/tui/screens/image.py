"""The one screen of an image: its summary, and the panes for layers, files and findings."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Tab, Tabs

from imgscope.tui.messages import Inspected, Progressed
from imgscope.tui.model.session import Session
from imgscope.tui.model.summary import summary_of
from imgscope.tui.widgets.files_pane import FilesPane
from imgscope.tui.widgets.findings_pane import FindingsPane
from imgscope.tui.widgets.layers_pane import LayersPane
from imgscope.tui.widgets.row_list import RowList
from imgscope.tui.widgets.summary_header import SummaryHeader

_PANES: Final = ("layers", "files", "findings")


class ImageScreen(Screen[None]):
    """Shows one pane at a time, or, where there is room, the layers with one of the others beside them."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - textual declares it as if each screen had its own
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "pane('layers')", "Layers"),
        Binding("2", "pane('files')", "Files"),
        Binding("3", "pane('findings')", "Findings"),
        Binding("t", "toggle_scope", "Image/layer"),
        Binding("tab", "next_pane(1)", "Next pane", show=False),
        Binding("shift+tab", "next_pane(-1)", "Previous pane", show=False),
        Binding("J,shift+down", "scroll_detail(3)", "Text down", show=False),
        Binding("K,shift+up", "scroll_detail(-3)", "Text up", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._header = SummaryHeader()
        self._tabs = {pane: Tab(_label(pane), id=pane) for pane in _PANES}
        self._layers = LayersPane(session)
        self._files = FilesPane()
        self._findings = FindingsPane()

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._header
        tabs = Tabs(*self._tabs.values())
        tabs.can_focus = False
        yield tabs
        with Horizontal(id="panes", classes="layers right-files"):
            yield self._layers
            yield self._files
            yield self._findings
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with what is known before anything was asked."""
        self._update_progress()

    @on(Progressed)
    def _show_progress(self, message: Progressed) -> None:
        self._session.apply(message.event)
        self._update_progress()

    @on(Inspected)
    def _show_inspection(self, message: Inspected) -> None:
        report = message.inspection.report
        self._session.finish(message.inspection)
        self._update_progress()
        self._files.show(message.inspection)
        self._findings.show(report)
        count = len(report.findings) + len(report.failures)
        self._tabs["findings"].label = Content(f"{_label('findings')} ({count})")

    def _update_progress(self) -> None:
        self._header.summary = summary_of(self._session)
        self._layers.update_rows()

    @on(Tabs.TabActivated)
    def _follow_tab(self, event: Tabs.TabActivated) -> None:
        self._show_pane(event.tab.id or _PANES[0])

    @on(RowList.Highlighted, "#layer-table")
    def _follow_layer(self, event: RowList.Highlighted) -> None:
        self._files.choose_layer(event.position)

    @on(RowList.Chosen, "#layer-table")
    def _show_layer(self) -> None:
        self._files.choose_scope(is_whole=False)
        self.action_pane("files")

    def action_pane(self, pane: str) -> None:
        """Go to the pane called `pane`."""
        self.query_one(Tabs).active = pane
        self._show_pane(pane)

    def action_next_pane(self, panes: int) -> None:
        """Go `panes` on, around the end."""
        self.action_pane(_PANES[(_PANES.index(self.query_one(Tabs).active) + panes) % len(_PANES)])

    def action_toggle_scope(self) -> None:
        """Show the files of the whole image or of the layer."""
        self._files.toggle_scope()
        self.action_pane("files")

    def action_scroll_detail(self, lines: int) -> None:
        """Scroll the text below the list that has the focus."""
        self._pane(self.query_one(Tabs).active).detail.scroll_relative(y=lines, animate=False)

    def _show_pane(self, pane: str) -> None:
        panes = self.query_one("#panes")
        for each in _PANES:
            panes.set_class(each == pane, each)
        if pane != "layers":
            panes.set_class(pane == "files", "right-files")
            panes.set_class(pane == "findings", "right-findings")
        # Not `focus`, which takes its time: the next key may be there already.
        self.set_focus(self._pane(pane).rows)

    def _pane(self, pane: str) -> LayersPane | FilesPane | FindingsPane:
        panes: dict[str, LayersPane | FilesPane | FindingsPane] = {
            "layers": self._layers,
            "files": self._files,
            "findings": self._findings,
        }
        return panes[pane]


def _label(pane: str) -> str:
    return f"{_PANES.index(pane) + 1} {pane.capitalize()}"
