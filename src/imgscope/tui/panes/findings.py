"""The findings, each with its fix and the page of its rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from imgscope.analyze import Inspection
from imgscope.tui.model.findings import ORDERS, finding_rows, findings_title
from imgscope.tui.model.session import Session
from imgscope.tui.widgets.outline_list import OutlineColumn
from imgscope.tui.widgets.outline_pane import OutlinePane, Worked
from imgscope.tui.widgets.pane import PaneKind


class FindingsPane(OutlinePane):
    """What could not be found out, and the findings with their packages and paths."""

    noun = "findings"
    nothing = "nothing to say against this image"
    orders = ORDERS
    columns = (
        OutlineColumn(title="severity", width=9, orders=("severity",)),
        OutlineColumn(title="bytes", width=8, is_right=True, orders=("bytes",)),
        OutlineColumn(title="layer", width=6, is_right=True, orders=("layer",)),
        OutlineColumn(title="rule", orders=("rule",)),
    )

    def work_out(self, inspection: Inspection, is_cancelled: Callable[[], bool]) -> Iterator[Worked]:
        """Yield all of it."""
        yield Worked(title=findings_title(inspection.report), rows=finding_rows(inspection))


def _count(session: Session) -> int | None:
    """Return how many findings and failures there are."""
    report = session.inspection.report if session.inspection else None
    return len(report.findings) + len(report.failures) if report else None


PANE: Final = PaneKind(
    name="findings", title="Findings", short_title="Find", key="6", order=60, build=FindingsPane, count=_count
)
