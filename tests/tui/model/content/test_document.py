"""A text with parts that are set off, cut into pieces that look the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imgscope.tui.model.content.document import Piece, document, document_of, pieces
from imgscope.tui.model.content.highlighting import Span
from imgscope.tui.model.lines import Line


def test_pieces_have_the_tone_and_the_match_that_they_are_in() -> None:
    shown = document("import os  # why", [Span(0, 6, "info"), Span(11, 16, "dim")])
    assert list(pieces(shown, 0, 16, [(4, 8), (14, 16)])) == [
        Piece("impo", "info", -1),
        Piece("rt", "info", 0),
        Piece(" o", "plain", 0),
        Piece("s  ", "plain", -1),
        Piece("# w", "dim", -1),
        Piece("hy", "dim", 1),
    ]


def test_what_begins_before_the_row_or_ends_after_it_counts_within() -> None:
    shown = document("aaaa bbbb cccc", [Span(0, 9, "good"), Span(10, 14, "bad")])
    assert list(pieces(shown, 5, 12, [(3, 6)])) == [
        Piece("b", "good", 0),
        Piece("bbb", "good", -1),
        Piece(" ", "plain", -1),
        Piece("cc", "bad", -1),
    ]
    assert list(pieces(shown, 14, 14, [])) == []


def test_C70_lines_with_tones_become_a_safe_document_without_numbers() -> None:
    shown = document_of([Line("plain"), Line("loud\x1b", "bad"), Line("")])
    assert shown.text == "plain\nloud\\x1b\n"
    assert shown.spans == (Span(6, 14, "bad"),)
    assert not shown.has_numbers


@st.composite
def _apart(draw: st.DrawFn) -> list[tuple[int, int]]:
    edges = sorted(draw(st.sets(st.integers(0, 40), max_size=12)))
    return list(zip(edges[::2], edges[1::2], strict=False))


@given(_apart(), _apart(), st.integers(0, 40), st.integers(0, 40))
def test_pieces_together_are_the_row(
    spans: list[tuple[int, int]], found: list[tuple[int, int]], a: int, b: int
) -> None:
    text = "".join(chr(ord("a") + number % 26) for number in range(40))
    shown = document(text, [Span(start, end, "info") for start, end in spans])
    start, end = sorted((a, b))
    cut = list(pieces(shown, start, end, found))
    assert "".join(piece.text for piece in cut) == text[start:end]
    position = start
    for piece in cut:
        assert (piece.tone == "info") is any(left <= position < right for left, right in spans)
        assert piece.match == next((n for n, (left, right) in enumerate(found) if left <= position < right), -1)
        position += len(piece.text)
