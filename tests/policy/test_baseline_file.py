"""A baseline from the JSON of an earlier run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from imgscope.errors import ImgscopeError
from imgscope.policy.baseline import baseline_of
from imgscope.policy.baseline_file import is_report, read_baseline_file
from imgscope.policy.judge import judge
from imgscope.policy.policy import Policy
from imgscope.render import renderer
from imgscope.render.base import RenderOptions
from imgscope.report import ImageReport, PlatformReport, Severity
from tests.policy.reports import finding, inspected, with_findings
from tests.support.images import file, layer

IMAGE = inspected(layer(file("root/.cache/pip/http/caf\udce9", b"x" * 5_000_000)))
AMD64 = PlatformReport(os="linux", architecture="amd64")
ARM64 = PlatformReport(os="linux", architecture="arm64")


def written(path: Path, *reports: ImageReport) -> Path:
    path.write_text(renderer("json").render(reports, RenderOptions(several=len(reports) != 1)))
    return path


def called(reference: str, platform: PlatformReport = AMD64, *, size: int = 1) -> ImageReport:
    summary = msgspec.structs.replace(IMAGE.report.image, reference=reference, platform=platform, compressed_size=size)
    return msgspec.structs.replace(IMAGE.report, image=summary)


def changed(path: Path, **fields: Any) -> Path:
    written(path, IMAGE.report)
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
    return path


def test_a_report_says_the_same_as_the_image_it_is_on(tmp_path: Path) -> None:
    path = written(tmp_path / "r.json", IMAGE.report)
    assert is_report(path)
    baseline = read_baseline_file(path, {}).baseline_for("anything", ARM64)
    assert baseline == baseline_of(IMAGE.report)
    assert any("caf" in subject or "pip" in subject for _, subject in baseline.findings)


def test_what_was_ignored_then_is_not_new_now(tmp_path: Path) -> None:
    from imgscope.policy.ignore import Ignore

    report = with_findings(IMAGE.report, finding("runs-as-root"))
    ignoring = Policy(ignores=(Ignore(rule_id="runs-as-root", place=".imgscopeignore:1"),))
    path = written(tmp_path / "r.json", judge(report, IMAGE.image.dive_score, ignoring))
    assert not read_baseline_file(path, {}).baseline_for("", AMD64).is_new(finding("runs-as-root"))


def test_severities_that_the_user_sets_hold_for_the_baseline_as_well(tmp_path: Path) -> None:
    path = written(tmp_path / "r.json", with_findings(IMAGE.report, finding("runs-as-root", Severity.LOW)))
    raised = finding("runs-as-root", Severity.CRITICAL)
    assert read_baseline_file(path, {}).baseline_for("", AMD64).is_new(raised)
    assert not read_baseline_file(path, {"runs-as-root": Severity.CRITICAL}).baseline_for("", AMD64).is_new(raised)


def test_of_several_reports_the_one_on_the_same_image_is_taken(tmp_path: Path) -> None:
    reports = [
        called("example.com/app:1", size=10),
        called("example.com/app:2", size=20),
        called("example.com/app:2", ARM64, size=30),
        called(f"localhost:5000/web@sha256:{'a' * 64}", size=40),
    ]
    file = read_baseline_file(written(tmp_path / "r.json", *reports), {})
    assert file.baseline_for("example.com/app:2", AMD64).compressed_size == 20
    assert file.baseline_for("example.com/app:2", ARM64).compressed_size == 30
    assert file.baseline_for("example.com/app:3", AMD64).compressed_size == 10
    assert file.baseline_for("localhost:5000/web:latest", AMD64).compressed_size == 40
    for reference, platform in (("example.com/other:1", AMD64), ("localhost:5000/web", ARM64)):
        with pytest.raises(ImgscopeError, match=f"has no report on {reference}") as raised:
            file.baseline_for(reference, platform)
        assert raised.value.exit_code == 2


def test_an_image_on_this_machine_is_not_compared_with_another_of_the_same_kind(tmp_path: Path) -> None:
    file = read_baseline_file(written(tmp_path / "r.json", called("oci:one"), called("oci:two")), {})
    with pytest.raises(ImgscopeError, match="has no report on oci:three"):
        file.baseline_for("oci:three", AMD64)


@pytest.mark.parametrize("text", ["nginx", "", "not json"])
def test_what_does_not_begin_like_JSON_is_no_report(tmp_path: Path, text: str) -> None:
    (tmp_path / "x").write_text(text)
    assert not is_report(tmp_path / "x")
    assert not is_report(tmp_path)
    assert not is_report(tmp_path / "nowhere")
    assert not is_report(tmp_path / "no\0where")


def test_fields_that_a_later_version_adds_are_passed_over(tmp_path: Path) -> None:
    path = changed(tmp_path / "r.json", schemaVersion="1.7", novelty={"x": 1})
    assert read_baseline_file(path, {}).baseline_for("", AMD64).unpacked_size == IMAGE.report.image.unpacked_size


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "is no report of imgscope"),
        (b"{}", "is no report of imgscope: .* missing required field"),
        (b"[1]", "is no report of imgscope"),
        (b"[]", "has no report in it"),
        (b"{\xff}", "is no report of imgscope"),
        (b'{"image": {"readable": "x", "base64": 5}}', "is no report of imgscope"),
        (b'{"image": {"readable": "x", "base64": "?"}}', "is no report of imgscope"),
        (b"[" * 100_000, "is no report of imgscope"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "r.json").write_bytes(content)
    with pytest.raises(ImgscopeError, match=words) as raised:
        read_baseline_file(tmp_path / "r.json", {})
    assert raised.value.exit_code == 2


def test_a_report_of_another_schema_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImgscopeError, match=r"is a report of schema 2\.0, not 1") as raised:
        read_baseline_file(changed(tmp_path / "r.json", schemaVersion="2.0"), {})
    assert raised.value.exit_code == 2


def test_a_report_that_is_not_complete_is_no_baseline(tmp_path: Path) -> None:
    with pytest.raises(ImgscopeError, match="was not read completely") as raised:
        read_baseline_file(changed(tmp_path / "r.json", complete=False), {})
    assert raised.value.exit_code == 3
