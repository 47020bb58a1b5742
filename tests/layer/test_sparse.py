"""Sparse files in all their forms; GNU tar itself is the oracle in test_oracles.py."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import xxhash

from imgscope.layer.index import LayerEntry
from imgscope.layer.wants import Want
from imgscope.limits import Limits
from tests.layer.reading import only_entry, read
from tests.support import elf
from tests.support.tars import BLOCK, END, GNU, base_256, header, member, padded, pax, record

STORED = b"a" * 600 + b"b" * 100
WHOLE = bytes(1000) + b"a" * 600 + bytes(400) + b"b" * 100 + bytes(900)
PARTS = [(1000, 600), (2000, 100)]


def octal(number: int) -> bytes:
    return b"%011o\0" % number


def old_gnu(size: int | bytes, parts: list[tuple[int, int]], stored: bytes) -> bytes:
    """A file in the old GNU format: four parts in the header, 21 in each block after it."""
    block = bytearray(header(b"sparse", size=len(stored), flag=b"S", magic=GNU))
    pairs = [octal(offset) + octal(length) for offset, length in parts]
    block[386:482] = b"".join(pairs[:4]).ljust(96, b"\0")
    block[482] = len(pairs) > 4
    block[483:495] = size if isinstance(size, bytes) else octal(size)
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    extensions = b""
    for position in range(4, len(pairs), 21):
        more = b"\1" if len(pairs) > position + 21 else b"\0"
        extensions += (b"".join(pairs[position : position + 21]).ljust(504, b"\0") + more).ljust(BLOCK, b"\0")
    return bytes(block) + extensions + padded(stored)


def pax_0_0(size: int, parts: list[tuple[int, int]], stored: bytes) -> bytes:
    records = [(b"GNU.sparse.size", b"%d" % size), (b"GNU.sparse.numblocks", b"%d" % len(parts))]
    for offset, length in parts:
        records += [(b"GNU.sparse.offset", b"%d" % offset), (b"GNU.sparse.numbytes", b"%d" % length)]
    return pax(*records) + member(b"sparse", stored)


def pax_0_1(size: int, parts: list[tuple[int, int]], stored: bytes) -> bytes:
    numbers = b",".join(b"%d,%d" % part for part in parts)
    records = (
        (b"GNU.sparse.size", b"%d" % size),
        (b"GNU.sparse.numblocks", b"%d" % len(parts)),
        (b"GNU.sparse.name", b"sparse"),
        (b"GNU.sparse.map", numbers),
    )
    return pax(*records) + member(b"GNUSparseFile.1/sparse", stored)


def pax_1_0(size: int | bytes, parts: list[tuple[int, int]], stored: bytes) -> bytes:
    lines = b"".join(b"%d\n" % number for number in (len(parts), *(number for part in parts for number in part)))
    records = (
        (b"GNU.sparse.major", b"1"),
        (b"GNU.sparse.minor", b"0"),
        (b"GNU.sparse.name", b"sparse"),
        (b"GNU.sparse.realsize", size if isinstance(size, bytes) else b"%d" % size),
    )
    return pax(*records) + member(b"GNUSparseFile.1/sparse", padded(lines) + stored)


Form = Callable[[int, list[tuple[int, int]], bytes], bytes]
FORMATS: list[Form] = [old_gnu, pax_0_0, pax_0_1, pax_1_0]


@pytest.fixture(params=FORMATS, ids=lambda form: form.__name__)
def form(request: pytest.FixtureRequest) -> Form:
    """One of the ways to write a sparse file: from its size, its parts, and what is stored of it."""
    written: Form = request.param
    return written


def assert_is_whole(entry: LayerEntry, whole: bytes) -> None:
    assert (entry.path, entry.size) == ("sparse", len(whole))
    assert entry.fingerprint == xxhash.xxh3_128_digest(whole)


@pytest.mark.parametrize("chunk_size", [1, 100, 10**6])
def test_C39_a_sparse_file_equals_the_same_file_stored_whole(form: Form, chunk_size: int) -> None:
    index = read(form(len(WHOLE), PARTS, STORED) + member(b"next") + END, chunk_size=chunk_size)
    assert index.error is None
    assert_is_whole(index.entries[0], WHOLE)
    assert index.entries[1].path == "next"
    assert index.unpacked_size == len(WHOLE)


def test_C39_maps_of_many_parts_are_read(form: Form) -> None:
    parts = [(position * 10, 3) for position in range(60)]
    whole = b"".join(b"abc" + bytes(7) for _ in parts)
    assert_is_whole(only_entry(form(len(whole), parts, b"abc" * 60) + END), whole)


def test_a_file_that_is_one_hole_stores_nothing(form: Form) -> None:
    assert_is_whole(only_entry(form(5000, [(5000, 0)], b"") + END), bytes(5000))


def test_a_sparse_file_is_read_for_what_it_holds_like_any_other(form: Form) -> None:
    program = elf.glibc_program()
    archive = form(len(program) + 100, [(0, len(program))], program) + END
    index = read(archive, wants=["sparse"])
    assert index.entries[0].elf is not None
    assert index.entries[0].elf.interpreter == elf.GLIBC_LOADER
    assert index.captured == {"sparse": program + bytes(100)}


@pytest.mark.parametrize("parts", [[(5, 10)], [(0, 4), (20, 6)]])
def test_what_comes_after_a_hole_is_not_how_a_sparse_file_begins(form: Form, parts: list[tuple[int, int]]) -> None:
    wants = [Want(glob="**", beginning=b"beginning")]
    assert read(form(100, [(0, 0), (0, 10)], b"beginning!") + END, wants=wants).captured != {}
    assert read(form(100, parts, b"beginning!") + END, wants=wants).captured == {}


@pytest.mark.parametrize(
    ("parts", "stored", "what"),
    [
        ([(0, 10), (5, 10)], b"x" * 20, "parts overlap or leave the file"),
        ([(10, 10), (0, 10)], b"x" * 20, "parts overlap or leave the file"),
        ([(90, 20)], b"x" * 20, "parts overlap or leave the file"),
        ([(0, 10)], b"x" * 20, "does not add up to what is stored"),
        ([(0, 20)], b"x" * 10, "does not add up to what is stored"),
    ],
)
def test_a_map_that_cannot_be_is_malformed(form: Form, parts: list[tuple[int, int]], stored: bytes, what: str) -> None:
    index = read(form(100, parts, stored) + END)
    assert index.error is not None
    assert index.error.startswith("is malformed at byte ")
    assert what in index.error
    assert index.entries == ()


@pytest.mark.parametrize(
    "records",
    [
        ((b"GNU.sparse.size", b"-5"),),
        ((b"GNU.sparse.size", b"99999999999999999999"),),
        ((b"GNU.sparse.size", b"5"), (b"GNU.sparse.map", b"1,,2")),
        ((b"GNU.sparse.size", b"5"), (b"GNU.sparse.map", b"1,2,3")),
        ((b"GNU.sparse.size", b"900"), (b"GNU.sparse.map", b"0,512,600")),
        ((b"GNU.sparse.size", b"5"), (b"GNU.sparse.map", b"one,two")),
        ((b"GNU.sparse.size", b"5"), (b"GNU.sparse.offset", b"1")),
        ((b"GNU.sparse.size", b"512"), (b"GNU.sparse.numbytes", b"0"), (b"GNU.sparse.offset", b"512")),
        ((b"GNU.sparse.size", b"512"), (b"GNU.sparse.offset", b"0,1,1"), (b"GNU.sparse.numbytes", b"511")),
        ((b"GNU.sparse.size", b"5"), (b"GNU.sparse.name", b"a\0b")),
        ((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0")),
    ],
)
def test_pax_maps_with_other_than_numbers_are_malformed(records: tuple[tuple[bytes, bytes], ...]) -> None:
    index = read(pax(*records) + member(b"sparse", b"0\n".ljust(BLOCK, b"\0")) + END)
    assert index.error is not None
    assert index.error.startswith("is malformed at byte ")


@pytest.mark.parametrize("version", [(b"2", b"0"), (b"1", b"1"), (b"0", b"2"), (b"1", b""), (b"", b"1")])
def test_a_sparse_version_that_runtimes_do_not_know_makes_no_sparse_file(version: tuple[bytes, bytes]) -> None:
    records = pax((b"GNU.sparse.major", version[0]), (b"GNU.sparse.minor", version[1]), (b"GNU.sparse.size", b"5"))
    entry = only_entry(records + member(b"plain", STORED) + END)
    assert (entry.path, entry.size, entry.fingerprint) == ("plain", len(STORED), xxhash.xxh3_128_digest(STORED))


@pytest.mark.parametrize("size", [b"x" * 12, base_256(-1), base_256(2**64)])
def test_old_gnu_maps_with_other_than_sizes_are_malformed(size: bytes) -> None:
    index = read(old_gnu(size, [], b"") + END)
    assert index.error is not None
    assert index.error.startswith("is malformed at byte ")


def test_C62_a_map_that_fills_its_header_takes_no_longer_than_reading_it() -> None:
    pair = record(b"GNU.sparse.offset", b"0") + record(b"GNU.sparse.numbytes", b"0")
    records = record(b"GNU.sparse.size", b"0") + pair * (1_000_000 // len(pair))
    archive = (member(b"x", records, flag=b"x") + member(b"sparse")) * 4 + END
    started = time.process_time()
    assert len(read(archive).entries) == 4
    assert time.process_time() - started < 2


def test_C62_maps_that_never_end_are_refused_at_the_limit() -> None:
    limits = Limits(extended_header_size=4096)
    many = [(position, 1) for position in range(2000)]
    for archive in (old_gnu(2000, many, b"x" * 2000), pax_1_0(2000, many, b"x" * 2000)):
        index = read(archive + END, limits=limits)
        assert index.error is not None
        assert "a sparse map" in index.error


def test_holes_too_large_to_hash_still_tell_files_apart() -> None:
    terabyte = 1024**4
    one, same, other, elsewhere = (
        only_entry(pax_1_0(b"%d" % terabyte, [(offset, 3)], stored) + END)
        for offset, stored in ((0, b"abc"), (0, b"abc"), (0, b"abd"), (5, b"abc"))
    )
    assert one.size == terabyte
    assert one.fingerprint == same.fingerprint
    assert len({one.fingerprint, other.fingerprint, elsewhere.fingerprint}) == 3


def test_C60_hashed_holes_count_as_unpacked_bytes() -> None:
    index = read(pax_1_0(10**9, [(0, 3)], b"abc") + END, limits=Limits(unpacked_size=10**6))
    assert index.error == "unpacks the image to more than the 1,000,000 bytes that are read"
