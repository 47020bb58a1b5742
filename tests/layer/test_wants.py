from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.layer.wants import Wants


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
