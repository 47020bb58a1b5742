"""Text with the numbers of its lines, wrapped or not."""

from __future__ import annotations

from collections.abc import Iterator

from rich.segment import Segment
from textual import on
from textual.geometry import Size
from textual.message import Message

from imgscope.tui.model.content.document import Document, pieces
from imgscope.tui.model.content.text import TextRows, find_all, text_rows
from imgscope.tui.threads import in_thread
from imgscope.tui.widgets.content_view import ContentView

_EMPTY = Document(text="")


class TextView(ContentView):
    """A `Document`. Wrapping takes a moment for long ones and is done in a thread."""

    class _Wrapped(Message):
        """The rows of `shown` at `width` are there."""

        def __init__(self, shown: Document, width: int | None, rows: TextRows) -> None:
            super().__init__()
            self.shown = shown
            self.width = width
            self.rows = rows

    def __init__(self, *, id: str, wraps: bool = False) -> None:
        super().__init__(id=id)
        self.wraps = wraps
        self._shown = _EMPTY
        self._rows = TextRows(text="")
        self._width: int | None = None

    def show(self, shown: Document, rows: TextRows | None = None) -> None:
        """Show `shown` from its beginning, or where the reader is if it is the text that is shown already.

        `rows` are those without wrapping, if they are known.
        """
        is_same = shown.text == self._shown.text
        self._shown = shown
        if is_same and len(self._rows):
            self.refresh()
            return
        self.forget_matches()
        self._width = None
        self._take(rows if rows is not None else text_rows(shown.text))
        self.scroll_home(animate=False)
        self._wrap()

    def toggle_wrap(self) -> None:
        """Wrap, or scroll to the side."""
        self.wraps = not self.wraps
        self._wrap()

    def on_resize(self) -> None:
        """Wrap anew."""
        self._wrap()

    def _wrap(self) -> None:
        width = max(self.scrollable_content_region.width - self._margin_width, 2) if self.wraps else None
        if width != self._width and self.size.width:
            self._width = width
            self._work_out(self._shown, width)

    @in_thread()
    def _work_out(self, shown: Document, width: int | None) -> None:
        self.post_message(self._Wrapped(shown, width, text_rows(shown.text, width)))

    @on(_Wrapped)
    def _show_wrapped(self, event: _Wrapped) -> None:
        event.stop()
        if event.shown.text is not self._shown.text or event.width != self._width:
            return
        top = round(self.scroll_y)
        offset = self._rows.starts[top] if top < len(self._rows) else 0
        self._take(event.rows)
        self.scroll_to(x=0, y=event.rows.at(offset), animate=False, force=True)

    def _take(self, rows: TextRows) -> None:
        self._rows = rows
        longest = max((end - start for start, end in zip(rows.starts, rows.ends, strict=True)), default=0)
        cells = longest if rows.text.isascii() else longest * 2
        self.virtual_size = Size(0 if self.wraps else self._margin_width + cells, len(rows))
        self.refresh()

    @property
    def _margin_width(self) -> int:
        return len(str(self._rows.last_number)) + 2 if self._shown.has_numbers else 1

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self._rows) if self._rows.text else 0

    def margin_text(self, row: int) -> str:
        """Return the number of the line, where it begins."""
        number = self._rows.numbers[row] if self._shown.has_numbers else 0
        return f"{number or '':>{self._margin_width - 1}} "

    def segments(self, row: int) -> Iterator[Segment]:
        """Yield the text of `row`, set off by tone and by what matches."""
        for piece in pieces(self._shown, self._rows.starts[row], self._rows.ends[row], self.matches):
            yield Segment(piece.text, self.rich_style + self.style_of(piece.tone) + self.match_style(piece.match))

    def find(self, wanted: str) -> list[tuple[int, int]]:
        """Return where `wanted` begins and ends in the text."""
        return find_all(self._shown.text, wanted)

    def row_at(self, offset: int) -> int:
        """Return the row that the character at `offset` is in."""
        return self._rows.at(offset)
