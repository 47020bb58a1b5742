"""What an output format is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from imgscope.report import ImageReport


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderOptions:
    """What a format may need to know of where it goes: `width` in columns, and whether colour is welcome there."""

    width: int = 80
    color: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Render:
    """A format: `render` returns the whole output, ending in a newline, for one or more reports."""

    render: Callable[[Sequence[ImageReport], RenderOptions], str]
