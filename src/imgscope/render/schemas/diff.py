"""The JSON Schema of what `imgscope diff` writes."""

from __future__ import annotations

from typing import Any

from imgscope.difference.document import DIFFERENCE_SCHEMA_VERSION, Difference, PlatformMatrix
from imgscope.render.schemas._types import Schema, schema_of


def difference_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) of a difference, and of one for every platform."""
    return schema_of(Difference, PlatformMatrix, title=f"imgscope difference, schema {DIFFERENCE_SCHEMA_VERSION}")


SCHEMA = Schema(summary="what imgscope diff -o json writes", make=difference_schema)
