"""Content as bytes: where they are, in hexadecimal digits, and as the characters of ASCII that they are."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_ASCII: Final = bytes(byte if 0x20 <= byte < 0x7F else 0x2E for byte in range(256))
_HALF: Final = 8
_DIGITS: Final = re.compile(r"0x((?:[0-9a-f]{2})+)", re.IGNORECASE | re.ASCII)
_MOST_MATCHES: Final = 10_000


class HexRow(NamedTuple):
    """`offset`, `digits` and `characters` of some bytes, the latter two as wide as those of a full row."""

    offset: str
    digits: str
    characters: str


def bytes_in_row(width: int) -> int:
    """Return how many bytes a row of `width` cells shows: 8, 16 or 32."""
    return next((count for count in (32, 16) if row_width(count) <= width), 8)


def row_width(count: int) -> int:
    """Return how many cells a row of `count` bytes takes."""
    return 8 + 2 + _digits_width(count) + 2 + count


def hex_row(content: bytes, offset: int, count: int) -> HexRow:
    """Return the row of `count` bytes of `content` that begins at `offset`."""
    shown = content[offset : offset + count]
    groups = (shown[start : start + _HALF].hex(" ") for start in range(0, len(shown), _HALF))
    characters = shown.translate(_ASCII).decode("ascii")
    return HexRow(f"{offset:08x}", "  ".join(groups).ljust(_digits_width(count)), characters.ljust(count))


def digit_columns(start: int, end: int) -> tuple[int, int]:
    """Return where among the digits of a row those of its bytes from `start` up to `end` begin and end."""
    last = end - 1
    return start * 3 + start // _HALF, last * 3 + last // _HALF + 2


def find_bytes(content: bytes, wanted: str) -> list[tuple[int, int]]:
    """Return where `wanted` begins and ends in `content`, ten thousand times at most.

    `0x7f45` is found as these bytes, anything else as text in UTF-8.
    """
    digits = _DIGITS.fullmatch(wanted)
    looked_for = bytes.fromhex(digits[1]) if digits is not None else wanted.encode("utf-8", "surrogateescape")
    if not looked_for:
        return []
    found = re.finditer(re.escape(looked_for), content)
    return [match.span() for match, _ in zip(found, range(_MOST_MATCHES), strict=False)]


def _digits_width(count: int) -> int:
    return count * 3 - 1 + (count // _HALF - 1)
