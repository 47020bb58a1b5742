"""The JSON Schemas of what imgscope writes, made from the types that it is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from imgscope.comparison.data import COMPARISON_SCHEMA_VERSION, Comparison
from imgscope.report import SCHEMA_VERSION, ImageReport

_EXACT_NAME = {
    "type": "object",
    "description": "a path that is not UTF-8: its bytes, and a form that can be read",
    "properties": {"readable": {"type": "string"}, "base64": {"type": "string", "contentEncoding": "base64"}},
    "required": ["readable", "base64"],
}


def report_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) that every report of this schema version is valid by."""
    return _schema_of(ImageReport, f"imgscope report, schema {SCHEMA_VERSION}")


def comparison_schema() -> dict[str, Any]:
    """Return the schema that every comparison of this schema version is valid by."""
    return _schema_of(Comparison, f"imgscope comparison, schema {COMPARISON_SCHEMA_VERSION}")


SCHEMAS: Final[dict[str, Callable[[], dict[str, Any]]]] = {"report": report_schema, "compare": comparison_schema}
"""What imgscope writes as JSON, and what makes its schema."""


def _schema_of(document: type, title: str) -> dict[str, Any]:
    schema = msgspec.json.schema(document)
    definitions = {name: _described(item) for name, item in schema["$defs"].items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **definitions.pop(document.__name__),
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
