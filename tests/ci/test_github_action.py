"""`action.yml`: what a user gives is never run, and what came of the audit reaches the log, the summary and outputs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.ci.action import ACTION, EXPRESSION, ROOT, STEPS, StepEnded, install_here, run_step
from tests.support.command_line import layout

__all__ = ["layout"]

AUDIT = 1


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A checkout of a repository, with imgscope installed."""
    directory = tmp_path / "workspace"
    directory.mkdir()
    install_here(directory)
    return directory


def audit(workspace: Path, images: str | Path, **inputs: str) -> StepEnded:
    return run_step(AUDIT, workspace, images=str(images), **inputs)


def test_no_expression_is_part_of_a_script() -> None:
    assert len(STEPS) == 2
    assert [step["run"] for step in STEPS if "${{" in step["run"]] == []
    assert {step["shell"] for step in STEPS} == {"bash"}
    assert [
        name for name in ("github-install.sh", "github-audit.sh") if "${{" in (ROOT / "ci" / name).read_text()
    ] == []


def test_every_input_is_described_and_reaches_the_audit_in_a_variable() -> None:
    step = STEPS[AUDIT]
    passed = {EXPRESSION.fullmatch(text)[1]: name for name, text in step["env"].items()}  # type: ignore[index]
    assert set(ACTION["inputs"]) == {*passed, "working-directory"}
    assert {name: f"INPUT_{name.upper().replace('-', '_')}" for name in passed} == passed
    script = (ROOT / "ci/github-audit.sh").read_text(encoding="utf-8")
    assert [variable for variable in passed.values() if f'"${variable}"' not in script] == []
    assert all(each["description"] for each in (*ACTION["inputs"].values(), *ACTION["outputs"].values()))


def test_every_output_is_one_of_the_step(workspace: Path, layout: Path) -> None:
    outputs = audit(workspace, layout).outputs
    assert {f"${{{{ steps.{STEPS[AUDIT]['id']}.outputs.{name} }}}}" for name in outputs} == {
        each["value"] for each in ACTION["outputs"].values()
    }


def test_an_image_that_passes_is_told_in_the_log_and_the_summary(workspace: Path, layout: Path) -> None:
    ended = audit(workspace, f"\n  {layout}   # ours\n", args="--max-layers=2\n\n--fail-on=high\n")
    assert ended.code == 0
    assert (ended.outputs["verdict"], ended.outputs["exit-code"]) == ("pass", "0")
    assert "::group::imgscope\n" in ended.log
    assert "Policy: holds\n  PASS max-layers (2, limit 2)" in ended.log
    assert ended.summary.startswith("### ✅ ")
    assert Path(ended.outputs["markdown"]).read_text(encoding="utf-8") == ended.summary


def test_an_image_that_fails_ends_the_step_with_its_code_and_annotations(workspace: Path, layout: Path) -> None:
    (workspace / "imgscope.toml").write_text("[policy]\nmax-layers = 1\n")
    ended = audit(workspace, layout)
    assert (ended.code, ended.outputs["verdict"], ended.outputs["exit-code"]) == (1, "fail", "1")
    assert "::notice title=apt-lists-left (info)::" in ended.log
    assert "::error title=policy%3A max-layers::" in ended.log
    assert ended.summary.startswith("### ❌ ")


def test_what_was_not_inspected_and_what_was_misused_are_told_apart(workspace: Path, layout: Path) -> None:
    ended = audit(workspace, f"oci:{layout}:wrong")
    assert (ended.code, ended.outputs) == (3, {"verdict": "incomplete", "exit-code": "3", "markdown": ""})
    ended = audit(workspace, layout, args="--max-layer=1")
    assert (ended.code, ended.outputs) == (2, {"verdict": "misused", "exit-code": "2", "markdown": ""})
    assert ended.summary == ""
    ended = audit(workspace, " \n")
    assert (ended.code, ended.outputs["verdict"]) == (2, "misused")


def test_reports_are_written_and_the_policy_and_the_Dockerfile_are_read(workspace: Path, layout: Path) -> None:
    project = workspace / "a project"
    project.mkdir()
    (project / "my policy.toml").write_text("[policy]\nmax-layers = 1\n")
    (project / "Dockerfile").write_text("FROM debian:12\nRUN apt-get update\n")
    ended = audit(
        workspace,
        f"oci:{layout}\noci:{layout}:latest",
        working_directory="a project",
        config="my policy.toml",
        dockerfile="Dockerfile",
        sarif="my report.sarif",
        outputs="json=my report.json\njunit=my report.xml",
    )
    assert ended.code == 1
    assert "::notice file=Dockerfile,line=2,endLine=2,title=apt-lists-left (info)::" in ended.log
    assert len(json.loads((project / "my report.sarif").read_text(encoding="utf-8"))["runs"]) == 2
    assert len(json.loads((project / "my report.json").read_text(encoding="utf-8"))) == 2
    assert (project / "my report.xml").read_text(encoding="utf-8").startswith("<?xml")


def test_annotations_and_the_summary_can_be_left_out(workspace: Path, layout: Path) -> None:
    ended = audit(workspace, layout, annotations="false", summary="false")
    assert (ended.code, ended.summary) == (0, "")
    assert "::notice" not in ended.log
    assert Path(ended.outputs["markdown"]).exists()
    ended = audit(workspace, layout, annotations="yes")
    assert (ended.code, ended.outputs) == (2, {"verdict": "misused", "exit-code": "2", "markdown": ""})
    assert "::error title=imgscope::the input annotations is neither true nor false" in ended.log


def test_nothing_that_a_user_gives_is_run(workspace: Path, layout: Path) -> None:
    hostile = "$(touch pwned) `touch pwned` '; touch pwned; ' \"; touch pwned; \" & touch pwned | tee * > pwned"
    texts = dict.fromkeys(("config", "args", "dockerfile", "sarif", "outputs"), hostile)
    truths = dict.fromkeys(("summary", "annotations"), hostile)
    assert audit(workspace, f"{layout}\n{hostile}").code == 2
    assert audit(workspace, f"{layout}\n{hostile}", **texts).code == 2
    assert audit(workspace, layout, **truths).code == 2
    assert not list(workspace.rglob("pwned"))


@pytest.mark.integration
def test_the_action_installs_what_it_is_part_of_and_audits_with_it(tmp_path: Path, layout: Path) -> None:
    installed = run_step(0, tmp_path)
    assert installed.code == 0, installed.log
    assert installed.log.splitlines()[-1].startswith("imgscope ")
    ended = audit(tmp_path, layout, outputs="cyclonedx=sbom.json")
    assert ended.code == 0, ended.log
    assert json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))["bomFormat"] == "CycloneDX"
