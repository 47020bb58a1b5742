"""The JSON Schemas of what imgscope writes."""

from __future__ import annotations

from pathlib import Path

import jsonschema

from tests.support.command_line import Run


def test_the_schema_is_printed_and_the_report_is_valid_by_it(run: Run, layout: Path) -> None:
    schema = run("schema").document
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(run("audit", layout, "-o", "json").document, schema, cls=jsonschema.Draft202012Validator)


def test_a_schema_that_there_is_not_is_a_usage_error_that_lists_those_that_there_are(run: Run) -> None:
    ended = run("schema", "repot")
    assert ended.code == 2
    assert "there is no schema 'repot'" in ended.err
    assert "did you mean report? There are: " in ended.err
