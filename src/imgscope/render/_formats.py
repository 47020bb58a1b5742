"""Finding a format by its name."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Sequence
from typing import TypeVar

from imgscope.errors import UsageError

Kind = TypeVar("Kind")


def format_of(package: str, name: str, known: Sequence[str], kind: type[Kind]) -> Kind:
    """Return what the module `name` of `package` exports as `RENDER`; only that module is loaded.

    Raises `UsageError` for a name that is not `known`, and `TypeError` for a module that exports something else.
    """
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"there is no output format {name!r}", hint=f"{advice}There are: {', '.join(known)}")
    render = importlib.import_module(f"{package}.{name}").RENDER
    if not isinstance(render, kind):
        raise TypeError(f"{package}.{name}.RENDER is not a {kind.__name__}")
    return render
