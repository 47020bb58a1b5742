"""Globs over paths: as the expressions that say the same, and in time that no path can stretch."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.policy.glob import PathGlob

_WILD = re.compile(r"(\*\*/|\*\*|\*|\?)")
_EXPRESSIONS = {"**/": r"(?:[^/]+/)*", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}

globs = st.lists(st.sampled_from(["a", "b", "/", "*", "**", "**/", "?", "a/"]), min_size=1, max_size=8).map("".join)
paths = st.lists(st.sampled_from(["a", "b", "ab", "/", "aa"]), max_size=9).map("".join)


def expression(glob: str) -> str:
    parts = _WILD.split(glob.strip("/"))
    return "".join(_EXPRESSIONS.get(part) or re.escape(part) for part in parts) + "(?:/.*)?"


@given(globs, paths)
def test_a_glob_matches_what_the_regular_expression_that_says_the_same_matches(glob: str, path: str) -> None:
    assert PathGlob(glob).match(path) is (re.fullmatch(expression(glob), path, re.DOTALL) is not None)


@pytest.mark.parametrize("glob", ["**/*" * 40 + "x", "**/a/" * 10 + "x", "*a" * 60 + "x", "**" * 30 + "?" * 9 + "/x"])
@pytest.mark.parametrize("path", ["a" * 16_000, "a/" * 8000, "a/aa" * 4000], ids=["long", "deep", "both"])
def test_no_path_makes_a_glob_take_long(glob: str, path: str) -> None:
    started = time.thread_time()
    assert not PathGlob(glob).match(path)
    assert time.thread_time() - started < 1
