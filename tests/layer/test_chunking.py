"""Where a stream is cut into chunks makes no difference to anything."""

from __future__ import annotations

import gzip
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import LayerError
from imgscope.layer._chunks import ChunkReader
from tests.layer.reading import read
from tests.layer.test_sparse import PARTS, STORED, WHOLE, old_gnu, pax_1_0
from tests.support import elf
from tests.support.tars import END, header, member, pax

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ARCHIVE = (
    member(b"etc/os-release", b"ID=example\n" * 100)
    + pax((b"path", b"long/" * 60 + b"name"), (b"SCHILY.xattr.user.a", b"\0\n")) + member(b"short", b"x" * 1025)
    + member(b"L", b"gnu/" * 60 + b"name\0", flag=b"L") + header(flag=b"2", link=b"target")
    + old_gnu(len(WHOLE), PARTS, STORED)
    + pax_1_0(len(WHOLE), PARTS, STORED)
    + member(b"bin/app", elf.glibc_program())
    + END + bytes(700) + b"trailing"
)  # fmt: skip
BLOBS = {
    "none": ARCHIVE,
    "gzip": gzip.compress(ARCHIVE[:3000]) + bytes(5) + gzip.compress(ARCHIVE[3000:]) + b"junk",
    "zstd": zstd.compress(ARCHIVE[:3000]) + zstd.compress(ARCHIVE[3000:]),
}
DAMAGED = ARCHIVE[:2500] + b"?" + ARCHIVE[2501:]


def cut(content: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(content) + 1) for place in places), len(content)]
    return [content[start:end] for start, end in pairwise(bounds)]


@pytest.mark.parametrize("compression", BLOBS)
@given(places=st.lists(st.integers(0, 100_000), max_size=60))
def test_any_chunks_of_a_layer_give_the_same_index(compression: str, places: list[int]) -> None:
    blob = BLOBS[compression]
    whole = read(blob, chunk_size=len(blob), wants=["etc/*", "**/name"])
    assert whole.error is None
    assert len(whole.entries) == 6
    assert read(blob, chunks=cut(blob, places), wants=["etc/*", "**/name"]) == whole


@given(places=st.lists(st.integers(0, 100_000), max_size=60))
def test_any_chunks_of_a_malformed_layer_give_the_same_error_after_the_same_entries(places: list[int]) -> None:
    whole, in_chunks = read(DAMAGED, chunk_size=len(DAMAGED)), read(DAMAGED, chunks=cut(DAMAGED, places))
    assert whole.error is not None
    assert (in_chunks.error, in_chunks.entries) == (whole.error, whole.entries)


@pytest.mark.parametrize("compression", BLOBS)
def test_single_bytes_give_the_same_index_too(compression: str) -> None:
    blob = BLOBS[compression]
    assert read(blob, chunk_size=1) == read(blob)


actions = st.one_of(
    st.tuples(st.sampled_from(["take", "skip", "peek", "piece"]), st.integers(1, 1500)),
    st.just(("block", 512)),
)


@given(content=st.binary(max_size=4000), places=st.lists(st.integers(0, 4000)), steps=st.lists(actions, max_size=30))
def test_a_chunk_reader_gives_what_one_buffer_would(
    content: bytes, places: list[int], steps: list[tuple[str, int]]
) -> None:
    reader, position = ChunkReader(cut(content, places)), 0
    for action, length in steps:
        expected = content[position : position + length]
        if action == "peek":
            assert reader.peek(length) == expected
            continue
        if action == "block" and not expected:
            assert reader.block() == b""
            continue
        if len(expected) < (1 if action == "piece" else length):
            with pytest.raises(LayerError, match=r"ends too early: at byte"):
                reader.piece(length) if action == "piece" else reader.take(length)
            assert reader.offset == len(content)
            return
        if action == "piece":
            piece = bytes(reader.piece(length))
            assert piece == expected[: len(piece)] != b""
            position += len(piece)
        elif action == "skip":
            reader.skip(length)
            position += length
        else:
            assert (reader.block() if action == "block" else reader.take(length)) == expected
            position += length
        assert reader.offset == position
    assert reader.drain() is bool(content[position:].strip(b"\0"))
    assert reader.offset == len(content)
