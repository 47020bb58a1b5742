"""What a format of a difference is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imgscope.difference.document import Document
from imgscope.render.base import RenderOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRender:
    """A format: `render` returns the whole output, ending in a newline."""

    render: Callable[[Document, RenderOptions], str]
