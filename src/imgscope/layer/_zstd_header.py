"""What the header of a zstd frame says (RFC 8878, section 3.1.1.1).

The decompressor takes a frame that it gets in one piece by a shorter way, which refuses other broken frames than the
long one does, and it holds a frame to the size in its header only there, or where the frame ends with bytes. Where a
frame is cut into pieces is up to the network, so that it gets headers by themselves: then it always goes the long way.
"""

from __future__ import annotations

from typing import Final

MAGIC: Final = b"\x28\xb5\x2f\xfd"
_DESCRIPTOR: Final = 4
_SINGLE_SEGMENT: Final = 0x20
_DICTIONARY_SIZES: Final = (0, 1, 2, 4)
_CONTENT_SIZES: Final = (0, 2, 4, 8)
_ADDED_TO_TWO_BYTES: Final = 256


def is_zstd_header_complete(data: bytes) -> bool:
    """Tell whether `data`, which starts with a zstd frame, has its whole header; skippable ones need none."""
    if not data.startswith(MAGIC):
        return True
    return len(data) > _DESCRIPTOR and len(data) >= zstd_header_size(data)


def zstd_header_size(data: bytes) -> int:
    """Return how long the header is of the frame that `data` starts with; that of a skippable one counts as none."""
    return sum(_content_size_field(data)) if data.startswith(MAGIC) else 0


def zstd_content_size(data: bytes) -> int | None:
    """Return how many bytes the frame at the start of `data` unpacks to by its header, None where that does not say."""
    if not data.startswith(MAGIC):
        return None
    start, size = _content_size_field(data)
    if not size:
        return None
    value = int.from_bytes(data[start : start + size], "little")
    return value + _ADDED_TO_TWO_BYTES if size == _CONTENT_SIZES[1] else value


def _content_size_field(data: bytes) -> tuple[int, int]:
    """Return where the size of the content stands and in how many bytes; it is the last field of the header."""
    descriptor = data[_DESCRIPTOR]
    is_single = bool(descriptor & _SINGLE_SEGMENT)
    start = _DESCRIPTOR + 1 + (not is_single) + _DICTIONARY_SIZES[descriptor & 3]
    size = _CONTENT_SIZES[descriptor >> 6]
    return start, size or int(is_single)
