"""A line to type in, safe for what is pasted into it."""

from __future__ import annotations

from textual.widgets import Input

from imgscope.text import printable


class LineInput(Input):
    """What could act on the terminal becomes visible, as it does everywhere else: names of an image may be pasted."""

    def validate_value(self, value: str) -> str:
        """Return `value` made safe."""
        return printable(value)
