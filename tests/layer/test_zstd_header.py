"""Frames of zstd are held to the size in their header, however they come."""

from __future__ import annotations

import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import LayerError
from imgscope.layer._zstd_header import MAGIC, is_zstd_header_complete, zstd_content_size
from imgscope.layer.stream import Decompressed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

SKIPPABLE = struct.pack("<II", 0x184D2A5E, 3) + b"abc"


@given(st.integers(0, 70_000), st.booleans(), st.booleans())
def test_the_size_is_the_one_that_the_library_reads(size: int, is_told: bool, is_checked: bool) -> None:
    parameter = zstd.CompressionParameter
    options: dict[int, int] = {parameter.content_size_flag: is_told, parameter.checksum_flag: is_checked}
    frame = zstd.compress(bytes(size), options=options)
    assert zstd_content_size(frame) == zstd.get_frame_info(frame).decompressed_size == (size if is_told else None)


@pytest.mark.parametrize("descriptor", range(0, 256, 4))
@pytest.mark.parametrize("dictionary", range(4))
def test_a_header_is_whole_where_the_library_can_read_it(descriptor: int, dictionary: int) -> None:
    header = MAGIC + bytes([descriptor | dictionary]) + bytes(14)
    for length in range(len(MAGIC) + 1, len(header) + 1):
        is_reserved = bool(descriptor & 8)
        try:
            size = zstd.get_frame_info(header[:length]).decompressed_size
        except zstd.ZstdError:
            assert is_reserved or not is_zstd_header_complete(header[:length])
            continue
        assert is_zstd_header_complete(header[:length])
        assert zstd_content_size(header[:length]) == size


def test_a_skippable_frame_says_nothing() -> None:
    assert is_zstd_header_complete(SKIPPABLE[:4])
    assert zstd_content_size(SKIPPABLE) is None


@pytest.mark.parametrize("piece_size", [1, 7, 97, 1000])
@pytest.mark.parametrize("blocks", [b"\1\0\0", b"\0\0\0" * 40 + b"\1\0\0"])
def test_a_frame_that_holds_less_than_it_promises_is_broken_however_it_comes(blocks: bytes, piece_size: int) -> None:
    blob = MAGIC + b"\x60\x20\x00" + blocks
    pieces = (blob[start : start + piece_size] for start in range(0, len(blob), piece_size))
    with pytest.raises(LayerError, match="has broken zstd data"):
        list(Decompressed(pieces))


@pytest.mark.parametrize("piece_size", [1, 7, 97, 1000])
def test_a_block_that_only_one_of_the_ways_of_the_library_refuses_is_read_however_it_comes(piece_size: int) -> None:
    empty_compressed_block, last_block = b"\x04\0\0", b"\x01\x09\0" + b"x" * 288
    blob = MAGIC + b"\x60\x20\x00" + empty_compressed_block + last_block
    with pytest.raises(zstd.ZstdError):
        zstd.decompress(blob)
    pieces = (blob[start : start + piece_size] for start in range(0, len(blob), piece_size))
    assert b"".join(Decompressed(pieces)) == b"x" * 288


@pytest.mark.parametrize("piece_size", [1, 5, 1000])
def test_frames_that_hold_what_they_promise_are_one_stream(piece_size: int) -> None:
    blob = zstd.compress(b"") + SKIPPABLE + zstd.compress(b"one") + zstd.compress(b"two" * 100_000)
    pieces = (blob[start : start + piece_size] for start in range(0, len(blob), piece_size))
    assert b"".join(Decompressed(pieces)) == b"one" + b"two" * 100_000
