"""What the tests of faults share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.running import small_layout


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """A layout with a small image in it."""
    return small_layout(tmp_path / "layout")
