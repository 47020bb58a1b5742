"""The schema itself."""

from __future__ import annotations

from typing import Any

import jsonschema

from imgscope.render.schemas.report import report_schema


def test_it_is_a_schema_of_its_draft() -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())


def test_what_is_optional_may_be_left_out_but_never_be_null() -> None:
    def nulls(value: Any) -> int:
        if isinstance(value, dict):
            return (value.get("type") == "null") + sum(map(nulls, value.values()))
        return sum(map(nulls, value)) if isinstance(value, list) else 0

    schema = report_schema()
    assert nulls(schema) == 0
    assert "indexDigest" not in schema["$defs"]["ImageSummary"]["required"]
    assert "digest" in schema["$defs"]["ImageSummary"]["required"]


def test_names_are_those_of_the_contract() -> None:
    schema = report_schema()
    assert set(schema["properties"]) == {
        "schemaVersion", "complete", "image", "distro", "libc", "layers", "packages", "waste", "leftovers", "findings",
        "failures", "policy", "run",
    }  # fmt: skip
    assert schema["$defs"]["WasteByCause"]["required"] == ["deleted", "overwritten", "metadataOnly", "duplicateContent"]
