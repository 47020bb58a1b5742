"""What the build left in the image, and how not to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from imgscope.analyze import Inspection
from imgscope.tui.model.leftovers import ORDERS, leftover_rows, leftovers_title
from imgscope.tui.model.session import Session
from imgscope.tui.widgets.outline_list import OutlineColumn
from imgscope.tui.widgets.outline_pane import OutlinePane, Worked
from imgscope.tui.widgets.pane import PaneKind


class LeftoversPane(OutlinePane):
    """Groups of leftovers with their packages and paths, and the fix of one."""

    noun = "leftovers"
    nothing = "the build left nothing behind"
    orders = ORDERS
    columns = (
        OutlineColumn(title="bytes", width=8, is_right=True, orders=("bytes",)),
        OutlineColumn(title="surety", width=7, least_width=60, orders=("confidence",)),
        OutlineColumn(title="layers", width=8, least_width=46),
        OutlineColumn(title="what", orders=("kind",)),
    )

    def work_out(self, inspection: Inspection, is_cancelled: Callable[[], bool]) -> Iterator[Worked]:
        """Yield all of it."""
        yield Worked(title=leftovers_title(inspection), rows=leftover_rows(inspection))


def _count(session: Session) -> int | None:
    """Return how many kinds of leftovers there are."""
    return len(session.inspection.report.leftovers.groups) if session.inspection else None


PANE: Final = PaneKind(
    name="leftovers", title="Leftovers", short_title="Left", key="3", order=30, build=LeftoversPane, count=_count
)
