"""The findings, and all about the highlighted one."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from imgscope.report import ImageReport
from imgscope.tui.model.findings import finding_rows, findings_title
from imgscope.tui.model.lines import Line
from imgscope.tui.widgets.detail import Detail
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.finding_list import FindingList


class FindingsPane(Vertical):
    """How many there are, the list of them, and message, fix and places of one."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Static(classes="title", markup=False)
        self.rows = FindingList(id="finding-list")
        self.rows.placeholder = "findings follow when all layers are read …"
        self.detail = Detail()

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield self._title
        yield self.rows
        yield self.detail

    def show(self, report: ImageReport) -> None:
        """Show the findings of `report`."""
        self._title.update(content([Line(findings_title(report), "strong")]))
        self.rows.placeholder = "nothing to say against this image"
        self.rows.show(finding_rows(report))

    @on(FindingList.Highlighted)
    def _tell_more(self, event: FindingList.Highlighted) -> None:
        self.detail.show(self.rows.rows[event.position].detail)
