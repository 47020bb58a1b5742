"""Tests of the terminal UI are coroutines, on the event loop that textual needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual._styles_cache import StylesCache

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
def _drawn_and_looked_at_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let textual draw 1000 times a second and not 60, and its pilot look whether all is done 250 times and not 50.

    It looks several times for each key, so that most of the time of a test was spent waiting.
    """
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 1 / 1000)
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 1 / 250)
    monkeypatch.setattr("textual._wait.SLEEP_IDLE", 1 / 5000)


@pytest.fixture(autouse=True)
def _screens_are_let_go_of() -> Iterator[None]:
    """Forget what textual keeps of the last thousand widgets, whatever became of them: all their lines."""
    yield
    StylesCache.get_inner_outer.cache_clear()
