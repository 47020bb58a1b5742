"""What ships in vain, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from imgscope.analyze import Inspection
from imgscope.tui.model.waste import waste_rows, waste_title
from imgscope.tui.widgets.outline_list import OutlineColumn
from imgscope.tui.widgets.outline_pane import OutlinePane, Worked
from imgscope.tui.widgets.pane import PaneKind


class WastePane(OutlinePane):
    """Causes of waste, each with its bar and its paths."""

    noun = "waste"
    nothing = "nothing ships in vain"
    columns = (
        OutlineColumn(title="bytes", width=8, is_right=True),
        OutlineColumn(title="share", width=8, least_width=70),
        OutlineColumn(title="copies", width=9, is_right=True, least_width=60),
        OutlineColumn(title="layers", width=9, least_width=46),
        OutlineColumn(title="why, and what"),
    )

    def work_out(self, inspection: Inspection, is_cancelled: Callable[[], bool]) -> Iterator[Worked]:
        """Yield all of it."""
        yield Worked(title=waste_title(inspection), rows=waste_rows(inspection))


PANE: Final = PaneKind(name="waste", title="Waste", short_title="Waste", key="4", order=40, build=WastePane)
