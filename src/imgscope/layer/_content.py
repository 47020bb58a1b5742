"""What is taken from the bytes of one file as they stream by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import xxhash


def fingerprint(pieces: Iterator[memoryview]) -> bytes:
    """Return the xxh3-128 of the content that comes in `pieces`."""
    first = next(pieces, b"")
    second = next(pieces, None)
    if second is None:
        return xxhash.xxh3_128_digest(first)
    hasher = xxhash.xxh3_128(first)
    hasher.update(second)
    for piece in pieces:
        hasher.update(piece)
    return hasher.digest()


def fingerprint_and_show(pieces: Iterable[memoryview], *onlookers: Callable[[memoryview], object]) -> bytes:
    """Return the xxh3-128 of the content that comes in `pieces`; each piece is shown to every onlooker."""
    hasher = xxhash.xxh3_128()
    for piece in pieces:
        hasher.update(piece)
        for show in onlookers:
            show(piece)
    return hasher.digest()
