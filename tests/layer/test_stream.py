from __future__ import annotations

import gzip
import hashlib
import random
import sys
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest

from imgscope.errors import IntegrityError, LayerError
from imgscope.layer.stream import Decompressed, VerifiedBlob
from imgscope.oci.digest import Digest
from tests.layer.reading import pieces

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CONTENT = random.Random(1).randbytes(3000) + b"layer" * 5000
GZIP = gzip.compress(CONTENT, mtime=0)
ZSTD = zstd.compress(CONTENT)
SKIPPABLE = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"claim"
EMPTY_SKIPPABLE = b"\x5f\x2a\x4d\x18" + bytes(4)
CHUNK_SIZES = [1, 2, 3, 7, 512, 10**6]


def decompress(blob: bytes, chunk_size: int = 10**6) -> bytes:
    return b"".join(Decompressed(pieces(blob, chunk_size)))


def gzip_with_header_fields(flags: int) -> bytes:
    header = b"\x1f\x8b\x08" + bytes([flags]) + bytes(4) + b"\x00\xff"
    header += b"\x05\x00extra" if flags & 4 else b""
    header += b"name\0" if flags & 8 else b""
    header += b"comment\0" if flags & 16 else b""
    header += (zlib.crc32(header) & 0xFFFF).to_bytes(2, "little") if flags & 2 else b""
    return header + GZIP[10:]


@pytest.mark.parametrize("chunk_size", CHUNK_SIZES)
@pytest.mark.parametrize(
    ("blob", "compression", "expected"),
    [
        (GZIP, "gzip", CONTENT),
        (ZSTD, "zstd", CONTENT),
        (SKIPPABLE + ZSTD, "zstd", CONTENT),
        (CONTENT, "none", CONTENT),
        (b"BZhello, no bzip2", "none", b"BZhello, no bzip2"),
        (b"", "none", b""),
    ],
    ids=["gzip", "zstd", "skippable first", "plain", "a name like bzip2", "nothing"],
)
def test_C35_compression_is_told_by_the_first_bytes(
    blob: bytes, compression: str, expected: bytes, chunk_size: int
) -> None:
    stream = Decompressed(pieces(blob, chunk_size))
    assert b"".join(stream) == expected
    assert stream.compression == compression
    assert stream.trailing is None


@pytest.mark.parametrize(
    ("blob", "name"),
    [(b"BZh91AY&SYrest", "bzip2"), (b"\xfd7zXZ\x00restrest", "xz"), (b"\x04\x22\x4d\x18restrest", "lz4")],
)
def test_C35_compressions_that_layers_may_not_have_are_named(blob: bytes, name: str) -> None:
    with pytest.raises(LayerError, match=f"^is compressed with {name}"):
        decompress(blob, 1)


@pytest.mark.parametrize("chunk_size", CHUNK_SIZES)
@pytest.mark.parametrize(
    "blob",
    [
        GZIP * 3,
        GZIP + bytes(700) + GZIP + bytes(9) + GZIP,
        ZSTD * 3,
        SKIPPABLE + ZSTD + EMPTY_SKIPPABLE + ZSTD + SKIPPABLE + ZSTD + bytes(99),
        gzip.compress(b"") + GZIP * 3 + gzip.compress(b""),
        zstd.compress(b"") + ZSTD * 3,
    ],
    ids=["gzip", "padded gzip", "zstd", "skippable zstd", "empty gzip members", "empty zstd frames"],
)
def test_C36_several_members_or_frames_are_one_stream(blob: bytes, chunk_size: int) -> None:
    stream = Decompressed(pieces(blob, chunk_size))
    assert b"".join(stream) == CONTENT * 3
    assert stream.trailing is None


@pytest.mark.parametrize("flags", range(32))
def test_C36_gzip_headers_with_optional_fields_are_read_wherever_their_bytes_are_cut(flags: int) -> None:
    """A layer in eStargz ends in a member with an extra field; the other fields come from other tools."""
    blob = gzip_with_header_fields(flags)
    for cut in range(1, len(blob) - len(GZIP) + 12):
        assert b"".join(Decompressed([blob[:cut], blob[cut:]])) == CONTENT
    assert decompress(blob * 2, 1) == CONTENT * 2


@pytest.mark.parametrize("chunk_size", CHUNK_SIZES)
@pytest.mark.parametrize(("blob", "name"), [(GZIP + b"more", "gzip"), (ZSTD + b"m", "zstd"), (GZIP + ZSTD, "gzip")])
def test_C36_other_bytes_after_the_end_are_said_and_drained(blob: bytes, name: str, chunk_size: int) -> None:
    chunks = pieces(blob, chunk_size)
    stream = Decompressed(chunks)
    assert b"".join(stream) == CONTENT
    assert stream.trailing == f"bytes after the end of the {name} data"
    assert next(chunks, None) is None


