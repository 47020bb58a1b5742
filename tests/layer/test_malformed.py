"""Archives that other readers end quietly at, or believe: each has an error that says where, and a partial listing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.layer.reading import read
from tests.support.tars import BLOCK, END, ZERO_BLOCK, base_256, header, member, padded, pax, record

GOOD = member(b"good", b"content")
AFTER_GOOD = f"{len(GOOD):,}"
MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize("chunk_size", [1, 10**6])
@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (header(b"bad", checksum=b"000123\0 "), "a header whose checksum does not hold"),
        (b"no header".ljust(BLOCK, b"\1"), "where an octal number of at most 64 bits was expected"),
        (ZERO_BLOCK + header(b"hidden"), "an empty block where a header was expected"),
        (header(b"neg", size=base_256(-512)), "a size below zero (-512)"),
        (header(b"neg", size=b"-0000000777\0"), "where an octal number of at most 64 bits was expected"),
        (header(b"under", size=b"0000_000100\0"), "where an octal number of at most 64 bits was expected"),
        (header(b"eight", size=b"00000000008\0"), "where an octal number of at most 64 bits was expected"),
        (header(b"huge", size=base_256(2**63)), "where an octal number of at most 64 bits was expected"),
        (pax((b"path", b"a\0b")) + header(), "a NUL in a path"),
        (pax((b"linkpath", b"a\0b")) + header(flag=b"2"), "a NUL in a linkpath"),
        (pax((b"mtime", b"nan")) + header(), "a time of b'nan'"),
        (pax((b"mtime", b"1e9")) + header(), "a time of b'1e9'"),
        (pax((b"size", b"inf")) + header(), "a size of b'inf'"),
        (pax((b"size", b"-1")) + header(), "a size of b'-1'"),
        (pax((b"size", b"9223372036854775808")) + header(), "a size of b'9223372036854775808'"),
        (pax((b"uid", b"\xd9\xa3")) + header(), "a uid of"),
        (pax((b"path", b"p"), flag=b"g") + header(), "a global header sets the path of every member"),
        (pax((b"linkpath", b"p"), flag=b"g") + header(), "a global header sets the linkpath of every member"),
        (pax((b"size", b"1"), flag=b"g") + header(), "a global header sets the size of every member"),
        (pax((b"GNU.sparse.size", b"1"), flag=b"g") + header(), "a global header sets the GNU.sparse.size"),
        (pax((b"uid", b"1")) + END, "an extended header with no member after it"),
        (member(b"L", b"name\0", flag=b"L") + END, "an extended header with no member after it"),
        (pax((b"path", b"n" * 20_000)) + header(), "a name of 20,000 bytes, at most 16,384 are read"),
        (header(b"x", flag=b"x", size=MEBIBYTE + 1), "an extended header of 1,048,577 bytes"),
        (header(b"x", flag=b"x", size=base_256(-1)), "an extended header of -1 bytes"),
    ],
)
def test_C38_damage_is_an_error_that_says_where_and_keeps_what_came_before(
    damage: bytes, what: str, chunk_size: int
) -> None:
    index = read(GOOD + damage + member(b"after") + END, chunk_size=chunk_size)
    assert [entry.path for entry in index.entries] == ["good"]
    assert index.error is not None
    assert index.error.startswith("is malformed at byte ")
    assert what in index.error


def test_C38_the_byte_that_is_named_is_where_the_header_starts() -> None:
    index = read(GOOD + header(b"bad", checksum=b"000123\0 ") + END)
    assert index.error == (f"is malformed at byte {AFTER_GOOD} of its archive: a header whose checksum does not hold")


@pytest.mark.parametrize(
    "content",
    [
        b"5 a=b\n",
        b"999999 a=b\n",
        b"99999999999999999999999 a=b\n",
        b"-6 a=b\n",
        b"0 a=b\n",
        b"3 a=b\n",
        b"6 a=bc",
        b"6 abc\n\n",
        b"a=b\n",
        b" 6 a=b\n",
        record(b"a", b"b") + b"garbage",
        b"\0" + record(b"path", b"hidden"),
        record(b"a", b"b") + b"\0" + record(b"path", b"hidden"),
        b"1\xb2 abcdefg=b\n",
    ],
)
def test_C62_extended_headers_with_lengths_that_do_not_hold_are_refused(content: bytes) -> None:
    index = read(GOOD + member(b"x", content, flag=b"x") + header() + END)
    assert index.error == (
        f"is malformed at byte {AFTER_GOOD} of its archive: an extended header that is no pax header"
    )


@pytest.mark.parametrize("flag", [b"x", b"g", b"L", b"K"])
def test_C62_an_extended_header_beyond_a_mebibyte_is_refused_whatever_its_kind(flag: bytes) -> None:
    index = read(GOOD + header(b"x", flag=flag, size=MEBIBYTE + 1) + member(b"after") + END)
    assert index.error == (
        f"is malformed at byte {AFTER_GOOD} of its archive: "
        "an extended header of 1,048,577 bytes, at most 1,048,576 are read"
    )
    assert [entry.path for entry in index.entries] == ["good"]


@pytest.mark.parametrize("flag", [b"x", b"g"])
def test_C62_a_pax_header_of_a_mebibyte_is_read(flag: bytes) -> None:
    content = record(b"comment", b"c" * (MEBIBYTE - len(b"1048576 comment=\n")))
    assert len(content) == MEBIBYTE
    index = read(member(b"x", content, flag=flag) + member(b"after") + END)
    assert (index.error, [entry.path for entry in index.entries]) == (None, ["after"])


@pytest.mark.parametrize("size", [100, 10**6, 2**62, 2**63 - 1])
@pytest.mark.parametrize("chunk_size", [1, 10**6])
def test_C38_sizes_that_the_archive_does_not_hold_end_at_its_last_byte(size: int, chunk_size: int) -> None:
    archive = GOOD + header(b"huge", size=base_256(size)) + b"short"
    index = read(archive, chunk_size=chunk_size)
    assert index.error == (f"ends too early: at byte {len(archive):,} of its archive, {size - 5:,} more were expected")
    assert [entry.path for entry in index.entries] == ["good"]


@pytest.mark.parametrize("kept", range(len(GOOD) + 1, len(GOOD) + BLOCK, 73))
def test_a_header_that_is_cut_short_is_an_error(kept: int) -> None:
    index = read((GOOD + header(b"cut"))[:kept])
    assert index.error is not None
    assert index.error.startswith(f"ends too early: at byte {kept:,} of its archive")


def test_C37_bytes_after_the_end_are_hashed_and_remarked() -> None:
    archive = GOOD + END + b"something else"
    index = read(archive, chunk_size=7)
    assert (index.error, index.tar_size) == (None, len(archive))
    assert [anomaly.message for anomaly in index.anomalies] == ["has bytes after the end of its archive"]


@given(st.binary(max_size=2000), st.integers(1, 600))
def test_any_bytes_give_an_index(garbage: bytes, chunk_size: int) -> None:
    before = read(GOOD).entries
    index = read(GOOD + garbage, chunk_size=chunk_size)
    assert index.entries[: len(before)] == before


@given(st.data())
def test_a_changed_byte_gives_an_index_and_never_an_exception(data: st.DataObject) -> None:
    archive = bytearray(
        GOOD
        + pax((b"path", b"long"), (b"size", b"3"), (b"mtime", b"-1.5"), (b"SCHILY.xattr.a", b"b"))
        + header(b"short", size=3)
        + padded(b"abc")
        + member(b"L", b"name\0", flag=b"L")
        + header(flag=b"2", link=b"target")
        + pax((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.realsize", b"900"))
        + member(b"sparse", b"1\n5\n3\n".ljust(BLOCK, b"\0") + b"abc")
        + END
    )
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    # A checksum that fits gets the change past the first gate.
    for position in range(0, len(archive) - BLOCK, BLOCK):
        if archive[position + 257 : position + 262] == b"ustar" and data.draw(st.booleans()):
            block = archive[position : position + BLOCK]
            archive[position + 148 : position + 156] = b"%06o\0 " % (sum(block) - sum(block[148:156]) + 256)
    index = read(bytes(archive))
    assert index.entries == read(bytes(archive), chunk_size=97).entries
