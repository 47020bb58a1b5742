"""What can be read in the panes that are outlines."""

from __future__ import annotations

from textual.pilot import Pilot

from imgscope.tui.widgets.outline_list import OutlineList


def outline(pilot: Pilot[None]) -> OutlineList:
    """The list that has the focus."""
    focused = pilot.app.focused
    assert isinstance(focused, OutlineList)
    return focused


def rows(pilot: Pilot[None], width: int = 120) -> list[str]:
    """What its rows say, with one space between columns."""
    shown = outline(pilot)
    lines = (" ".join(cell.text for cell in shown.cells(number, width)) for number in range(shown.row_count))
    return [" ".join(line.split()) for line in lines]


def current(pilot: Pilot[None]) -> str:
    """What the row under the cursor says."""
    return rows(pilot)[outline(pilot).cursor]
