"""How anything that came out of an image is made safe and readable for a person.

`printable` is the one sink: every name, link target, history line, label, package field and
error sentence passes through it before it reaches a terminal, whichever way it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# C0 and DEL, C1, surrogates (undecodable bytes kept by surrogateescape, or lone ones), line and
# paragraph separators, and the bidirectional controls that can reorder what a reader sees.
UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f\ufeff\ud800-\udfff]"
)
"""A character that could act on a terminal, or mislead whoever reads it."""

_MOST_LISTED: Final = 20
_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")


def printable(text: str) -> str:
    """Return `text` with every character that could act on a terminal shown as `\\xNN` or `\\uNNNN`.

    Bytes that were not UTF-8 (kept as surrogate escapes) are shown as the byte they were.
    """
    return UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def format_size(size: int) -> str:
    """Return a byte count in decimal units with three significant digits: `0 B`, `12.3 kB`, `1.07 GB`."""
    value = float(size)
    for unit in _UNITS:
        if abs(value) < 999.5 or unit == _UNITS[-1]:
            break
        value /= 1000
    if unit == "B":
        return f"{size} B"
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:.{digits}f} {unit}"


def format_count(count: int, singular: str, plural: str | None = None) -> str:
    """Return `1 file`, `2 files`, `1,234 files`."""
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def format_names(names: Iterable[str]) -> str:
    """Return `names`, each once, as part of a sentence: the first 20 of them, and how many more there are."""
    shown = list(dict.fromkeys(names))
    more = f" and {len(shown) - _MOST_LISTED:,} more" if len(shown) > _MOST_LISTED else ""
    return ", ".join(shown[:_MOST_LISTED]) + more
