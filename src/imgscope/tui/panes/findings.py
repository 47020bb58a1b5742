"""The findings, and all about the highlighted one."""

from __future__ import annotations

from typing import Final

from textual import on

from imgscope.analyze import Inspection
from imgscope.tui.model.findings import finding_rows, findings_title
from imgscope.tui.model.session import Session
from imgscope.tui.widgets.finding_list import FindingList
from imgscope.tui.widgets.pane import Pane, PaneKind


class FindingsPane(Pane):
    """How many there are, the list of them, and message, fix and places of one."""

    def __init__(self, session: Session) -> None:
        self._list = FindingList(id="finding-list")
        self._list.placeholder = "findings follow when all layers are read …"
        super().__init__(session, self._list)

    @property
    def count(self) -> int | None:
        """How many findings and failures there are."""
        return len(self._list.rows) if self.session.inspection else None

    def show_inspection(self, inspection: Inspection) -> None:
        """Show the findings in the report."""
        self.entitle(findings_title(inspection.report))
        self._list.placeholder = "nothing to say against this image"
        self._list.show(finding_rows(inspection.report))

    @on(FindingList.Highlighted)
    def _tell_more(self, event: FindingList.Highlighted) -> None:
        assert self.detail is not None
        self.detail.show(self._list.rows[event.position].detail)


PANE: Final = PaneKind(name="findings", title="Findings", short_title="Find", key="6", order=60, build=FindingsPane)
