"""Packages.db, the database of rpm that SUSE uses (rpm's lib/backend/ndb/rpmpkg.c).

Pages of slots at the beginning say where the blobs are, in blocks of 16 bytes; all numbers are little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

MAGIC: Final = b"RpmP"
# Magic, version, generation, pages of slots; then the next free number, and nothing.
_HEADER: Final = struct.Struct("<4sIII")
_FIRST_SLOT: Final = 32
_SLOT_PAGE_SIZE: Final = 4096
# Magic, number of the package, first block, count of blocks.
_SLOT: Final = struct.Struct("<4sIII")
_SLOT_MAGIC: Final = b"Slot"
_BLOCK_SIZE: Final = 16
# Magic, number of the package, generation, length of what follows.
_BLOB: Final = struct.Struct("<4sIII")
_BLOB_MAGIC: Final = b"BlbS"
# Checksum, length again, magic.
_BLOB_TAIL_SIZE: Final = 12


def headers(content: bytes, remark: Callable[[str], None]) -> Iterator[bytes]:
    """Yield the headers in the database `content`; tell `remark` what of it cannot be read."""
    if len(content) < _FIRST_SLOT:
        remark("it ends in its first page")
        return
    _, version, _, slot_pages = _HEADER.unpack_from(content)
    if version != 0:
        remark(f"it has the unknown version {version}")
        return
    end = slot_pages * _SLOT_PAGE_SIZE
    if end > len(content):
        remark("its table of slots is longer than the file")
        end = len(content) - len(content) % _SLOT.size
    for magic, number, block, blocks in _SLOT.iter_unpack(memoryview(content)[_FIRST_SLOT:end]):
        if magic != _SLOT_MAGIC:
            remark("its table of slots is overwritten")
            return
        if number:
            blob = _blob(content, number, block * _BLOCK_SIZE, blocks * _BLOCK_SIZE)
            if blob is None:
                remark(f"package number {number} is not where its slot says")
            else:
                yield blob


def _blob(content: bytes, number: int, start: int, size: int) -> bytes | None:
    """Return the blob of package `number` in the `size` bytes from `start`, or None where there is none."""
    if start + size > len(content) or size < _BLOB.size + _BLOB_TAIL_SIZE:
        return None
    magic, owner, _, length = _BLOB.unpack_from(content, start)
    if magic != _BLOB_MAGIC or owner != number or length > size - _BLOB.size - _BLOB_TAIL_SIZE:
        return None
    return content[start + _BLOB.size : start + _BLOB.size + length]
