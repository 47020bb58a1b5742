from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.layer._content import LastBytes
from imgscope.layer.wants import Want, Wants
from imgscope.limits import Limits
from tests.layer.reading import read
from tests.support.images import file, tar


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("etc/os-release", "etc/os-release", True),
        ("etc/os-release", "usr/etc/os-release", False),
        ("etc/os-release", "etc/os-release/more", False),
        ("**/os-release", "os-release", True),
        ("**/os-release", "a/b/c/os-release", True),
        ("**/os-release", "a/bos-release", False),
        ("lib/*.so", "lib/libc.so", True),
        ("lib/*.so", "lib/a/libc.so", False),
        ("lib/*.so", "lib/libc.so.6", False),
        ("status.d/*", "status.d/", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a.c", "abc", False),
        ("lib/**/x[1]", "lib/a/b/x[1]", True),
        ("name", "na\nme", False),
        ("na*", "na\nme", True),
    ],
)
def test_globs_stay_within_a_component_unless_they_say_otherwise(glob: str, path: str, matches: bool) -> None:
    assert Wants([glob]).match(path) is matches


def test_any_of_several_globs_is_enough() -> None:
    wants = Wants(["etc/*", "var/lib/**/status"])
    assert [path for path in ("etc/passwd", "var/lib/dpkg/status", "usr/status", "var/x") if wants.match(path)] == [
        "etc/passwd",
        "var/lib/dpkg/status",
    ]


def test_without_globs_nothing_matches() -> None:
    assert not Wants([]).match("")
    assert not Wants([]).match("etc/passwd")


@given(
    st.lists(st.text("ab*?/.", min_size=1, max_size=6).filter(lambda glob: glob == glob.strip("/")), max_size=3),
    st.text("ab/.", max_size=6).filter(lambda path: path == path.strip("/")),
)
def test_no_short_cut_changes_what_matches(globs: list[str], path: str) -> None:
    """The short cuts by directory and name rule out only what the globs themselves would."""
    replaced = {"**/": r"(?:[^/]+/)*", "*": "[^/]*", "?": "[^/]"}
    expressions = [
        "".join(replaced.get(part) or re.escape(part) for part in re.split(r"(\*\*/|\*|\?)", glob)) for glob in globs
    ]
    assert Wants(globs).match(path) is any(re.fullmatch(expression, path) for expression in expressions)


KEY = b"-----BEGIN OPENSSH PRIVATE KEY-----"


def first_line(content: bytes) -> bytes:
    return content.partition(b"\n")[0]


def crashing(content: bytes) -> bytes:
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("wants", "kept"),
    [
        ([Want(glob="**/METADATA", reduce=first_line)], b"Name: one"),
        ([Want(glob="**/METADATA", reduce=first_line), "lib/METADATA"], b"Name: one\n\nmore"),
        ([Want(glob="**/METADATA", reduce=crashing)], b"Name: one\n\nmore"),
    ],
    ids=["what is left of it", "all of it where any probe wants all", "all of it where that does not work out"],
)
def test_of_a_wanted_file_is_kept(wants: list[str | Want], kept: bytes) -> None:
    index = read(tar([file("lib/METADATA", "Name: one\n\nmore")]), wants=wants)
    assert (index.error, index.captured) == (None, {"lib/METADATA": kept})


def test_what_is_not_kept_does_not_count_against_what_may_be() -> None:
    limits = Limits(kept_size=1000)
    archive = tar([file("lib/METADATA", "Name: one\n" + "x" * 5000)])
    assert read(archive, wants=["lib/METADATA"], limits=limits).error is not None
    assert read(archive, wants=[Want(glob="lib/METADATA", reduce=first_line)], limits=limits).error is None


@pytest.mark.parametrize("chunk_size", [1, 512, 10**6])
def test_of_a_file_that_is_too_large_to_be_held_its_end_is_reduced_where_that_is_asked_for(chunk_size: int) -> None:
    archive = tar([file("a.jar", b"0" * 1000 + b"end\nx"), file("b.jar", b"small\nx")])
    limits = Limits(captured_file_size=100)
    index = read(archive, wants=[Want(glob="*.jar", reduce=first_line, tail=5)], limits=limits, chunk_size=chunk_size)
    assert index.captured == {"a.jar": b"end", "b.jar": b"small"}
    assert index.anomalies == ()


def test_who_wants_all_of_a_file_is_told_that_it_is_too_large() -> None:
    archive = tar([file("a.jar", b"0" * 1000)])
    wants: list[str | Want] = [Want(glob="*.jar", reduce=first_line, tail=5), "a.jar"]
    index = read(archive, wants=wants, limits=Limits(captured_file_size=100))
    assert index.captured == {}
    assert [anomaly.path for anomaly in index.anomalies] == ["a.jar"]


@given(st.lists(st.binary()), st.integers(1, 20))
def test_the_last_bytes_are_those_at_the_end(pieces: list[bytes], size: int) -> None:
    held = LastBytes(size)
    for piece in pieces:
        held.add(memoryview(piece))
    assert held.content() == b"".join(pieces)[-size:]


def test_a_file_of_which_only_part_is_kept_may_be_larger() -> None:
    limits = Limits(captured_file_size=5, reduced_file_size=20)
    archive = tar([file("a/METADATA", "Name: one\n\nmore"), file("b/METADATA", "Name: two\n" + "x" * 20)])
    index = read(archive, wants=[Want(glob="*/METADATA", reduce=first_line)], limits=limits)
    assert index.captured == {"a/METADATA": b"Name: one"}
    assert [anomaly.message for anomaly in index.anomalies] == [
        "is larger than the 20 bytes that are read of such a file"
    ]
    assert read(archive, wants=["a/METADATA"], limits=limits).captured == {}


def test_files_are_found_by_how_they_begin() -> None:
    archive = tar([file("a/b/key", KEY + b"\nx"), file("other", b"x" + KEY), file("large", KEY + bytes(64 * 1024))])
    assert read(archive, wants=[Want(beginning=KEY)]).captured == {"a/b/key": KEY + b"\nx"}


def test_a_beginning_counts_only_where_its_glob_says() -> None:
    archive = tar([file("etc/key", KEY), file("usr/key", KEY)])
    assert list(read(archive, wants=[Want(glob="etc/*", beginning=KEY)]).captured) == ["etc/key"]


def test_a_file_is_reduced_by_who_asked_for_such_a_file() -> None:
    def second_line(content: bytes) -> bytes:
        return content.split(b"\n")[1]

    wants = [Want(beginning=KEY, reduce=first_line), Want(glob="**/*.pem", reduce=second_line)]
    archive = tar([file("a", KEY + b"\nx"), file("b.pem", KEY + b"\ny"), file("c.pem", "1\n2")])
    assert read(archive, wants=wants).captured == {"a": KEY, "b.pem": b"y", "c.pem": b"2"}


def test_other_wants_have_another_key() -> None:
    wants: list[list[str | Want]] = [
        ["a"],
        ["a", "b"],
        [Want(glob="a", beginning=KEY)],
        [Want(glob="a", reduce=first_line)],
        [Want(glob="a", reduce=crashing)],
        [Want(glob="a", reduce=crashing, tail=1)],
    ]
    assert len({Wants(each).key for each in wants}) == len(wants)
    assert Wants(["b", "a"]).key == Wants(["a", "b", "a"]).key
