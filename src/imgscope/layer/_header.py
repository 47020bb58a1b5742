"""One header block of a tar archive (POSIX ustar, v7, GNU): its fields, and whether its checksum holds."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache
from typing import Final

from imgscope.layer._malformed import malformed

BLOCK_SIZE: Final = 512
ZERO_BLOCK: Final = bytes(BLOCK_SIZE)
LARGEST_NUMBER: Final = 2**63 - 1

LAYOUT: Final = struct.Struct("100s8s8s8s12s12s8s1s100s6s2x32x32x8s8s155s12x")
"""Name, mode, uid, gid, size, mtime, checksum, type flag, link name, magic, device major, minor, prefix."""

_CHECKSUM: Final = slice(148, 156)
_HALF: Final = BLOCK_SIZE // 2


def check(block: bytes, start: int) -> None:
    """Raise `LayerError` unless the checksum of the header at `start` holds, unsigned or historically signed."""
    field = block[_CHECKSUM]
    recorded = number(field, start)
    # adler32 sums bytes at the speed of C, plus one and modulo 65,521, which half a block cannot reach.
    total = (zlib.adler32(block[:_HALF]) & 0xFFFF) + (zlib.adler32(block[_HALF:]) & 0xFFFF) - 2
    # The checksum field itself counts as eight spaces.
    if recorded == total - sum(field) + 256:
        return
    signed = sum(byte - 256 if byte > 127 else byte for byte in block[:148] + block[156:]) + 256
    if recorded != signed:
        raise malformed(start, "a header whose checksum does not hold")


def number(field: bytes, start: int) -> int:
    """Return an octal number, or a binary one (GNU's base-256), of the header at `start`; nothing counts as 0."""
    try:
        return _parsed(field)
    except ValueError:
        raise malformed(start, f"{field!r} where an octal number of at most 64 bits was expected") from None


def text(field: bytes) -> bytes:
    """Return the bytes of a field before the NUL that ends them, if one does."""
    end = field.find(b"\0")
    return field if end < 0 else field[:end]


@lru_cache(maxsize=4096)
def _parsed(field: bytes) -> int:
    """Remembers its answers: modes, owners and times are the same in entry after entry."""
    if field[0] & 0x80:
        return _binary(field)
    digits = field.strip(b" \0")
    if not digits.isdigit():
        # Something may follow the NUL that ends the number. What int() takes beyond digits is no number here.
        digits = digits.partition(b"\0")[0] or b"0"
        if not digits.isdigit():
            raise ValueError
    return int(digits, 8)


def _binary(field: bytes) -> int:
    """Big-endian two's complement, the topmost bit being only the mark that the number is binary."""
    value = int.from_bytes(field, "big")
    width = len(field) * 8
    value -= 1 << width if field[0] & 0x40 else 1 << (width - 1)
    if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise ValueError
    return value
