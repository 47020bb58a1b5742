"""What is taken from the bytes of one file as they stream by."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

import xxhash


def fingerprint(pieces: Iterable[memoryview], *onlookers: Callable[[memoryview], object]) -> bytes:
    """Return the xxh3-128 of the content that comes in `pieces`; each piece is shown to every onlooker."""
    hasher = xxhash.xxh3_128()
    for piece in pieces:
        hasher.update(piece)
        for show in onlookers:
            show(piece)
    return hasher.digest()


class LastBytes:
    """Holds the last `size` bytes of the content that it is shown piece by piece."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._held = 0
        self._pieces: deque[bytes] = deque()

    def add(self, piece: memoryview) -> None:
        """Hold the next bytes of the content, and let go of those that are too far from its end by now."""
        self._pieces.append(bytes(piece))
        self._held += len(piece)
        while self._held - len(self._pieces[0]) > self._size:
            self._held -= len(self._pieces.popleft())

    def content(self) -> bytes:
        """Return what is held."""
        return b"".join(self._pieces)[-self._size :]
