"""Text on its way to the screen: the one place where it is made safe, and never read as markup.

Everything a widget shows comes through `fit` or `content`. Both escape control and bidirectional characters, and
both make plain runs of text: brackets in a file name stay brackets.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from imgscope.text import printable
from imgscope.tui.model.lines import Line, Tone

_STYLES: Final[dict[Tone, str]] = {
    "plain": "",
    "strong": "bold",
    "dim": "$foreground-darken-3",
    "good": "$text-success",
    "info": "$text-primary",
    "warning": "$text-warning",
    "bad": "$text-error",
    "critical": "bold $text-error",
}
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


def fit(text: str, width: int, *, is_right: bool = False) -> str:
    """Return `text`, safe, in exactly `width` cells: filled up with spaces, or cut short with an ellipsis."""
    # Characters may take no cell at all, so what is too long to look at is cut short whatever it would take.
    shown = printable(text[: width + 1])
    length = cell_len(shown)
    if length > width or len(text) > width + 1:
        return set_cell_size(shown, width - 1) + "…" if width > 0 else ""
    return " " * (width - length) + shown if is_right else shown + " " * (width - length)


def content(lines: Iterable[Line]) -> Content:
    """Return `lines`, safe, as paragraphs."""
    return Content("\n").join(Content.styled(printable(line.text), _STYLES[line.tone]) for line in lines)


def bar(share: float, width: int) -> str:
    """Return a bar of `share` (0 to 1) of `width` cells; whatever is not nothing shows at least a sliver."""
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)
