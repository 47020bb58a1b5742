"""One file a pane of the image screen, each with its `PANE`; they are found by walking the package."""

from __future__ import annotations

from imgscope.discovery import exported
from imgscope.tui.widgets.pane import PaneKind


def pane_kinds() -> list[PaneKind]:
    """Return all panes in their order. Raises `ValueError` where two have one name or one key."""
    kinds = sorted((kind for _, kind in exported(__name__, "PANE", PaneKind)), key=lambda kind: kind.order)
    for said in ([kind.name for kind in kinds], [kind.key for kind in kinds]):
        twice = {each for each in said if said.count(each) > 1}
        if twice:
            raise ValueError(f"two panes have {', '.join(sorted(twice))}")
    return kinds
