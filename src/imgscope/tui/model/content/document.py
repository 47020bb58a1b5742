"""A text with parts that are set off, and its rows cut into pieces that look the same."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from imgscope.text import printable
from imgscope.tui.model.content.highlighting import Span
from imgscope.tui.model.lines import Line, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`text` is safe to show; `spans` are in order. `has_numbers`: its lines are counted."""

    text: str
    spans: tuple[Span, ...] = ()
    has_numbers: bool = True
    starts: tuple[int, ...] = field(default=(), repr=False)


class Piece(NamedTuple):
    """Some characters of a row; `match` is the number of the match that they are in, -1 for none."""

    text: str
    tone: Tone
    match: int


def document(text: str, spans: Iterable[Span] = (), *, has_numbers: bool = True) -> Document:
    """Return `text`, which is safe to show, with `spans` set off."""
    kept = tuple(spans)
    return Document(text=text, spans=kept, has_numbers=has_numbers, starts=tuple(span.start for span in kept))


def document_of(lines: Iterable[Line]) -> Document:
    """Return `lines`, made safe, as a document without numbers."""
    texts: list[str] = []
    spans: list[Span] = []
    start = 0
    for line in lines:
        text = printable(line.text)
        texts.append(text)
        if line.tone != "plain":
            spans.append(Span(start, start + len(text), line.tone))
        start += len(text) + 1
    return document("\n".join(texts), spans, has_numbers=False)


def pieces(shown: Document, start: int, end: int, matches: list[tuple[int, int]]) -> Iterator[Piece]:
    """Yield what the row from `start` up to `end` of the text is made of; `matches` are in order and apart."""
    tones = list(_overlapping(shown, start, end))
    first = bisect.bisect_right(matches, (start, 0)) - 1
    found = [(number, *matches[number]) for number in range(max(first, 0), _after(matches, end))]
    cuts = {start, end}
    for span in tones:
        cuts.update((span.start, span.end))
    for _, match_start, match_end in found:
        cuts.update((match_start, match_end))
    edges = sorted(cut for cut in cuts if start <= cut <= end)
    for left, right in pairwise(edges):
        tone: Tone = next((span.tone for span in tones if span.start <= left < span.end), "plain")
        match = next((number for number, begin, stop in found if begin <= left < stop), -1)
        yield Piece(shown.text[left:right], tone, match)


def _overlapping(shown: Document, start: int, end: int) -> Iterator[Span]:
    # Spans do not overlap, so that only the last that begins before the row may reach into it.
    first = max(bisect.bisect_right(shown.starts, start) - 1, 0)
    for position in range(first, len(shown.spans)):
        span = shown.spans[position]
        if span.start >= end:
            return
        if span.end > start:
            yield span


def _after(matches: list[tuple[int, int]], end: int) -> int:
    return bisect.bisect_left(matches, (end, 0))
