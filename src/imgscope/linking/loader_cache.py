"""What ldconfig wrote down for glibc's loader: /etc/ld.so.cache (glibc, sysdeps/generic/dl-cache.h).

Every offset and count in the file is a claim: what points outside of it is left out.
"""

from __future__ import annotations

import struct
from typing import Final

_MAGIC: Final = b"glibc-ld.so.cache1.1"
_OLD_MAGIC: Final = b"ld.so-1.7.0"
_HEADER_SIZE, _ENTRY_SIZE = 48, 24
_BIG_ENDIAN: Final = 3
_MOST_ENTRIES: Final = 100_000
_LONGEST_NAME: Final = 4096
# Names may share bytes, as a name and the end of its path do, but never this often.
_MOST_SHARED: Final = 8


def parse_loader_cache(content: bytes) -> dict[str, tuple[str, ...]] | None:
    """Return the paths that the cache has for each name of a library, in its order; None if it is no such cache.

    The cache may follow one in the format before glibc 2.2; one in that format alone is not read.
    """
    start = content.find(_MAGIC) if content.startswith((_MAGIC, _OLD_MAGIC)) else -1
    if start < 0 or len(content) < start + _HEADER_SIZE:
        return None
    order = ">" if content[start + 28] & 3 == _BIG_ENDIAN else "<"
    (count,) = struct.unpack_from(f"{order}I", content, start + 20)
    most = min(count, (len(content) - start - _HEADER_SIZE) // _ENTRY_SIZE, _MOST_ENTRIES)
    found: dict[str, dict[str, None]] = {}
    left = len(content) * _MOST_SHARED
    for position in range(most):
        entry = start + _HEADER_SIZE + position * _ENTRY_SIZE
        _, key, value = struct.unpack_from(f"{order}iII", content, entry)
        name, path = _text(content, start + key), _text(content, start + value)
        left -= len(name) + len(path)
        if left < 0:
            # Such a cache would take a thousand times its size in memory.
            break
        if name and path:
            found.setdefault(name, {})[path] = None
    return {name: tuple(paths) for name, paths in found.items()}


def _text(content: bytes, offset: int) -> str:
    end = content.find(b"\0", offset, offset + _LONGEST_NAME)
    return "" if end < 0 else content[offset:end].decode("utf-8", "surrogateescape")
