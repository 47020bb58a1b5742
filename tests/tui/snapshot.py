"""What screens say, kept as text beside the tests: `IMGSCOPE_UPDATE_SNAPSHOTS=1` writes them anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from textual.pilot import Pilot

from tests.tui.stage import screen_text

_SNAPSHOTS: Final = Path(__file__).parent / "snapshots"


def assert_snapshot(pilot: Pilot[None], name: str) -> None:
    """Compare the screen with the text that is kept for `name` and the size of the terminal."""
    path = _SNAPSHOTS / f"{name}-{pilot.app.size.width}x{pilot.app.size.height}.txt"
    shown = f"{screen_text(pilot)}\n"
    if os.environ.get("IMGSCOPE_UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert path.exists(), f"there is no {path.name}; the screen:\n{shown}"
    assert shown == path.read_text(encoding="utf-8")
