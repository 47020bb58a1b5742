"""The findings, and all about the highlighted one."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from imgscope.report import ImageReport
from imgscope.tui.model.findings import FindingRow, finding_rows, findings_title
from imgscope.tui.model.lines import Line
from imgscope.tui.widgets.detail import Detail
from imgscope.tui.widgets.drawing import content
from imgscope.tui.widgets.finding_list import FindingList


class FindingsPane(Vertical):
    """How many there are, the list of them, and message, fix and places of one."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._rows: list[FindingRow] = []

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield Static(classes="title", markup=False)
        findings = FindingList(id="finding-list")
        findings.placeholder = "findings follow when all layers are read …"
        yield findings
        yield Detail()

    def show(self, report: ImageReport) -> None:
        """Show the findings of `report`."""
        self._rows = finding_rows(report)
        self.query_one(Static).update(content([Line(findings_title(report), "strong")]))
        findings = self.query_one(FindingList)
        findings.placeholder = "nothing to say against this image"
        findings.show(self._rows)

    @on(FindingList.Highlighted)
    def _tell_more(self, event: FindingList.Highlighted) -> None:
        self.query_one(Detail).show(self._rows[event.position].detail)
