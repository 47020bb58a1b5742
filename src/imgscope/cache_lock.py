"""One at a time for each entry of the cache, among all threads and processes that share its directory.

Who comes first locks a file beside the entry and makes it; the others wait for that, and then find it made. The
lock is the operating system's (flock(2); LockFileEx on Windows), so that it is gone with a process that dies. The
file is removed by its owner while locked: a lock on a file that is no longer at its path means nothing.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, TypeVar

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

Made = TypeVar("Made")
Tell = Callable[[int], None]
"""Tells those who wait how many bytes have come in."""

_MOST_AWAITED: Final = 3
"""How many owners in a row are waited for that leave without an entry: what fails for them may fail for all."""

_PATIENCE: Final = 30.0
"""Seconds without a byte after which an owner is not waited for any longer: it may be stopped, or its registry."""
_BETWEEN_LOOKS: Final = 0.05
_NUMBER_SIZE: Final = 8
_OPENED: Final = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def once(
    path: Path,
    *,
    find: Callable[[], Made | None],
    make: Callable[[Tell], Made],
    waiting: Callable[[int], None],
    patience: float = _PATIENCE,
) -> Made:
    """Return what `find` finds or else what `make` makes, which nobody else with `path` does at the same time.

    `make` leaves what it made where the next `find` looks. While another is making it, `waiting` is called many
    times a second with the bytes that have come in there; it may raise to stop waiting. Where `path` cannot be
    locked, or nothing has come in there for `patience` seconds, `make` is called all the same.
    """
    for _ in range(_MOST_AWAITED):
        try:
            lock = _LockFile(path)
        except OSError:
            break
        with contextlib.closing(lock):
            turn = _wait(lock, waiting, patience)
            # Its last owner may have made it after the caller had looked.
            found = find()
            if found is not None:
                return found
            if turn == "ours":
                return make(lock.tell)
        if turn == "stuck":
            break
    return make(lambda _: None)


def remove_abandoned(path: Path) -> None:
    """Remove the lock file at `path` unless somebody holds it."""
    with contextlib.suppress(OSError), contextlib.closing(_LockFile(path, flags=0)) as lock:
        lock.acquire()


def _wait(lock: _LockFile, waiting: Callable[[int], None], patience: float) -> Literal["ours", "gone", "stuck"]:
    """Wait until the lock is ours, or its owner has removed it, or nothing has happened there for too long."""
    last, since = -1, 0.0
    while lock.is_current():
        if lock.acquire():
            return "ours" if lock.is_current() else "gone"
        received, now = lock.told(), time.monotonic()
        if received != last:
            last, since = received, now
        elif now - since > patience:
            return "stuck"
        waiting(received)
        time.sleep(_BETWEEN_LOOKS)
    return "gone"


class _LockFile:
    """A file that is made to be locked; `close` removes it if it is locked, and unlocks it. Raises `OSError`."""

    def __init__(self, path: Path, *, flags: int = os.O_CREAT) -> None:
        self._path = path
        self._handle = os.open(path, _OPENED | flags, 0o600)
        self._is_locked = False

    def acquire(self) -> bool:
        """Lock it unless somebody else has; tell whether that worked."""
        self._is_locked = _lock(self._handle)
        if self._is_locked:
            _held.add(self)
        return self._is_locked

    def is_current(self) -> bool:
        """Tell whether this is still the file at its path."""
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.stat(follow_symlinks=False))
        except OSError:
            return False

    def tell(self, received: int) -> None:
        """Write down how many bytes have come in."""
        with contextlib.suppress(OSError):
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, received.to_bytes(_NUMBER_SIZE))

    def told(self) -> int:
        """Return how many bytes have come in, as far as the owner told."""
        try:
            os.lseek(self._handle, 0, os.SEEK_SET)
            return int.from_bytes(os.read(self._handle, _NUMBER_SIZE))
        except OSError:
            return 0

    def close(self) -> None:
        """Remove the file if it is ours, and let go of it."""
        _held.discard(self)
        is_to_go = self._is_locked and self.is_current()
        if is_to_go and sys.platform != "win32":
            self._remove()
        os.close(self._handle)
        if is_to_go and sys.platform == "win32":
            # Possible only where nobody has it open, and so nobody can mistake another file for it.
            self._remove()

    def abandon(self) -> None:
        """Remove the file if it is ours: the process ends, and with it the thread that has the lock."""
        if self.is_current():
            self._remove()

    def _remove(self) -> None:
        with contextlib.suppress(OSError):
            self._path.unlink()


_held: Final[set[_LockFile]] = set()


@atexit.register
def _abandon_held() -> None:
    for lock in tuple(_held):
        lock.abandon()


if sys.platform == "win32":
    # Nobody can read what is locked there: the lock is far behind the number that is to be read.
    _LOCKED_BYTE: Final = 1 << 30

    def _lock(handle: int) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            # A file system without locks: everybody is the only one there.
            return True
        return True
