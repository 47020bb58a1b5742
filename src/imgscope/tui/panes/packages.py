"""The installed packages, and what goes without them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from imgscope.analyze import Inspection
from imgscope.tui.model.packages import ORDERS, package_rows, packages_title
from imgscope.tui.model.removal_prices import Price, prices
from imgscope.tui.model.session import Session
from imgscope.tui.widgets.outline_list import OutlineColumn
from imgscope.tui.widgets.outline_pane import OutlinePane, Worked
from imgscope.tui.widgets.pane import PaneKind


class PackagesPane(OutlinePane):
    """Packages with their files, those first whose removal frees most."""

    noun = "packages"
    nothing = "no package database was found"
    orders = ORDERS
    sorts_at_once = True
    columns = (
        OutlineColumn(title="frees", width=8, is_right=True, orders=("frees",)),
        OutlineColumn(title="size", width=8, is_right=True, orders=("size",)),
        OutlineColumn(title="type", width=7, least_width=52, orders=("type",)),
        OutlineColumn(title="layer", width=6, is_right=True, least_width=64, orders=("layer",)),
        OutlineColumn(title="version", width=18, least_width=72, orders=("version",)),
        OutlineColumn(title="name", orders=("name",)),
    )

    def work_out(self, inspection: Inspection, is_cancelled: Callable[[], bool]) -> Iterator[Worked]:
        """Yield the packages at once, and again with what removing them frees, as that becomes known."""
        title = packages_title(inspection)
        known: dict[int, Price | None] = {}
        yield Worked(title=title, rows=package_rows(inspection, known))
        for batch in prices(inspection.image, inspection.image.packages, is_cancelled):
            known |= batch
            yield Worked(title=title, rows=package_rows(inspection, known))


def _count(session: Session) -> int | None:
    """Return how many packages there are."""
    return len(session.inspection.image.packages) if session.inspection else None


PANE: Final = PaneKind(
    name="packages", title="Packages", short_title="Pkgs", key="5", order=50, build=PackagesPane, count=_count
)
