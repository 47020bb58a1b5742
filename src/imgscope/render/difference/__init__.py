"""What two images differ in, as people and programs read it: one file a format. Each exports `RENDER`."""

from __future__ import annotations

from imgscope import discovery
from imgscope.render._formats import format_of
from imgscope.render.difference.base import DifferenceRender

__all__ = ["difference_formats", "difference_renderer"]


def difference_formats() -> list[str]:
    """Return the names of all formats without loading any of them."""
    return [name for name in discovery.module_names(__name__) if name != "base"]


def difference_renderer(name: str) -> DifferenceRender:
    """Return the format called `name`; only its own module is loaded. Raises `UsageError` that lists them all."""
    return format_of(__name__, name, difference_formats(), DifferenceRender)
