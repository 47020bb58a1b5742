"""Signals that end a program, met by one that has the terminal for itself."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from textual.app import App

_SIGNALS: Final = ("SIGTERM", "SIGHUP")


@contextmanager
def held_back(end: Callable[[], object]) -> Iterator[None]:
    """Call `end` when SIGTERM or SIGHUP comes, and let that do what it did before once the block is left.

    An exception that a handler raises somewhere in an event loop may be lost there, with the terminal not given back.
    `end` is called between any two steps of the main thread. A second signal is not held back, nor is one that whoever
    started this process had ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    met: list[int] = []

    def hold(number: int, _: FrameType | None) -> None:
        met.append(number)
        restore()
        end()

    def restore() -> None:
        for known, handler in before.items():
            signal.signal(known, handler)

    known = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    # None is a handler that was not set from Python, and could not be set again.
    before = {
        number: handler for number in known if (handler := signal.getsignal(number)) not in (signal.SIG_IGN, None)
    }
    for number in before:
        signal.signal(number, hold)
    try:
        yield
    finally:
        restore()
    for number in met:
        signal.raise_signal(number)


class SignalledApp(App[None]):
    """Gives the terminal back before a signal ends the program."""

    def __init__(self) -> None:
        super().__init__()
        self._loop_to_end: asyncio.AbstractEventLoop | None = None
        self._was_signalled = False

    def run_until_signalled(self) -> None:
        """Run until the user quits or a signal asks for the end, which is let through once the terminal is free."""
        with held_back(self._end_soon):
            self.run()

    def is_to_end(self) -> bool:
        """Tell, in the event loop, whether a signal came before that was there; one that comes later ends the app."""
        self._loop_to_end = asyncio.get_running_loop()
        return self._was_signalled

    def _end_soon(self) -> None:
        self._was_signalled = True
        if self._loop_to_end is not None:
            # It may have come to its end by itself.
            with suppress(RuntimeError):
                self._loop_to_end.call_soon_threadsafe(self.exit)
