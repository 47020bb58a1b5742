"""Signals while the terminal UI runs: it ends as if the user had quit, and they are let through after that."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from imgscope.tui.signals import held_back
from tests.support.memory import MemorySource
from tests.tui.stage import app_image, app_of, until

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of POSIX")


@pytest.fixture
def received() -> Iterator[list[int]]:
    """What comes through of SIGTERM and SIGHUP."""
    numbers: list[int] = []
    before = {each: signal.signal(each, lambda number, _: numbers.append(number)) for each in _ENDING}
    yield numbers
    for number, handler in before.items():
        signal.signal(number, handler)


_ENDING = (signal.SIGTERM, signal.SIGHUP) if hasattr(signal, "SIGHUP") else ()


@pytest.mark.parametrize("number", _ENDING)
def test_a_signal_comes_through_after_the_end_that_it_asked_for(number: int, received: list[int]) -> None:
    told: list[str] = []
    with held_back(lambda: told.append("end")):
        signal.raise_signal(number)
        assert (told, received) == (["end"], [])
    assert (told, received) == (["end"], [number])


def test_a_second_signal_is_not_held_back(received: list[int]) -> None:
    with held_back(lambda: None):
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGHUP)
        assert received == [signal.SIGHUP]
    assert received == [signal.SIGHUP, signal.SIGTERM]


def test_a_signal_that_was_ignored_stays_ignored(received: list[int]) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    told: list[str] = []
    with held_back(lambda: told.append("end")):
        signal.raise_signal(signal.SIGHUP)
    assert (told, received) == ([], [])
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_without_a_signal_all_is_as_it_was(received: list[int]) -> None:
    before = [signal.getsignal(number) for number in _ENDING]
    with held_back(lambda: None):
        pass
    assert ([signal.getsignal(number) for number in _ENDING], received) == (before, [])


@pytest.mark.anyio
async def test_the_app_ends_when_it_is_told_so_between_two_steps() -> None:
    app = app_of(MemorySource(app_image()))
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.session is not None and app.session.inspection is not None)
        app._end_soon()
        await until(pilot, lambda: app.return_code is not None or not app.is_running)


@pytest.mark.anyio
async def test_the_app_ends_when_it_was_told_so_before_it_began() -> None:
    app = app_of(MemorySource(app_image()))
    app._end_soon()
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.return_code is not None or not app.is_running)
