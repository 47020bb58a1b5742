"""The JSON Schema of the report, made from the types that it is made of."""

from __future__ import annotations

from typing import Any

from imgscope.render.schemas._types import Schema, schema_of
from imgscope.report import SCHEMA_VERSION, ImageReport


def report_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) that every report of this schema version is valid by."""
    return schema_of(ImageReport, title=f"imgscope report, schema {SCHEMA_VERSION}")


SCHEMA = Schema(summary="what -o json writes of an image", make=report_schema)
