"""What a format of a comparison is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from imgscope.comparison.data import Comparison
from imgscope.render.base import RenderOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRender:
    """A format: `render` returns the whole output, ending in a newline."""

    render: Callable[[Comparison, RenderOptions], str]
