"""One header block of a tar archive (POSIX ustar, v7, GNU): its fields, and whether its checksum holds."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Final

from imgscope.layer._malformed import malformed

BLOCK_SIZE: Final = 512
ZERO_BLOCK: Final = bytes(BLOCK_SIZE)
LARGEST_NUMBER: Final = 2**63 - 1

NAME: Final = slice(0, 100)
MODE_AND_OWNER: Final = slice(100, 124)
SIZE: Final = slice(124, 136)
MTIME: Final = slice(136, 148)
_CHECKSUM: Final = slice(148, 156)
TYPE_FLAG: Final = slice(156, 157)
LINK_NAME: Final = slice(157, 257)
_DEVICE_MAJOR: Final = slice(329, 337)
_DEVICE_MINOR: Final = slice(337, 345)
_MAGIC: Final = slice(257, 263)
_PREFIX: Final = slice(345, 500)
_USTAR: Final = b"ustar\0"
_GNU: Final = b"ustar "
_GNU_TIMES: Final = (slice(345, 357), slice(357, 369))
_HALF: Final = BLOCK_SIZE // 2
_ENDS: Final = b"\0 "


def check(block: bytes, start: int) -> None:
    """Raise `LayerError` unless the checksum of the header at `start` holds, unsigned or historically signed."""
    field = block[_CHECKSUM]
    # Usually six digits, a NUL and a space.
    recorded = number(field.rstrip(b" ") or field, start)
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
    digits = field[:-1]
    try:
        # As nearly all are written: digits up to the NUL or space that ends the field.
        return int(digits, 8) if digits.isdigit() and field[-1] in _ENDS else _parsed(field)
    except ValueError:
        raise malformed(start, f"{field!r} where an octal number of at most 64 bits was expected") from None


def mode_and_owner(fields: bytes, start: int) -> tuple[int, int, int]:
    """Return mode, uid and gid from the three fields that hold them, which are the same in entry after entry."""
    try:
        return _mode_and_owner(fields)
    except ValueError:
        # One of them is malformed: this tells which.
        return number(fields[:8], start), number(fields[8:16], start), number(fields[16:], start)


def name_of(block: bytes) -> bytes:
    """Return the name in a header, with the prefix that POSIX ustar has."""
    name = text(block[NAME])
    if block[_PREFIX.start] and _has_prefix(block):
        return text(block[_PREFIX]) + b"/" + name
    return name


def devices_of(block: bytes, start: int) -> tuple[int, int]:
    """Return major and minor number of the device that a header makes; v7 archives have none."""
    if block[_MAGIC] not in (_USTAR, _GNU):
        return 0, 0
    return number(block[_DEVICE_MAJOR], start), number(block[_DEVICE_MINOR], start)


def text(field: bytes) -> bytes:
    """Return the bytes of a field before the NUL that ends them, if one does."""
    end = field.find(b"\0")
    return field if end < 0 else field[:end]


def _has_prefix(block: bytes) -> bool:
    if block[_MAGIC] != _GNU:
        return block[_MAGIC] == _USTAR
    # GNU keeps times there. What holds anything else was written by Go before 1.8, which gave GNU headers a prefix, and
    # with it the layers that Docker made at that time (Go's archive/tar/reader.go, readHeader).
    try:
        for field in _GNU_TIMES:
            _parsed(block[field])
    except ValueError:
        return text(block[_PREFIX]).isascii()
    return False


@lru_cache(maxsize=4096)
def _mode_and_owner(fields: bytes) -> tuple[int, int, int]:
    return _parsed(fields[:8]), _parsed(fields[8:16]), _parsed(fields[16:])


def _parsed(field: bytes) -> int:
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
