"""Where the header of a gzip member ends (RFC 1952, section 2.3).

The decompressor loses its place in a header with optional fields that comes in pieces, so it gets whole headers.
"""

from __future__ import annotations

from typing import Final

_FIXED_SIZE: Final = 10
_HEADER_CRC, _EXTRA, _NAME, _COMMENT = 2, 4, 8, 16


def is_gzip_header_complete(data: bytes) -> bool:
    """Tell whether `data`, which starts with a gzip member, holds the whole of its header."""
    if len(data) < _FIXED_SIZE:
        return False
    flags = data[3]
    end = _FIXED_SIZE
    if flags & _EXTRA:
        if len(data) < end + 2:
            return False
        end += 2 + int.from_bytes(data[end : end + 2], "little")
    for text in (_NAME, _COMMENT):
        if flags & text:
            end = data.find(b"\0", end) + 1
            if not end:
                return False
    if flags & _HEADER_CRC:
        end += 2
    return end <= len(data)
