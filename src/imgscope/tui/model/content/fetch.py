"""Reading as much of a file as is shown, and making a text of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from imgscope.text import format_size
from imgscope.tui.model.content.document import Document, document
from imgscope.tui.model.content.text import TextRows, is_text, safe_text, text_rows

MOST_SHOWN: Final = 4 * 1024 * 1024
"""How many bytes of a file are shown; all of it can be saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The first bytes of a file, or all of them. Where they read as text, `text` and its `rows` are that."""

    data: bytes
    is_whole: bool
    text: Document | None
    rows: TextRows | None

    def note(self, size: int) -> str:
        """Return what the reader of a file of `size` bytes has to know; nothing where all of it is shown."""
        if self.is_whole:
            return "" if self.data else "the file is empty"
        return f"the first {format_size(len(self.data))} of {format_size(size)}; s saves all of it"


def fetch(chunks: Iterable[bytes | memoryview]) -> Content:
    """Return as much of `chunks` as is shown."""
    data = bytearray()
    is_whole = True
    for chunk in chunks:
        data += chunk
        if len(data) > MOST_SHOWN:
            is_whole = False
            break
    shown = bytes(data[:MOST_SHOWN])
    if not is_text(shown):
        return Content(data=shown, is_whole=is_whole, text=None, rows=None)
    text = safe_text(shown)
    return Content(data=shown, is_whole=is_whole, text=document(text), rows=text_rows(text))
