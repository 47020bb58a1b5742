"""Layers that carry a table of contents for lazy pulling: what counts is the archive, to the byte (C41)."""

from __future__ import annotations

import json
import struct
import sys
import zlib

import pytest

from tests.layer.reading import pieces, read
from tests.support.tars import END, member

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

FILES = [member(b"bin/app", b"\x7fELF" + b"x" * 90_000), member(b"etc/hosts", b"localhost\n"), member(b"empty")]
CLAIM = json.dumps({"version": 1, "entries": [{"name": "bin/claimed", "type": "reg", "size": 5}]}).encode()
INDEX = member(b"stargz.index.json", CLAIM)


def gzip_member(content: bytes, extra: bytes = b"") -> bytes:
    compressor = zlib.compressobj(wbits=-15)
    data = compressor.compress(content) + compressor.flush()
    header = b"\x1f\x8b\x08" + (b"\4" if extra else b"\0") + bytes(4) + b"\0\xff"
    header += struct.pack("<H", len(extra)) + extra if extra else b""
    return header + data + struct.pack("<II", zlib.crc32(content), len(content))


def estargz() -> bytes:
    """Each file in a gzip member of its own, the table as the last file, its place in the extra field of the footer."""
    files = b"".join(map(gzip_member, FILES))
    place = b"%016xSTARGZ" % len(files)
    return files + gzip_member(INDEX + END) + gzip_member(b"", b"SG" + struct.pack("<H", len(place)) + place)


def skippable(content: bytes) -> bytes:
    return struct.pack("<II", 0x184D2A50, len(content)) + content


def zstd_chunked() -> bytes:
    """Each file in a frame of its own; table, its digest and place in frames that decoders skip."""
    frames = b"".join(zstd.compress(each) for each in (*FILES, END))
    table = zstd.compress(CLAIM)
    place = struct.pack("<QQQQ", len(frames) + 8, len(table), len(CLAIM), 1) + bytes(24) + b"GNUlInUx"
    return frames + skippable(table) + skippable(place)


@pytest.mark.parametrize(
    ("blob", "archive", "compression"),
    [(estargz(), b"".join((*FILES, INDEX, END)), "gzip"), (zstd_chunked(), b"".join((*FILES, END)), "zstd")],
    ids=["estargz", "zstd:chunked"],
)
@pytest.mark.parametrize("chunk_size", [1, 37, 4096, 10**6])
def test_C41_a_layer_with_a_table_of_contents_is_its_archive(
    blob: bytes, archive: bytes, compression: str, chunk_size: int
) -> None:
    index, plain = read(blob, chunks=pieces(blob, chunk_size)), read(archive)
    assert (index.error, index.anomalies, index.compression) == (None, (), compression)
    assert (index.entries, index.diff_id, index.tar_size) == (plain.entries, plain.diff_id, len(archive))
    assert "bin/claimed" not in {entry.path for entry in index.entries}
