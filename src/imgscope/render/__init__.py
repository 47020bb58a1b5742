"""Reports as people and programs read them: one file a format, named like the format. Each exports `RENDER`.

What is compared, and what two images differ in, have formats of their own, in `comparison` and `difference`.
"""

from __future__ import annotations

from imgscope import discovery
from imgscope.render._formats import format_of
from imgscope.render.base import Render

__all__ = ["formats", "renderer"]


def formats() -> list[str]:
    """Return the names of all formats without loading any of them."""
    others = ("base", "comparison", "difference", "schemas")
    return [name for name in discovery.module_names(__name__) if name not in others]


def renderer(name: str) -> Render:
    """Return the format called `name`; only its own module is loaded. Raises `UsageError` that lists them all."""
    return format_of(__name__, name, formats(), Render)
