"""Sizes and shares as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.policy.sizes import parse_percent, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("2048", 2048),
        ("150MB", 150_000_000),
        ("20Mb", 20_000_000),
        ("1.5GiB", 1_610_612_736),
        ("1.5 gib", 1_610_612_736),
        ("1.95KiB", 1996),
        (".5k", 500),
        ("1,999 B", 1999),
        ("3Mi", 3_145_728),
        (" 1TB ", 10**12),
        ("1pib", 2**50),
        ("1EB", 10**18),
    ],
)
def test_sizes_are_read_as_dive_reads_them(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text", ["", "MB", "-5", "5 Foo", "1.2.3", "1e3", "5 i", "5 ib", "5MBB", "٥", "5K\n6", "inf", "16EiB", "9" * 400]
)
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no "):
        parse_size(text)


@given(st.text(max_size=12))
def test_whatever_is_written_is_a_size_or_refused(text: str) -> None:
    try:
        size = parse_size(text)
    except ValueError:
        return
    assert 0 <= size < 2**64


@given(st.integers(0, 2**40), st.sampled_from(["", "b", "B", " B"]))
def test_plain_bytes_are_what_they_say(size: int, unit: str) -> None:
    assert parse_size(f"{size}{unit}") == size


@pytest.mark.parametrize(("text", "percent"), [("10", 10), ("10%", 10), ("2.5 %", 2.5), ("0", 0)])
def test_a_percent_sign_may_be_left_out(text: str, percent: float) -> None:
    assert parse_percent(text) == percent


@pytest.mark.parametrize("text", ["", "%", "ten", "-1", "1%%", "nan"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no "):
        parse_percent(text)
