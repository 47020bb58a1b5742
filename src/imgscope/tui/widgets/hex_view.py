"""Bytes in hexadecimal digits and as characters."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

from rich.segment import Segment
from textual.geometry import Size

from imgscope.tui.model.content.hexadecimal import bytes_in_row, digit_columns, find_bytes, hex_row, row_width
from imgscope.tui.widgets.content_view import ContentView


class HexView(ContentView):
    """Some bytes; as many in a row as fit."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._content = b""
        self._count = 16

    def show(self, content: bytes) -> None:
        """Show `content` from its beginning."""
        self._content = content
        self.forget_matches()
        self._lay_out()
        self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Fit as many bytes into a row as there is room for."""
        self._lay_out()

    def _lay_out(self) -> None:
        offset = round(self.scroll_y) * self._count
        self._count = bytes_in_row(self.scrollable_content_region.width or self.size.width)
        self.virtual_size = Size(row_width(self._count), self.row_count)
        self.scroll_to(y=offset // self._count, animate=False, force=True)
        self.refresh()

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return -(-len(self._content) // self._count)

    def margin_text(self, row: int) -> str:
        """Return where in the content the row begins."""
        return f"{hex_row(b'', row * self._count, self._count).offset}  "

    def segments(self, row: int) -> Iterator[Segment]:
        """Yield digits and characters, with what matches set off in both."""
        start = row * self._count
        shown = hex_row(self._content, start, self._count)
        found = list(self._matches_in(start))
        yield from self._marked(shown.digits, [(digit_columns(left, right), number) for left, right, number in found])
        yield Segment("  ", self.rich_style)
        yield from self._marked(shown.characters, [((left, right), number) for left, right, number in found])

    def _matches_in(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Yield which bytes of the row at `start` are in a match, and its number."""
        first = max(bisect.bisect_right(self.matches, (start, 0)) - 1, 0)
        for number in range(first, len(self.matches)):
            begin, end = self.matches[number]
            if begin >= start + self._count:
                return
            if end > start:
                yield max(begin - start, 0), min(end - start, self._count), number

    def _marked(self, text: str, marks: list[tuple[tuple[int, int], int]]) -> Iterator[Segment]:
        position = 0
        for (left, right), number in marks:
            yield Segment(text[position:left], self.rich_style)
            yield Segment(text[left:right], self.rich_style + self.match_style(number))
            position = right
        yield Segment(text[position:], self.rich_style)

    def find(self, wanted: str) -> list[tuple[int, int]]:
        """Return where `wanted` begins and ends in the bytes."""
        return find_bytes(self._content, wanted)

    def row_at(self, offset: int) -> int:
        """Return the row that the byte at `offset` is in."""
        return offset // self._count
