"""Comparisons as people and programs read them: one file a format. Each exports `RENDER`, a `ComparisonRender`."""

from __future__ import annotations

from imgscope import discovery
from imgscope.render._formats import format_of
from imgscope.render.comparison.base import ComparisonRender

__all__ = ["comparison_formats", "comparison_renderer"]


def comparison_formats() -> list[str]:
    """Return the names of all formats without loading any of them."""
    return [name for name in discovery.module_names(__name__) if name not in ("base", "schema")]


def comparison_renderer(name: str) -> ComparisonRender:
    """Return the format called `name`; only its own module is loaded. Raises `UsageError` that lists them all."""
    return format_of(__name__, name, comparison_formats(), ComparisonRender)
