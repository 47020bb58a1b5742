"""Reports as people and programs read them: one file a format, named like the format. Each exports `RENDER`."""

from __future__ import annotations

import difflib
import importlib

from imgscope import discovery
from imgscope.errors import UsageError
from imgscope.render.base import Render

__all__ = ["formats", "renderer"]


def formats() -> list[str]:
    """Return the names of all formats without loading any of them."""
    return [name for name in discovery.module_names(__name__) if name not in ("base", "schema")]


def renderer(name: str) -> Render:
    """Return the format called `name`; only its own module is loaded. Raises `UsageError` that lists them all."""
    if name not in formats():
        near = difflib.get_close_matches(name, formats(), n=1)
        advice = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"there is no output format {name!r}", hint=f"{advice}There are: {', '.join(formats())}")
    render = importlib.import_module(f"{__name__}.{name}").RENDER
    if not isinstance(render, Render):
        raise TypeError(f"{__name__}.{name}.RENDER is not a Render")
    return render
