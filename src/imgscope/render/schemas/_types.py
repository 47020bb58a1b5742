"""From the types that a document is made of to its JSON Schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

_EXACT_NAME = {
    "type": "object",
    "description": "a path that is not UTF-8: its bytes, and a form that can be read",
    "properties": {"readable": {"type": "string"}, "base64": {"type": "string", "contentEncoding": "base64"}},
    "required": ["readable", "base64"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The schema of one kind of document: what it is in a few words, and what makes it."""

    summary: str
    make: Callable[[], dict[str, Any]]


def schema_of(*kinds: type[msgspec.Struct], title: str) -> dict[str, Any]:
    """Return the schema (draft 2020-12) that every document made of one of `kinds` is valid by."""
    references, components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    definitions = {name: _described(item) for name, item in components.items()}
    top = definitions.pop(kinds[0].__name__) if len(kinds) == 1 else {"anyOf": list(references)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **top,
        "title": title,
        "$defs": definitions,
    }


def _described(value: Any) -> Any:
    """Return a schema in which paths may also be exact names, and optional fields are absent rather than null."""
    if isinstance(value, list):
        return [_described(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("title") == "path" and value.get("type") == "string":
        return {"anyOf": [{"type": "string"}, _EXACT_NAME]}
    choices = value.get("anyOf")
    if choices and {"type": "null"} in choices:
        kept = [_described(choice) for choice in choices if choice != {"type": "null"}]
        return kept[0] if len(kept) == 1 else {"anyOf": kept}
    return {key: _described(item) for key, item in value.items() if not (key == "default" and item is None)}
