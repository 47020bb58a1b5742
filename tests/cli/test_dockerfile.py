"""`audit --dockerfile`: findings at the lines of the instructions that brought them about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command import imgscope
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, layer


@pytest.fixture
def layout(tmp_path: Path) -> str:
    lists = layer(file("var/lib/apt/lists/x", "x" * 100), created_by="RUN /bin/sh -c apt-get update # buildkit")
    write_oci_layout(tmp_path / "layout", {"latest": image([layer(file("a")), lists])})
    return f"oci:{tmp_path / 'layout'}"


def test_findings_are_at_the_lines_of_the_Dockerfile(layout: str, tmp_path: Path) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text("FROM x\n\nRUN apt-get update\n", encoding="utf-8")
    ended = imgscope("audit", layout, "-o", "sarif", "--dockerfile", str(dockerfile))
    assert ended.exit_code == 0, ended.stderr
    results = {each["ruleId"]: each for each in ended.document["runs"][0]["results"]}
    place = results["apt-lists-left"]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("/Dockerfile")
    assert place["region"] == {"startLine": 3, "endLine": 3}


def test_a_Dockerfile_that_cannot_be_read_is_a_usage_error_before_anything_is_inspected(tmp_path: Path) -> None:
    ended = imgscope("audit", "oci:/nonexistent", "--dockerfile", str(tmp_path / "none"))
    assert ended.exit_code == 2
    assert ended.errors == [f"imgscope: the Dockerfile '{tmp_path / 'none'}' cannot be read: No such file or directory"]


def test_the_help_lists_every_format() -> None:
    ended = imgscope("audit", "--help")
    assert "Formats: " in ended.stdout
    assert "sarif" in ended.stdout
