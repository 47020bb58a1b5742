"""Reading a few small members of a zip file that is held in memory (PKWARE's APPNOTE.TXT, sections 4.3 and 4.4).

The standard library's zipfile makes an object for each member before anybody can look, which a hostile file of 64 MiB
turns into a gigabyte. Here the directory is walked, and only what is asked for is unpacked, as far as `limit` allows.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

import msgspec

_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_LONGEST_COMMENT: Final = 0xFFFF
_END_64: Final = b"PK\x06\x06"
_LOCATOR_64: Final = b"PK\x06\x07"
_LOCATOR_64_SIZE: Final = 20
_ENTRY: Final = struct.Struct("<4s4x2H4x4x2I3H8xI")
_ENTRY_MAGIC: Final = b"PK\x01\x02"
_LOCAL: Final = struct.Struct("<4s22x2H")
_LOCAL_MAGIC: Final = b"PK\x03\x04"
_ENCRYPTED: Final = 1
_STORED, _DEFLATED = 0, 8


class Member(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A member of a zip file; `offset` is where its local header is, and the sizes are what the directory claims."""

    name: str
    method: int
    stored_size: int
    unpacked_size: int
    offset: int


class ZipView:
    """The members of the zip file in `content`; there are none if it is no zip file."""

    def __init__(self, content: memoryview) -> None:
        self._content = content

    def members(self) -> Iterator[Member]:
        """Yield the members that the directory at the end of the file lists, those that are encrypted left out."""
        position, end, shift = self._directory()
        while position + _ENTRY.size <= end:
            magic, flags, method, stored, unpacked, *lengths, offset = _ENTRY.unpack_from(self._content, position)
            if magic != _ENTRY_MAGIC:
                return
            position += _ENTRY.size
            name = bytes(self._content[position : position + lengths[0]]).decode("utf-8", "replace")
            position += sum(lengths)
            if not flags & _ENCRYPTED:
                yield Member(
                    name=name, method=method, stored_size=stored, unpacked_size=unpacked, offset=offset + shift
                )

    def read(self, member: Member, limit: int) -> memoryview | None:
        """Return the content of `member`, or None where it is damaged or larger than `limit` bytes."""
        if not 0 <= member.offset <= len(self._content) - _LOCAL.size:
            return None
        magic, *lengths = _LOCAL.unpack_from(self._content, member.offset)
        start = member.offset + _LOCAL.size + sum(lengths)
        stored = self._content[start : start + member.stored_size]
        if magic != _LOCAL_MAGIC or len(stored) != member.stored_size or member.unpacked_size > limit:
            return None
        if member.method == _STORED:
            return stored if len(stored) <= limit else None
        return _inflated(stored, member.unpacked_size) if member.method == _DEFLATED else None

    def _directory(self) -> tuple[int, int, int]:
        """Return where the directory begins and ends, and how much every offset in it is off.

        A program may stand before the zip file, as in jars that start themselves.
        """
        content = self._content
        tail_start = max(len(content) - _END_SIZE - _LONGEST_COMMENT, 0)
        found = bytes(content[tail_start:]).rfind(_END)
        if found < 0 or tail_start + found + _END_SIZE > len(content):
            return 0, 0, 0
        end = tail_start + found
        size, offset = struct.unpack_from("<2I", content, end + 12)
        locator = end - _LOCATOR_64_SIZE
        if locator >= 0 and bytes(content[locator : locator + 4]) == _LOCATOR_64:
            end = bytes(content[max(locator - 4096, 0) : locator]).rfind(_END_64) + max(locator - 4096, 0)
            if end + 56 > locator or bytes(content[end : end + 4]) != _END_64:
                return 0, 0, 0
            size, offset = struct.unpack_from("<2Q", content, end + 40)
        start = end - size
        return (start, end, start - offset) if start >= 0 else (0, 0, 0)


def _inflated(stored: memoryview, size: int) -> memoryview | None:
    """Unpack no more than the `size` that is claimed."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(stored, size) if size else b""
    except zlib.error:
        return None
    return memoryview(content) if len(content) == size else None
