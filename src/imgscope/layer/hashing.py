"""Hashing a layer beside reading it, where there is a core to spare.

Hashing is about half of the work on a layer and holds no lock, so that an image with fewer large layers than there
are cores is read in less time. With as many layers under way as cores, another thread would only be in the way.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Final

from imgscope.oci.digest import Hasher

_MOST_WAITING: Final = 4
"""Chunks of up to 2 MiB that may wait to be hashed."""

_Work = tuple[Hasher, bytes] | None


class HashingThread:
    """Updates hashers in order, in a thread of its own while `has_spare_core` says so and at once where it does not.

    Ask a hasher for its digest only after `settle`.
    """

    def __init__(self, has_spare_core: Callable[[], bool]) -> None:
        self._has_spare_core = has_spare_core
        self._room = threading.Semaphore(_MOST_WAITING)
        self._work: queue.SimpleQueue[_Work] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def update(self, hasher: Hasher, chunk: bytes) -> None:
        """Let `hasher` take in `chunk`, now or soon."""
        if not self._has_spare_core() or not self._is_started():
            self.settle()
            hasher.update(chunk)
            return
        self._room.acquire()
        self._work.put((hasher, chunk))

    def settle(self) -> None:
        """Return when everything was hashed; the thread ends with it."""
        if self._thread is not None:
            self._work.put(None)
            self._thread.join()
            self._thread = None

    def _is_started(self) -> bool:
        """Start the thread unless it runs; tell whether it does, as a system may give no more threads."""
        if self._thread is None:
            thread = threading.Thread(target=self._run, name="hashing", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                return False
            self._thread = thread
        return True

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            hasher, chunk = work
            hasher.update(chunk)
            self._room.release()
