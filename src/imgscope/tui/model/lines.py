"""Lines of text with a tone, for the panels that tell more about what is highlighted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

Tone = Literal["plain", "strong", "dim", "good", "info", "warning", "bad", "critical"]


class Line(NamedTuple):
    """A paragraph; what says a thing never says it by `tone` alone."""

    text: str
    tone: Tone = "plain"


def paragraphs(text: str, tone: Tone = "plain") -> list[Line]:
    """Return `text` as one line for each of its own, so that here documents stay readable."""
    return [Line(line.expandtabs(4), tone) for line in text.rstrip().split("\n")]


def always(*lines: Line) -> Callable[[], tuple[Line, ...]]:
    """Return a function that returns `lines`, for what asks for its text only when it is looked at."""
    return lambda: lines
