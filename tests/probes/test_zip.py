"""The reader of zip files, beside the standard library's on good ones, and on damaged ones and bombs."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.probes._zip import ZipView

MEBIBYTE = 1024 * 1024


def archive(members: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as written:
        for name, content in members.items():
            written.writestr(zipfile.ZipInfo(name), content, compress_type=method)
        written.comment = comment
    return stream.getvalue()


def contents(content: bytes, limit: int = MEBIBYTE) -> dict[str, bytes | None]:
    view = ZipView(memoryview(content))
    read = {member.name: view.read(member, limit) for member in view.members()}
    return {name: None if content is None else bytes(content) for name, content in read.items()}


@given(
    members=st.dictionaries(st.text(st.characters(codec="ascii", exclude_characters="\0"), min_size=1), st.binary()),
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
    # Where the end record seems to stand more than once, readers differ.
    comment=st.binary(max_size=64).filter(lambda comment: b"PK" not in comment),
    before=st.binary(max_size=64).filter(lambda before: b"PK" not in before),
)
def test_members_are_those_that_the_standard_library_reads(
    members: dict[str, bytes], method: int, comment: bytes, before: bytes
) -> None:
    content = before + archive(members, method=method, comment=comment)
    with zipfile.ZipFile(io.BytesIO(content)) as oracle:
        expected = {info.filename: oracle.read(info) for info in oracle.infolist()}
    assert contents(content) == expected


def test_a_directory_that_counts_in_64_bits_is_read() -> None:
    plain = archive({"a": b"1", "b": b"2"})
    end = plain.rindex(b"PK\x05\x06")
    size, offset = struct.unpack_from("<2I", plain, end + 12)
    record = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 2, 2, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, end, 1)
    content = (
        plain[:end] + record + locator + b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, *[0xFFFF] * 2, *[2**32 - 1] * 2, 0)
    )
    with zipfile.ZipFile(io.BytesIO(content)) as oracle:
        assert oracle.namelist() == ["a", "b"]
    assert contents(content) == contents(b"before" + content) == {"a": b"1", "b": b"2"}


def test_a_member_is_not_unpacked_beyond_the_limit_or_what_it_claims() -> None:
    bomb = archive({"a": bytes(10 * MEBIBYTE)})
    assert contents(bomb) == {"a": None}
    directory = bomb.rindex(b"PK\x01\x02")
    claiming_less = bytearray(bomb)
    struct.pack_into("<I", claiming_less, directory + 24, 1000)
    assert contents(bytes(claiming_less)) == {"a": bytes(1000)}
    claiming_more = bytearray(bomb)
    struct.pack_into("<I", claiming_more, directory + 24, 11 * MEBIBYTE)
    assert contents(bytes(claiming_more), 20 * MEBIBYTE) == {"a": None}


def test_what_is_encrypted_or_packed_in_another_way_is_left_out() -> None:
    encrypted = bytearray(archive({"a": b"x"}))
    encrypted[encrypted.rindex(b"PK\x01\x02") + 8] |= 1
    assert contents(bytes(encrypted)) == {}
    assert contents(archive({"a": b"x" * 100}, method=zipfile.ZIP_LZMA)) == {"a": None}


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"PK\x05\x06" + b"\xff" * 18, b"x" * 100])
def test_what_is_no_zip_file_has_no_members(content: bytes) -> None:
    assert contents(content) == {}


_SAMPLE = archive({"META-INF/MANIFEST.MF": b"a: b\n" * 20, "b": b"stored"}, comment=b"c")


@given(position=st.integers(0, len(_SAMPLE)), change=st.binary(max_size=8), length=st.integers(0, len(_SAMPLE)))
def test_a_damaged_zip_file_is_read_as_far_as_it_goes(position: int, change: bytes, length: int) -> None:
    damaged = bytearray(_SAMPLE)
    damaged[position : position + len(change)] = change
    for content in contents(bytes(damaged[:length]), 10_000).values():
        assert content is None or len(content) <= 10_000
    for content in contents(bytes(damaged), 10_000).values():
        assert content is None or len(content) <= 10_000
