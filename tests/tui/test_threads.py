"""Work in threads: nobody waits for it, and what goes wrong in it is told."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from textual.app import App
from textual.worker import WorkerFailed, get_current_worker

from imgscope.tui.threads import in_thread


class Asking(App[None]):
    """Asks what does not answer before `answers` is set, and ends."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answers = threading.Event(), threading.Event()

    async def on_mount(self) -> None:
        self.ask()
        while not self.asked.is_set():
            await asyncio.sleep(0)
        self.exit()

    @in_thread()
    def ask(self) -> None:
        self.asked.set()
        self.answers.wait(30)


def test_a_program_that_ends_does_not_wait_for_what_does_not_answer() -> None:
    app = Asking()
    began = time.monotonic()
    app.run(headless=True)
    took = time.monotonic() - began
    app.answers.set()
    assert took < 10


class Failing(App[None]):
    """Fails while it works."""

    def on_mount(self) -> None:
        self.fail()

    @in_thread()
    def fail(self) -> None:
        raise ZeroDivisionError("a mistake")


@pytest.mark.anyio
async def test_what_goes_wrong_ends_the_program_as_in_any_worker() -> None:
    with pytest.raises(WorkerFailed, match="a mistake"):
        async with Failing().run_test() as pilot:
            await pilot.app.workers.wait_for_complete()


class Replacing(App[None]):
    """Asks twice, of which only the second time is of interest."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[bool] = []
        self.goes_on = threading.Event()

    @in_thread(exclusive=True)
    def ask(self, *, number: int) -> None:
        worker = get_current_worker()
        self.goes_on.wait(30)
        self.told.append(worker.is_cancelled)


@pytest.mark.anyio
async def test_of_what_is_exclusive_the_one_before_is_cancelled_and_knows_it() -> None:
    app = Replacing()
    async with app.run_test() as pilot:
        app.ask(number=1)
        await pilot.pause()
        app.ask(number=2)
        await pilot.pause()
        app.goes_on.set()
        while len(app.told) < 2:
            await pilot.pause()
    assert sorted(app.told) == [False, True]
