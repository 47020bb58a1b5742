"""The one sink for hostile text, and numbers for people."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.text import format_count, format_size, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("etc/passwd", "etc/passwd"),
        ("Ünïcödé/文字/🐧", "Ünïcödé/文字/🐧"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\tb\nc\rd\x00e\x7f", "a\\x09b\\x0ac\\x0dd\\x00e\\x7f"),
        ("\x9b31m", "\\x9b31m"),
        ("abc\u202ecba", "abc\\u202ecba"),
        ("\u2066\u2069\u200e\u200f\u061c\ufeff", "\\u2066\\u2069\\u200e\\u200f\\u061c\\ufeff"),
        ("a\u2028b\u2029c\x85d", "a\\u2028b\\u2029c\\x85d"),
        (b"caf\xe9".decode("utf-8", "surrogateescape"), "caf\\xe9"),
        ("\ud800", "\\ud800"),
        ("[/etc/passwd][@click=app.quit]", "[/etc/passwd][@click=app.quit]"),
    ],
)
def test_C70_what_could_act_on_a_terminal_is_shown_as_its_code(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters()))
def test_C70_whatever_comes_in_nothing_comes_out_that_controls_or_cannot_be_encoded(text: str) -> None:
    shown = printable(text)
    assert shown.encode() is not None
    assert not any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in shown)
    assert not any(unicodedata.bidirectional(letter) in _BIDI_CONTROLS for letter in shown)
    assert printable(shown) == shown


_BIDI_CONTROLS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.00 kB"),
        (1_005, "1.00 kB"),
        (9_994, "9.99 kB"),
        (9_995, "10.0 kB"),
        (99_949, "99.9 kB"),
        (99_950, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.00 MB"),
        (12_345_678, "12.3 MB"),
        (1_073_741_824, "1.07 GB"),
        (10**15, "1.00 PB"),
        (10**19, "10000 PB"),
        (-1_500, "-1.50 kB"),
    ],
)
def test_sizes_have_three_digits_and_decimal_units(size: int, shown: str) -> None:
    assert format_size(size) == shown


def test_counts_have_thousands_and_agree_in_number() -> None:
    assert format_count(1, "file") == "1 file"
    assert format_count(0, "file") == "0 files"
    assert format_count(1234567, "entry", "entries") == "1,234,567 entries"
