"""Texts as they are and with a part of them repeated very often, as whoever wants a parser to take long writes them."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

_LONG: Final = 32 * 1024
_EACH: Final = 16


def pumped(text: str) -> Iterator[str]:
    """Yield `text`, and for one text in sixteen another one in which a part of it is repeated to 32 KiB.

    A parser whose time is quadratic in that takes seconds, one that is linear a few milliseconds.
    """
    yield text
    dice = zlib.crc32(text.encode("utf-8", "surrogateescape"))
    if not text or dice % _EACH:
        return
    dice //= _EACH
    start = dice % len(text)
    length = 1 + (dice >> 16) % min(len(text) - start, 16)
    pump = text[start : start + length]
    yield text[:start] + pump * (_LONG // length) + text[start + length :]
