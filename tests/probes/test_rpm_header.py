"""The header of an rpm package: what is taken from it, and what nothing is taken from."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.probes._rpm_header import MalformedHeader, parse_header, source_name
from tests.support.rpm_headers import header

NAME, VERSION, RELEASE, EPOCH, SIZE, LONG_SIZE = 1000, 1001, 1002, 1003, 1009, 5009
PROVIDES, REQUIRES, DIRECTORY_NUMBERS, BASE_NAMES, DIRECTORIES, OLD_PATHS = 1047, 1049, 1116, 1117, 1118, 1027
Tags = dict[int, "str | int | list[str] | list[int]"]


def made(more: Tags) -> bytes:
    return header({NAME: "app", VERSION: "1", **more})


@pytest.mark.parametrize(
    ("more", "version"),
    [
        ({}, "1"),
        ({RELEASE: "2.el9"}, "1-2.el9"),
        ({RELEASE: "2", EPOCH: 3}, "3:1-2"),
        ({RELEASE: "2", EPOCH: 0}, "0:1-2"),
    ],
)
def test_a_version_has_epoch_and_release_where_the_package_has_them(more: Tags, version: str) -> None:
    assert parse_header(made(more)).version == version


def test_a_package_of_more_than_4_GiB_has_its_size_in_another_tag() -> None:
    entry = struct.pack(">IIII", LONG_SIZE, 5, 0, 1)
    plain = made({})
    tags, data = struct.unpack_from(">II", plain)
    start = 8 + tags * 16
    moved = b"".join(
        struct.pack(">IIII", tag, kind, offset + 8, count)
        for tag, kind, offset, count in struct.iter_unpack(">IIII", plain[8:start])
    )
    blob = struct.pack(">II", tags + 1, data + 8) + entry + moved + struct.pack(">Q", 2**33) + plain[start:]
    assert parse_header(blob).installed_size == 2**33


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("libc.so.6(GLIBC_2.34)(64bit)", ["libc.so.6(GLIBC_2.34)(64bit)"]),
        ("/bin/sh", ["/bin/sh"]),
        ("rpmlib(CompressedFileNames)", []),
        ("app", []),
        ("(a or b)", ["a", "b"]),
        ("(a >= 1.0 with a < 2.0~)", ["a"]),
        ("((a and b(x86-64)) or python3dist(x[y]) = 1)", ["a", "b(x86-64)", "python3dist(x[y])"]),
        ("(", []),
    ],
)
def test_dependencies_name_what_can_be_installed(written: str, names: list[str]) -> None:
    assert parse_header(made({REQUIRES: [written, written]})).needs == names


@pytest.mark.parametrize(
    ("written", "names"), [("(a if b)", ["a"]), ("(a if b else c)", ["a", "c"]), ("(a unless (b and c))", ["a"])]
)
def test_what_is_needed_on_a_condition_comes_along_and_is_not_needed(written: str, names: list[str]) -> None:
    found = parse_header(made({REQUIRES: [written, "always"]}))
    assert (found.needs, found.recommends) == (["always"], names)


def test_files_have_their_directories() -> None:
    more: Tags = {BASE_NAMES: ["a", "b", "c"], DIRECTORIES: ["/x/", "/y/"], DIRECTORY_NUMBERS: [1, 1, 0]}
    assert list(parse_header(made(more)).paths()) == ["/y/a", "/y/b", "/x/c"]


def test_files_in_directories_that_are_not_listed_are_left_out() -> None:
    more: Tags = {BASE_NAMES: ["a", "b", "c"], DIRECTORIES: ["/x/"], DIRECTORY_NUMBERS: [0, 1, 2**32 - 1]}
    assert list(parse_header(made(more)).paths()) == ["/x/a"]


def test_old_packages_have_whole_paths() -> None:
    assert list(parse_header(made({OLD_PATHS: ["/a/b", "/c"]})).paths()) == ["/a/b", "/c"]


@pytest.mark.parametrize(
    ("file_name", "name"),
    [("gcc-c++-12.1-3.fc36.src.rpm", "gcc-c++"), ("(none)", None), (None, None), ("-1-2", None), ("a-1", None)],
)
def test_a_source_package_is_called_as_its_file_begins(file_name: str | None, name: str | None) -> None:
    assert source_name(file_name) == name


def test_dependencies_that_are_longer_than_any_name_are_left_out() -> None:
    assert parse_header(made({REQUIRES: ["x" * 5000, "(" + " if" * 1000 + "\n" + " if" * 1000, "y"]})).needs == ["y"]


@pytest.mark.parametrize(
    ("blob", "message"),
    [
        (b"", "is shorter than a header"),
        (struct.pack(">II", 0, 0), "does not begin as a header does"),
        (struct.pack(">II", 2**31, 8) + bytes(64), "does not begin as a header does"),
        (struct.pack(">II", 1, 2**31) + bytes(64), "does not begin as a header does"),
        (struct.pack(">II", 4, 8) + bytes(63), "does not begin as a header does"),
        (header({NAME: "app"}), "has no name and version"),
        (header({NAME: 7, VERSION: 1}), "has no name and version"),
    ],
)
def test_what_is_no_header_is_refused(blob: bytes, message: str) -> None:
    with pytest.raises(MalformedHeader, match=message):
        parse_header(blob)


def test_counts_and_offsets_beyond_the_data_give_what_is_there() -> None:
    blob = bytearray(made({BASE_NAMES: ["a"], DIRECTORIES: ["/"], DIRECTORY_NUMBERS: [0], SIZE: 5}))
    for entry in range(8, 8 + 6 * 16, 16):
        struct.pack_into(">I", blob, entry + 12, 2**32 - 1)
    found = parse_header(bytes(blob))
    assert (found.name, list(found.paths()), found.installed_size) == ("app", ["/a"], 5)


def test_a_header_that_was_cut_lacks_what_was_cut_off() -> None:
    whole = made({PROVIDES: ["first", "second"]})
    assert parse_header(whole[:-3]).provides == ["first"]


def test_names_may_be_any_bytes() -> None:
    blob = made({BASE_NAMES: ["aXb"], DIRECTORIES: ["/"], DIRECTORY_NUMBERS: [0]}).replace(b"aXb", b"a\xffb")
    assert list(parse_header(blob.replace(b"app", b"ap\xff")).paths()) == ["/a\udcffb"]
    assert parse_header(blob.replace(b"app", b"ap\xff")).name == "ap�"


_VALUES = st.one_of(st.text("ab(), orif"), st.integers(0, 2**32 - 1), st.lists(st.text("ab(), orif/"), max_size=4))
_TAGS = st.dictionaries(
    st.sampled_from([1003, 1009, 1016, 1022, 1027, 1044, 1047, 1049, 1116, 1117, 1118, 5046]), _VALUES
)


@given(_TAGS, st.integers(0, 400), st.binary(max_size=20))
def test_any_header_is_read_or_refused(tags: Tags, where: int, overwritten: bytes) -> None:
    blob = bytearray(made(tags))
    blob[where : where + len(overwritten)] = overwritten
    try:
        found = parse_header(bytes(blob))
    except MalformedHeader:
        return
    assert all(path.encode("utf-8", "surrogateescape") for path in found.paths() if path)
    assert len(list(found.paths())) <= len(blob)
    assert "".join([*found.needs, *found.provides, found.name, found.version]).encode() is not None
