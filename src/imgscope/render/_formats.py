"""Finding the formats in a package: one file a format, named like it, which exports `RENDER`."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from typing import Final, TypeVar

from imgscope.errors import UsageError

Kind = TypeVar("Kind")

_NO_FORMATS: Final = ("base",)


def format_names(package: str) -> list[str]:
    """Return the names of all formats in `package` without loading any of them."""
    found = pkgutil.iter_modules(importlib.import_module(package).__path__)
    named = (info.name for info in found if not info.ispkg and not info.name.startswith("_"))
    return sorted(name for name in named if name not in _NO_FORMATS)


def load_format(package: str, name: str, kind: type[Kind]) -> Kind:
    """Return the format called `name`; only its own module is loaded. Raises `UsageError` that lists them all."""
    names = format_names(package)
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        advice = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"there is no output format {name!r}", hint=f"{advice}There are: {', '.join(names)}")
    render = importlib.import_module(f"{package}.{name}").RENDER
    if not isinstance(render, kind):
        raise TypeError(f"{package}.{name}.RENDER is not a {kind.__name__}")
    return render
