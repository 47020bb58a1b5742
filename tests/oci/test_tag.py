"""The order in which people expect tags."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.oci.tag import is_tag, tag_order

_TAGS = st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,30}", fullmatch=True)

ORDERED = [
    "alpine",
    "alpine3.9",
    "alpine3.10",
    "latest",
    "stable",
    "1",
    "1.9",
    "1.9.10",
    "1.10-alpha1",
    "1.10-beta.2",
    "1.10-rc1",
    "1.10-rc2",
    "1.10-rc10",
    "1.10",
    "1.10-alpine",
    "1.10-alpine3.9",
    "1.10-alpine3.10",
    "1.10-slim",
    "1.10.1",
    "v1.11.0",
    "2.0.0-SNAPSHOT",
    "2.0.0",
    "20240101",
]


def test_tags_are_sorted_as_people_count() -> None:
    shuffled = ORDERED.copy()
    random.Random(1).shuffle(shuffled)
    assert sorted(shuffled, key=tag_order) == ORDERED


@given(st.data(), st.lists(_TAGS, unique=True))
def test_the_order_does_not_depend_on_where_tags_stood_before(data: st.DataObject, tags: list[str]) -> None:
    shuffled = data.draw(st.permutations(tags))
    assert sorted(shuffled, key=tag_order) == sorted(tags, key=tag_order)


@given(st.integers(0, 10**30), st.integers(0, 10**30), st.sampled_from(["", "v", "1.", "0."]))
def test_versions_are_compared_by_their_numbers(one: int, other: int, before: str) -> None:
    in_order = tag_order(f"{before}{one}") < tag_order(f"{before}{other}")
    assert in_order == (one < other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.0", True), ("_x", True), ("a" * 128, True), ("a" * 129, False), ("", False), (".a", False), ("a/b", False)],
)
def test_C1_a_tag_has_the_letters_that_it_may_have(text: str, expected: bool) -> None:
    assert is_tag(text) is expected
