"""What threads make of their work, for another to take up, though memory may run out in any of them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final, TypeVar

Result = TypeVar("Result")
Item = TypeVar("Item")

_LOOK_AROUND: Final = 0.1
"""Seconds between looks at whether to go on waiting."""


def outcome_of(function: Callable[[], Result]) -> Future[Result]:
    """Return what `function` returns or raises, whatever it is."""
    outcome: Future[Result] = Future()
    settle(outcome, function)
    return outcome


def settle(outcome: Future[Result], function: Callable[[], Result]) -> None:
    """Make what `function` returns or raises the outcome."""
    failure: BaseException
    try:
        result = function()
    except MemoryError:
        # Not the one that was raised: its traceback keeps everything in memory that was read until then.
        failure = MemoryError()
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the outcome is taken
        failure = error
    else:
        outcome.set_result(result)
        return
    outcome.set_exception(failure)


def take(ended: queue.SimpleQueue[Item], threads: Sequence[threading.Thread], *, patience: float) -> Item | None:
    """Return what one of `threads` has put into `ended`, None where nothing came for `patience` seconds.

    Raises `MemoryError` where nothing will come any more: a thread ends without a word only for want of memory.
    """
    try:
        return ended.get(timeout=patience)
    except queue.Empty:
        if any(thread.is_alive() for thread in threads):
            return None
    try:
        return ended.get_nowait()
    except queue.Empty:
        raise MemoryError from None


def await_outcome(outcome: Future[Result], thread: threading.Thread, look_around: Callable[[], None]) -> Result:
    """Return or raise the outcome of `thread`, calling `look_around` meanwhile, which may raise to stop waiting.

    Raises `MemoryError` where the thread ended without one.
    """
    while not outcome.done():
        thread.join(_LOOK_AROUND)
        if not thread.is_alive() and not outcome.done():
            raise MemoryError
        look_around()
    return outcome.result()
