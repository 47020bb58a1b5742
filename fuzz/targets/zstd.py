"""Framing of zstd: frames after frames, skippable ones, and what is no zstd, beside unpacking in one call."""

from __future__ import annotations

import struct
import sys
from collections.abc import Mapping
from typing import Final

from fuzz.targets.gzip import read

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_MAGIC: Final = b"\x28\xb5\x2f\xfd"
_MOST: Final = 1024 * 1024


def target(data: bytes) -> None:
    """Whatever zstd unpacks in one call is unpacked to the same bytes, in pieces of any size."""
    for blob in (_MAGIC + data, _frames(data)):
        whole, expected = read(blob, len(blob) or 1), _at_once(blob)
        assert read(blob, 1 + (data[0] if data else 0)) == whole, "the size of pieces matters"
        if expected is not None:
            assert whole == (expected, False), "zstd unpacks it in another way"


def _at_once(blob: bytes) -> bytes | None:
    try:
        # A bomb is none of what is compared: a frame says how large it is, or its parts are measured as they come.
        decompressor = zstd.ZstdDecompressor()
        if len(decompressor.decompress(blob, _MOST)) == _MOST:
            return None
        content, promised = zstd.decompress(blob), zstd.get_frame_info(blob).decompressed_size
    except zstd.ZstdError:
        return None
    # A frame of nothing passes there whatever its header promises.
    return None if promised and not content else content


def _frames(data: bytes) -> bytes:
    """Return frames, skippable ones between them, with what is in `data`."""
    return b"".join(_frame(data[start : start + 40]) for start in range(0, len(data), 40))


def _frame(dice: bytes) -> bytes:
    kind, content = dice[0], dice[1:]
    if kind & 1:
        return struct.pack("<II", 0x184D2A50 | kind >> 4, len(content)) + content
    parameter = zstd.CompressionParameter
    options: dict[int, int] = {
        parameter.checksum_flag: kind >> 1 & 1,
        parameter.content_size_flag: kind >> 2 & 1,
        parameter.compression_level: kind >> 3 & 15,
    }
    return zstd.compress(content * (1 + 100 * (kind >> 7)), options=options)


def seeds() -> Mapping[str, bytes]:
    """Whole files without their magic, which the target adds, and dice for frames."""
    frame = zstd.compress(b"content " * 100)
    skippable = struct.pack("<II", 0x184D2A5E, 3) + b"abc"
    options: dict[int, int] = {
        zstd.CompressionParameter.checksum_flag: 1,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    return {
        "frame": frame[4:],
        "two": frame[4:] + frame,
        "skippable": frame[4:] + skippable + frame,
        "padded": frame[4:] + bytes(20),
        "checksum": zstd.compress(b"abc" * 500, options=options)[4:],
        "dice": b"\x86abcdefg\x01hijklmnopqrstuvwxyz" * 9,
    }
