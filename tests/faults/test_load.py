"""Images that are large, deep, many or damaged, in small: all of it is in the report, or it says what is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.hostile_images import (
    CASES,
    Maker,
    all_layers_damaged,
    deep_path,
    many_entries,
    many_findings,
    many_images,
    many_layers,
    zeros,
)
from imgscope.render import formats
from tests.support.command_line import Run, run

__all__ = ["run"]


def every_format(directory: Path) -> list[str]:
    return [option for name in formats() for option in ("-o", f"{name}={directory / name}")]


@pytest.mark.parametrize(
    ("name", "code", "files"),
    [
        ("a header with a flipped bit between files", 3, 1),
        ("an empty block between files", 3, 1),
        ("a size below zero", 3, 1),
        ("a size of 8 EiB", 3, 1),
        ("a global header that renames all", 3, 0),
        ("names that climb", 0, 4),
        ("links that lead in circles", 0, 3),
        ("gzip cut short", 3, 2),
        ("a flipped bit in the gzip data", 3, 0),
        ("another layer than its digest says", 3, 3),
    ],
)
def test_what_the_page_on_robustness_says_of_damaged_images_holds(
    run: Run, tmp_path: Path, name: str, code: int, files: int
) -> None:
    ended = run("audit", f"oci:{CASES[name](tmp_path).layout}", "-o", "json")
    assert ended.code == code
    assert ended.document["complete"] is (code == 0)
    assert ended.document["image"]["fileCount"] == files


@pytest.mark.parametrize(
    "make",
    [many_layers(150), deep_path(4096), many_findings(300), many_entries(3000), zeros(16 * 1024**2)],
    ids=["150 layers", "a path 4,096 deep", "300 findings", "3,000 entries", "16 MiB of zeros"],
)
def test_every_format_shows_an_image_beyond_the_usual(run: Run, tmp_path: Path, make: Maker) -> None:
    made = make(tmp_path)
    ended = run("audit", f"oci:{made.layout}", *every_format(tmp_path))
    assert ended.code == 0
    report = json.loads((tmp_path / "json").read_text())
    assert report["complete"] is True
    assert report["failures"] == []
    assert report["image"]["fileCount"] == made.files
    assert all((tmp_path / name).exists() for name in formats())


def test_a_finding_for_each_of_many_files_is_in_the_report(run: Run, tmp_path: Path) -> None:
    report = run("audit", f"oci:{many_findings(300)(tmp_path).layout}", "-o", "json").document
    found = [finding for finding in report["findings"] if finding["ruleId"] == "secret-in-file"]
    assert len(found) == 300


def test_an_image_whose_layers_all_fail_is_reported_with_each_failure(run: Run, tmp_path: Path) -> None:
    made = all_layers_damaged(20)(tmp_path)
    ended = run("audit", f"oci:{made.layout}", *every_format(tmp_path))
    assert ended.code == 3
    report = json.loads((tmp_path / "json").read_text())
    assert report["complete"] is False
    assert len(report["failures"]) == 20
    assert all(each["error"] for each in report["layers"])
    assert all((tmp_path / name).exists() for name in formats())


def test_many_images_in_one_audit_share_what_they_share(run: Run, tmp_path: Path) -> None:
    made = many_images(25)(tmp_path)
    ended = run("audit", *(f"oci:{made.layout}:i{number}" for number in range(25)), "-o", "json", "--no-cache")
    assert ended.code == 0
    assert [report["complete"] for report in ended.document] == [True] * 25
    assert {report["image"]["fileCount"] for report in ended.document} == {2001}
