"""Framing of gzip: members after members, padding and what is no gzip, beside zlib."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import Final

from imgscope.errors import LayerError
from imgscope.layer.stream import Decompressed

_MAGIC: Final = b"\x1f\x8b\x08"
_MOST: Final = 4 * 1024 * 1024
_HEADER_CRC, _EXTRA, _NAME, _COMMENT = 2, 4, 8, 16


def target(data: bytes) -> None:
    """Whatever zlib unpacks is unpacked to the same bytes, in pieces of any size, and so are members made of `data`."""
    check(data, b"\x1f\x8b" + data)
    check(data, _members(data))


def check(dice: bytes, blob: bytes) -> None:
    """Hold `blob` against zlib, in pieces of a size that `dice` says."""
    size = 1 + (dice[0] if dice else 0)
    whole, expected = read(blob, len(blob) or 1), _by_zlib(blob)
    assert read(blob, size) == whole, "the size of pieces matters"
    if expected is not None:
        assert whole == expected, "zlib unpacks it in another way"


def read(blob: bytes, size: int) -> tuple[bytes, bool] | None:
    """Return what `blob` in pieces of `size` unpacks to, and whether something else followed; None after an error."""
    stream = Decompressed(blob[start : start + size] for start in range(0, len(blob), size))
    unpacked = bytearray()
    try:
        for piece in stream:
            unpacked += piece
            if len(unpacked) > _MOST:
                return None
    except LayerError:
        return None
    return bytes(unpacked), stream.trailing is not None


def _by_zlib(blob: bytes) -> tuple[bytes, bool] | None:
    unpacked = b""
    if not blob.startswith(_MAGIC):
        return None
    while blob:
        if not blob.startswith(_MAGIC):
            return unpacked, True
        decompressor = zlib.decompressobj(31)
        try:
            unpacked += decompressor.decompress(blob, _MOST)
        except zlib.error:
            return None
        if not decompressor.eof:
            return None
        blob = decompressor.unused_data.lstrip(b"\0")
    return unpacked, False


def _members(data: bytes) -> bytes:
    """Return members with the optional fields, levels and sizes that `data` says, zeros or garbage between them."""
    return b"".join(_member(data[start : start + 48]) for start in range(0, len(data), 48))


def _member(dice: bytes) -> bytes:
    flags, level, rest, content = dice[0] & 0x1E, dice[0] >> 5, dice[1:16], dice[16:]
    header = struct.pack("<BBBBIBB", 0x1F, 0x8B, 8, flags, 0, 0, 255) + b"".join(_fields(flags, rest))
    if flags & _HEADER_CRC:
        header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    compressor = zlib.compressobj(level, zlib.DEFLATED, -15)
    content *= 1 + (level == 7) * 1000
    packed = compressor.compress(content) + compressor.flush()
    padding = bytes(rest[0] % 32) if rest[:1] else b""
    return header + packed + struct.pack("<II", zlib.crc32(content), len(content)) + padding


def _fields(flags: int, rest: bytes) -> Iterator[bytes]:
    if flags & _EXTRA:
        yield struct.pack("<H", len(rest)) + rest
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            yield rest.replace(b"\0", b"") + b"\0"


def seeds() -> Mapping[str, bytes]:
    """Whole files without their magic, which the target adds, and dice for members."""
    packed = zlib.compress(b"content " * 100, 9, 31)
    return {
        "member": packed[2:],
        "two": packed[2:] + packed,
        "padded": packed[2:] + bytes(100),
        "garbage": packed[2:] + b"garbage",
        "stored": zlib.compress(b"stored", 0, 31)[2:],
        "dice": b"\x1eabcdefghijklmnopqrstuvwxyz" * 9,
    }
