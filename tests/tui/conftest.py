"""Tests of the terminal UI are coroutines, on the event loop that textual needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgscope.tui import file_reader
from imgscope.tui.model.content.highlighting import spans


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens the terminal UI: half a second each, most of it spent by textual."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and item.get_closest_marker("anyio"):
            item.add_marker(pytest.mark.terminal)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def _highlights_without_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask pygments here: to start a process takes longer than all else that a file view does."""
    monkeypatch.setattr(file_reader, "highlights", spans)


@pytest.fixture(autouse=True)
def _looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let textual's pilot look 400 times a second whether all is done, and not 50: it looks several times for a key."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 1 / 400)
    monkeypatch.setattr("textual._wait.SLEEP_IDLE", 1 / 8000)
