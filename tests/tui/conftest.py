"""Tests of the terminal UI are coroutines, on the event loop that textual needs."""

from __future__ import annotations

import pytest

from imgscope.tui import file_reader
from imgscope.tui.model.content.highlighting import spans


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _highlights_without_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask pygments here: to start a process takes longer than all else that a file view does."""
    monkeypatch.setattr(file_reader, "highlights", spans)
