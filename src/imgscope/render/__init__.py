"""Reports as people and programs read them: one file a format, named like the format. Each exports `RENDER`."""

from __future__ import annotations

from imgscope.render._formats import format_names, load_format
from imgscope.render.base import Render

__all__ = ["formats", "renderer"]


def formats() -> list[str]:
    """Return the names of all formats without loading any of them."""
    return format_names(__name__)


def renderer(name: str) -> Render:
    """Return the format called `name`; only its own module is loaded. Raises `UsageError` that lists them all."""
    return load_format(__name__, name, Render)
