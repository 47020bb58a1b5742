"""What is taken from the bytes of one file as they stream by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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


def fingerprint_and_hold(pieces: Iterable[memoryview], limit: int) -> tuple[bytes, bytearray]:
    """Return the xxh3-128 of the content that comes in `pieces`, and its first `limit` bytes."""
    hasher = xxhash.xxh3_128()
    held = bytearray()
    for piece in pieces:
        hasher.update(piece)
        if len(held) < limit:
            held += piece[: limit - len(held)]
    return hasher.digest(), held
