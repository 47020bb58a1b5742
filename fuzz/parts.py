"""Inputs of several files."""

from __future__ import annotations

from typing import Final

SEPARATOR: Final = b"\n\xff--\xff\n"
"""Parts two files of one input."""


def parts(data: bytes, count: int) -> list[bytes]:
    """Return the `count` files that are in `data`, the last ones empty where it has fewer."""
    found = data.split(SEPARATOR, count - 1)
    return found + [b""] * (count - len(found))


def joined(*files: bytes | str) -> bytes:
    """Return an input that has `files`, in the order in which a target takes them."""
    return SEPARATOR.join(each.encode() if isinstance(each, str) else each for each in files)