def flipped(blob: bytes, position: int) -> bytes:
    changed = bytearray(blob)
    changed[position] ^= 1
    return bytes(changed)


@pytest.mark.parametrize("chunk_size", CHUNK_SIZES)
@pytest.mark.parametrize(
    "blob",
    [
        flipped(GZIP, -8),
        flipped(GZIP, -1),
        GZIP + flipped(GZIP, -5),
        flipped(GZIP, -5) + GZIP,
        flipped(zstd.compress(CONTENT, options={zstd.CompressionParameter.checksum_flag: 1}), -1),
        b"\x1f\x8b\x08\x00" + b"\xff" * 600,
    ],
    ids=["checksum", "length", "second member", "first member", "zstd checksum", "no deflate data"],
)
def test_damage_in_compressed_data_is_an_error_that_says_where(blob: bytes, chunk_size: int) -> None:
    with pytest.raises(LayerError, match=r"^has broken (gzip|zstd) data before byte [\d,]+ of its blob: "):
        decompress(blob, chunk_size)


@pytest.mark.parametrize("chunk_size", CHUNK_SIZES)
@pytest.mark.parametrize(
    "blob",
    [GZIP[:-1], GZIP[:-8], GZIP[:100], GZIP[:5], GZIP * 2 + GZIP[:12], ZSTD[:-1], ZSTD[:5], SKIPPABLE[:-1]],
)
def test_compressed_data_that_end_too_early_are_an_error_that_says_where(blob: bytes, chunk_size: int) -> None:
    with pytest.raises(LayerError, match=rf"^ends in the middle of its (gzip|zstd) data, after {len(blob):,} bytes$"):
        decompress(blob, chunk_size)


def test_a_gzip_header_that_never_ends_is_refused_before_it_is_held() -> None:
    endless = b"\x1f\x8b\x08\x08" + bytes(6) + b"a" * 10**6
    with pytest.raises(LayerError, match="has a gzip header that does not end before byte"):
        decompress(endless, 10_000)


@pytest.mark.parametrize("compressed", [gzip.compress, zstd.compress])
def test_C60_bombs_come_out_in_bounded_pieces_and_bounded_memory(compressed: Callable[[bytes], bytes]) -> None:
    bomb = compressed(bytes(64 * 1024 * 1024))
    tracemalloc.start()
    try:
        sizes = [len(piece) for piece in Decompressed([bomb])]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(sizes) == 64 * 1024 * 1024
    assert max(sizes) <= 2 * 1024 * 1024
    assert peak < 8 * 1024 * 1024


def test_C61_zstd_windows_above_128_mib_are_refused() -> None:
    window = zstd.CompressionParameter.window_log
    for log, accepted in ((27, True), (28, False)):
        compressor = zstd.ZstdCompressor(options={window: log})
        blob = compressor.compress(CONTENT) + compressor.flush()
        if accepted:
            assert decompress(blob) == CONTENT
            continue
        with pytest.raises(LayerError, match="requires too much memory"):
            decompress(blob)


def test_empty_chunks_are_not_taken_for_the_end() -> None:
    assert b"".join(Decompressed([b"", GZIP[:50], b"", b"", GZIP[50:], b""])) == CONTENT


def test_a_blob_with_its_size_and_digest_passes_unchanged() -> None:
    blob = VerifiedBlob(pieces(GZIP, 100), Digest.of(GZIP), len(GZIP))
    assert b"".join(blob) == GZIP
    assert blob.received == len(GZIP)


def test_a_blob_of_other_bytes_is_refused_with_both_digests() -> None:
    other = flipped(GZIP, 20)
    with pytest.raises(IntegrityError, match=hashlib.sha256(other).hexdigest()):
        list(VerifiedBlob([other], Digest.of(GZIP), len(GZIP)))


def test_a_blob_that_is_too_short_is_refused() -> None:
    with pytest.raises(IntegrityError, match=rf"^ends after {len(GZIP) - 1:,} of {len(GZIP):,} bytes"):
        list(VerifiedBlob([GZIP[:-1]], Digest.of(GZIP), len(GZIP)))


def test_C29_a_blob_that_is_too_long_ends_at_the_first_chunk_too_many() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield GZIP

    with pytest.raises(IntegrityError, match=r"^is longer than the"):
        list(VerifiedBlob(endless(), Digest.of(GZIP), len(GZIP)))


def test_an_unknown_digest_algorithm_still_has_its_size_checked() -> None:
    digest = Digest("blake9:abc")
    assert b"".join(VerifiedBlob([GZIP], digest, len(GZIP))) == GZIP
    with pytest.raises(IntegrityError, match=r"^is longer than"):
        list(VerifiedBlob([GZIP], digest, 3))
