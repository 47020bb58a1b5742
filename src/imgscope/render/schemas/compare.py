"""The JSON Schema of what `imgscope compare` writes."""

from __future__ import annotations

from typing import Any

from imgscope.comparison.data import COMPARISON_SCHEMA_VERSION, Comparison
from imgscope.render.schemas._types import Schema, schema_of


def comparison_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) that every comparison of this schema version is valid by."""
    return schema_of(Comparison, title=f"imgscope comparison, schema {COMPARISON_SCHEMA_VERSION}")


SCHEMA = Schema(summary="what imgscope compare -o json writes", make=comparison_schema)
