"""The JSON Schema of the report."""

from __future__ import annotations

from pathlib import Path

import jsonschema

from tests.cli.conftest import Run


def test_the_schema_is_printed_and_the_report_is_valid_by_it(run: Run, layout: Path) -> None:
    schema = run("schema").document
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(run("audit", layout, "-o", "json").document, schema, cls=jsonschema.Draft202012Validator)
