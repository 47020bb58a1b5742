"""What a container starts with, and how the image was built."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from imgscope.analyze import Inspection
from imgscope.tui.model.config import config_rows, config_title
from imgscope.tui.widgets.outline_list import OutlineColumn
from imgscope.tui.widgets.outline_pane import OutlinePane, Worked
from imgscope.tui.widgets.pane import PaneKind


class ConfigPane(OutlinePane):
    """The configuration by sections; the last is the Dockerfile as far as history tells it."""

    noun = "settings"
    nothing = "the image has no configuration"
    columns = (OutlineColumn(title="what containers start with, and how the image was built"),)

    def work_out(self, inspection: Inspection, is_cancelled: Callable[[], bool]) -> Iterator[Worked]:
        """Yield all of it."""
        yield Worked(title=config_title(inspection), rows=config_rows(inspection))


PANE: Final = PaneKind(name="config", title="Config", short_title="Conf", key="7", order=70, build=ConfigPane)
