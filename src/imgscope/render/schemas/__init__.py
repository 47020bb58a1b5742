"""The JSON Schemas of what imgscope writes: one file a kind of document, named like it. Each exports `SCHEMA`."""

from __future__ import annotations

import difflib
import importlib
from typing import Any

from imgscope import discovery
from imgscope.errors import UsageError
from imgscope.render.schemas._types import Schema

__all__ = ["schema_document", "schema_names"]


def schema_names() -> list[str]:
    """Return the names of all schemas without loading any of them."""
    return discovery.module_names(__name__)


def schema_document(name: str) -> dict[str, Any]:
    """Return the schema called `name`; only its own module is loaded. Raises `UsageError` that lists them all."""
    names = schema_names()
    if name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        advice = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"there is no schema {name!r}", hint=f"{advice}There are: {', '.join(names)}")
    schema = importlib.import_module(f"{__name__}.{name}").SCHEMA
    if not isinstance(schema, Schema):
        raise TypeError(f"{__name__}.{name}.SCHEMA is not a Schema")
    return schema.make()
