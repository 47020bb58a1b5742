"""Content as text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from imgscope.text import UNSAFE
from imgscope.tui.model.content.text import find_all, is_text, safe_text, text_rows


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", True),
        (b"plain\n", True),
        ("grün".encode("latin-1"), True),
        (b"\x7fELF\x02\x01\x01\0\0", False),
        ("x\n".encode("utf-16"), True),
        (b"a" * 8192 + b"\0", True),
    ],
)
def test_what_has_a_zero_byte_soon_is_no_text(content: bytes, expected: bool) -> None:
    assert is_text(content) is expected


def test_line_ends_of_all_systems_are_line_ends() -> None:
    assert safe_text(b"a\r\nb\nc\rd\n") == "a\nb\nc\nd"
    assert safe_text(b"a\n\n") == "a\n"
    assert safe_text(b"") == ""


def test_marks_of_encodings_are_followed_and_not_shown() -> None:
    assert safe_text(b"\xef\xbb\xbfx") == "x"
    assert safe_text("grün".encode("utf-16")) == "grün"


def test_C70_what_acts_on_a_terminal_is_shown_by_number() -> None:
    assert safe_text(b"\x1b]0;t\x07") == "\\x1b]0;t\\x07"
    assert safe_text("\u202egnp.exe\u2028".encode()) == "\\u202egnp.exe\\u2028"
    assert safe_text(b"\xff\x9b") == "\\xff\\x9b"


def test_tabs_go_to_the_next_stop() -> None:
    assert safe_text(b"a\tb\n\tc") == "a   b\n    c"


def test_rows_have_the_numbers_of_their_lines_and_go_on_without() -> None:
    rows = text_rows("abcdef\n\ngh", 4)
    assert [(rows.numbers[at], rows.row(at)) for at in range(len(rows))] == [(1, "abcd"), (0, "ef"), (2, ""), (3, "gh")]
    assert rows.last_number == 3
    assert [rows.at(offset) for offset in (0, 3, 4, 6, 7, 8, 9)] == [0, 0, 1, 1, 2, 3, 3]


def test_a_line_without_an_end_is_cut_into_rows_that_can_be_handled() -> None:
    rows = text_rows("x" * 2500)
    assert [len(rows.row(at)) for at in range(len(rows))] == [1000, 1000, 500]
    assert rows.last_number == 1


@example("\U0001f3fb".encode(), 1)
@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode), st.integers(1, 20))
def test_C70_rows_are_the_safe_text_and_fit(content: bytes, width: int) -> None:
    text = safe_text(content)
    assert not UNSAFE.search(text.replace("\n", ""))
    rows = text_rows(text, width)
    lines: list[str] = []
    for at in range(len(rows)):
        assert cell_len(rows.row(at)) <= max(width, 2)
        if rows.numbers[at]:
            lines.append("")
        lines[-1] += rows.row(at)
    assert "\n".join(lines) == text


@given(st.text(alphabet="abA\n", max_size=50), st.text(alphabet="abA", max_size=3))
def test_what_is_found_is_what_was_looked_for(text: str, wanted: str) -> None:
    found = find_all(text, wanted)
    assert all(text[start:end].lower() == wanted.lower() for start, end in found)
    exact = wanted if any(map(str.isupper, wanted)) else wanted.lower()
    searched = text if any(map(str.isupper, wanted)) else text.lower()
    assert len(found) == (searched.count(exact) if wanted else 0)


def test_characters_that_take_no_cell_are_many_rows_too() -> None:
    text = "a" + "\u0301" * 200_000
    rows = text_rows(text, 80)
    assert max(end - start for start, end in zip(rows.starts, rows.ends, strict=True)) <= 1000
    assert rows.ends[-1] == len(text)
