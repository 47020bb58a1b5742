"""What a process meets from outside: closed or full standard streams, signals that end it, too little memory."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Final, NoReturn

from imgscope.errors import ImgscopeError, LimitError, UsageError

_SIGNALS: Final = ("SIGTERM", "SIGHUP")
_SIGNALLED: Final = 128
# What writing to a stream of this process fails with; a file that cannot be written to is named by its error.
_STREAM_FAILURES: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EBADF, errno.EIO)
_NO_MAPPING: Final = "failed to map segment"
_NO_THREAD: Final = "can't start new thread"


class Stopped(SystemExit):
    """A signal asked for the end; `code` is what shells call an end by that signal.

    A `SystemExit`, because that is what event loops and libraries let through.
    """

    def __init__(self, name: str) -> None:
        super().__init__(_SIGNALLED + signal.Signals[name].value)
        self.signal_name = name


@contextlib.contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Have SIGTERM and SIGHUP raise `Stopped`, once, unless whoever started this process had them ignored.

    SIGINT, which `imgscope.__main__` left to the system while modules were loaded, is a KeyboardInterrupt again.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if signal.getsignal(signal.SIGINT) == signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    handled = [name for name in _SIGNALS if hasattr(signal, name)]
    ours = [name for name in handled if signal.getsignal(signal.Signals[name]) == signal.SIG_DFL]
    for name in ours:
        signal.signal(signal.Signals[name], _stop)
    try:
        yield
    finally:
        for name in ours:
            signal.signal(signal.Signals[name], signal.SIG_DFL)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    # A second one does not wait for the first to be tidied up after.
    signal.signal(number, signal.SIG_DFL)
    raise Stopped(signal.Signals(number).name)


@contextlib.contextmanager
def without_echo_of_memory_errors() -> Iterator[None]:
    """Say nothing of a `MemoryError` where nothing can be done about it, as in tidying up after one that is told."""
    unraisable, unhandled = sys.unraisablehook, threading.excepthook

    def ignore_unraisable(told: sys.UnraisableHookArgs) -> None:
        if not issubclass(told.exc_type, MemoryError):
            unraisable(told)

    def ignore_unhandled(told: threading.ExceptHookArgs) -> None:
        if not issubclass(told.exc_type, MemoryError):
            unhandled(told)

    sys.unraisablehook, threading.excepthook = ignore_unraisable, ignore_unhandled
    try:
        yield
    finally:
        sys.unraisablehook, threading.excepthook = unraisable, unhandled


def open_closed_streams() -> None:
    """Put something in the place of standard streams that were closed, or files opened later would take it.

    What is written to stdout then fails, what is written to stderr is lost.
    """
    for number, name, flags, mode in ((0, "stdin", os.O_RDONLY, "r"), (1, "stdout", os.O_RDONLY, "w")):
        _open_closed(number, name, flags, mode)
    _open_closed(2, "stderr", os.O_WRONLY, "w")


def _open_closed(number: int, name: str, flags: int, mode: str) -> None:
    if getattr(sys, name) is not None:
        return
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, flags)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
    setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115 - it stays open


def failed_stream(error: OSError) -> ImgscopeError | None:
    """Return what to tell where `error` is that stdout could not be written to, else None."""
    if error.filename is not None or error.errno not in _STREAM_FAILURES:
        return None
    return UsageError(
        f"stdout cannot be written to: {error.strerror}", hint="check where it leads, or write to a file with -o"
    )


def out_of_memory(error: BaseException) -> ImgscopeError | None:
    """Return what to tell where `error` is that the system gave no more memory, or no more threads, else None."""
    is_unmapped = isinstance(error, ImportError) and _NO_MAPPING in str(error)
    if isinstance(error, MemoryError) or is_unmapped or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return LimitError(
            "there is not enough memory to go on",
            hint="allow this process more (ulimit -v, the limit of a container), or read less at once with --jobs 1",
        )
    if isinstance(error, RuntimeError) and str(error) == _NO_THREAD:
        return LimitError(
            "the system gives this process no more threads",
            hint="allow it more memory or threads (ulimit -v, ulimit -u), or read less at once with --jobs 1",
        )
    return None


def discard_output() -> None:
    """Let what is still to be flushed to stdout go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
