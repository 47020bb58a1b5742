"""Hostile images in the terminal UI: every view of them is opened, nothing of them acts, and none costs too much."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from tests.hostile.case import Case
from tests.hostile.confined import Confined
from tests.hostile.corpus import CASES
from tests.hostile.declared import MEBIBYTE
from tests.hostile.outcomes import assert_cheap

pytestmark = pytest.mark.corpus

_NAMES: Final = (
    "names that act", "history that acts", "configuration that acts", "distribution that acts",
    "path 4096 directories deep", "symlinks in circles", "files that are directories",
    "sparse file of 8 eib", "every layer fails", "two thousand findings", "gzip bomb",
    "two thousand layers", "one layer five thousand times",
)  # fmt: skip
_PANES: Final = [keys for pane in "345678" for keys in (pane, "l", "j", "l", "G", "y")]
_KEYS: Final = ("j", "2", "j", "l", "G", *_PANES, "9", "enter", "v", "enter", "V", "G", "u", "1", "enter", "escape")
_MEMORY: Final = 128 * MEBIBYTE
_CPU_SECONDS: Final = 15.0


@pytest.mark.parametrize("case", [CASES[name] for name in _NAMES], ids=_NAMES)
def test_C60_C71_every_view_of_a_hostile_image_is_shown_and_does_nothing(
    case: Case, confined: Confined, tmp_path: Path
) -> None:
    viewed = confined.views(case.function(tmp_path / "image"), _KEYS, tmp_path)
    assert_cheap(viewed.cost, memory=_MEMORY, cpu=_CPU_SECONDS)
