"""Hostile images in the terminal UI: every view of them is opened, and nothing of them acts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from imgscope.sources import open_source
from imgscope.sources.base import SourceOptions
from tests.hostile.case import Case
from tests.hostile.corpus import CASES
from tests.tui.stage import press, shown
from tests.tui.test_hostile_text import assert_harmless

pytestmark = [pytest.mark.anyio, pytest.mark.corpus]

_NAMES: Final = (
    "names that act", "history that acts", "configuration that acts", "distribution that acts",
    "path 4096 directories deep", "symlinks in circles", "files that are directories",
    "sparse file of 8 eib", "every layer fails", "two thousand findings",
)  # fmt: skip
_PANES: Final = [keys for pane in "345678" for keys in (pane, "l", "j", "l", "G", "y")]
_KEYS: Final = ("j", "2", "j", "l", "G", *_PANES, "9", "enter", "v", "enter", "V", "G", "u", "1", "enter", "escape")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.parametrize("case", [CASES[name] for name in _NAMES], ids=_NAMES)
async def test_C71_every_view_of_a_hostile_image_is_shown_and_does_nothing(case: Case, tmp_path: Path) -> None:
    source = open_source(case.make(tmp_path / "image"), SourceOptions())
    async with shown(source, (120, 30)) as pilot:
        for keys in _KEYS:
            await press(pilot, keys)
            assert_harmless(pilot)
            assert pilot.app.return_code is None
