"""The C library, who needs what of it, and what will not start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from imgscope.analyze import Inspection
from imgscope.tui.model.libc import libc_rows, libc_title
from imgscope.tui.widgets.outline_list import OutlineColumn
from imgscope.tui.widgets.outline_pane import OutlinePane, Worked
from imgscope.tui.widgets.pane import PaneKind


class LibcPane(OutlinePane):
    """The verdict with its evidence, loaders, and programs by what they need."""

    noun = "programs"
    nothing = "no program and no library was found"
    columns = (
        OutlineColumn(title="files", width=7, is_right=True),
        OutlineColumn(title="bytes", width=8, is_right=True, least_width=50),
        OutlineColumn(title="what"),
    )

    def work_out(self, inspection: Inspection, is_cancelled: Callable[[], bool]) -> Iterator[Worked]:
        """Yield all of it."""
        yield Worked(title=libc_title(inspection), rows=libc_rows(inspection))


PANE: Final = PaneKind(name="libc", title="libc", short_title="libc", key="8", order=80, build=LibcPane)
