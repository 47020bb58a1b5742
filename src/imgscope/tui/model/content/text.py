"""Content as text that is safe to show: decoded, tabs expanded, control characters told by their numbers."""

from __future__ import annotations

import bisect
import codecs
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rich.cells import get_character_cell_size

from imgscope.text import printable

_LOOKED_AT: Final = 8192
_TAB: Final = 4
_LONGEST_ROW: Final = 1000
_MOST_MATCHES: Final = 10_000
_LINE_END: Final = re.compile(r"\r\n|\n|\r(?!\n)")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def is_text(content: bytes) -> bool:
    """Tell whether `content` reads as text: what begins without a zero byte, or with the mark of an encoding."""
    return content.startswith(tuple(mark for mark, _ in _MARKS)) or b"\0" not in content[:_LOOKED_AT]


def safe_text(content: bytes) -> str:
    """Return `content` as lines parted by newlines of which nothing acts on a terminal.

    Read as UTF-8, or as what the mark at its beginning says; bytes that are no such thing are shown by number.
    """
    mark, encoding = next((pair for pair in _MARKS if content.startswith(pair[0])), (b"", "utf-8"))
    errors = "surrogateescape" if encoding == "utf-8" else "backslashreplace"
    text = content[len(mark) :].decode(encoding, errors)
    lines = _LINE_END.split(text)
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return "\n".join(printable(line.expandtabs(_TAB)) for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRows:
    """The rows of `text` on a screen: where each begins and ends, and the number of its line.

    The number of a row that goes on with the line of the one before is 0.
    """

    text: str
    starts: array[int] = field(default_factory=lambda: array("L"))
    ends: array[int] = field(default_factory=lambda: array("L"))
    numbers: array[int] = field(default_factory=lambda: array("L"))

    def __len__(self) -> int:
        return len(self.starts)

    def row(self, position: int) -> str:
        """Return what is in the row at `position`."""
        return self.text[self.starts[position] : self.ends[position]]

    def at(self, offset: int) -> int:
        """Return the row that the character at `offset` of the text is in."""
        return max(bisect.bisect_right(self.starts, offset) - 1, 0)

    @property
    def last_number(self) -> int:
        """The number of the last line."""
        return next((number for number in reversed(self.numbers) if number), 0)


def text_rows(text: str, width: int | None = None) -> TextRows:
    """Return the rows that `text` takes where `width` cells fit in one; None: as many as are good to handle."""
    rows = TextRows(text=text)
    start = 0
    for number, line in enumerate(text.split("\n"), start=1):
        position = start
        for piece in _pieces(line, width):
            rows.starts.append(position)
            rows.numbers.append(number if position == start else 0)
            position += len(piece)
            rows.ends.append(position)
        start += len(line) + 1
    return rows


def find_all(text: str, wanted: str) -> list[tuple[int, int]]:
    """Return where `wanted` begins and ends in `text`, ten thousand times at most.

    Text without capital letters is found in any case.
    """
    if not wanted:
        return []
    flags = 0 if any(character.isupper() for character in wanted) else re.IGNORECASE
    found = re.finditer(re.escape(wanted), text, flags)
    return [match.span() for match, _ in zip(found, range(_MOST_MATCHES), strict=False)]


def _pieces(line: str, width: int | None) -> Iterator[str]:
    most = width or _LONGEST_ROW
    if len(line) <= most and (width is None or line.isascii()):
        yield line
    elif width is None or line.isascii():
        yield from (line[start : start + most] for start in range(0, len(line), most))
    else:
        yield from _chopped(line, max(most, 2))


def _chopped(line: str, width: int) -> Iterator[str]:
    """Yield pieces of `line` that fill at most so many cells each; no character of it is lost.

    Characters that take no cell are no more in one than are good to handle. Not `rich.cells.chop_cells`, which leaves
    out modifiers that have nothing before them to modify.
    """
    start = used = 0
    most = max(width, _LONGEST_ROW)
    for position, character in enumerate(line):
        cells = get_character_cell_size(character)
        if used + cells > width or position - start >= most:
            yield line[start:position]
            start, used = position, 0
        used += cells
    yield line[start:]
