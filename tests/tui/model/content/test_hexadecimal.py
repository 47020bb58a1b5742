"""Content as bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imgscope.tui.model.content.hexadecimal import bytes_in_row, find_bytes, hex_row, row_width


def test_a_row_is_like_that_of_hexdump() -> None:
    assert hex_row(b"\x7fELF\x02\x01\x01\0 hello, world", 0, 16) == (
        "00000000",
        "7f 45 4c 46 02 01 01 00  20 68 65 6c 6c 6f 2c 20",
        ".ELF.... hello, ",
    )


def test_a_short_row_is_as_wide_as_a_full_one() -> None:
    short = hex_row(b"ab", 0, 16)
    assert [len(part) for part in short] == [8, 48, 16]
    assert short.digits.startswith("61 62 ")


def test_there_are_as_many_bytes_in_a_row_as_fit() -> None:
    assert [bytes_in_row(width) for width in (40, 60, 79, 80, 160)] == [8, 8, 16, 16, 32]
    assert [row_width(count) for count in (8, 16, 32)] == [43, 76, 142]


def test_bytes_are_found_by_their_digits_and_text_as_utf_8() -> None:
    content = b"\x7fELF gr\xc3\xbcn \x7fELF"
    assert find_bytes(content, "0x7f45") == [(0, 2), (11, 13)]
    assert find_bytes(content, "grün") == [(5, 10)]
    assert find_bytes(content, "0x7") == []
    assert find_bytes(content, "") == []


@given(st.binary(max_size=100), st.sampled_from([8, 16, 32]))
def test_the_digits_of_all_rows_are_the_content(content: bytes, count: int) -> None:
    rows = [hex_row(content, offset, count) for offset in range(0, len(content), count)]
    assert bytes.fromhex("".join(row.digits for row in rows)) == content
    assert all(len("  ".join(row)) == row_width(count) for row in rows)
    assert all(row.characters.isascii() and row.characters.isprintable() for row in rows)
