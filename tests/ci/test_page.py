"""`docs/ci.md`: what it shows is what there is, and its commands run."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from imgscope.policy.keys import KEYS
from tests.ci.action import ACTION, ROOT
from tests.ci.test_gitlab import JOB
from tests.ci.test_pre_commit import HOOKS
from tests.support.command_line import Run, debian, run
from tests.support.image_files import write_oci_layout

__all__ = ["run"]

PAGE: Final = (ROOT / "docs/ci.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def steps(document: Any) -> list[dict[str, Any]]:
    """Return the steps of a workflow, or those that the document is."""
    if isinstance(document, list):
        return document
    return [step for job in document.get("jobs", {}).values() for step in job["steps"]]


def documents() -> list[Any]:
    return [yaml.safe_load(block) for block in blocks("yaml")]


def test_the_action_is_shown_with_inputs_and_outputs_that_it_has() -> None:
    (step,) = [step for each in documents() for step in steps(each) if step.get("uses") == "OWNER/imgscope@REF"]
    assert set(step["with"]) <= set(ACTION["inputs"])
    named = set(re.findall(r"steps\.imgscope\.outputs\.([\w-]+)", PAGE))
    assert named <= set(ACTION["outputs"])
    section = PAGE.partition("## GitHub Actions")[2].partition("### Code scanning")[0]
    assert [name for name in ACTION["outputs"] if f"`{name}`" not in section] == []


def test_no_workflow_has_an_expression_in_a_script() -> None:
    scripts = [step["run"] for each in documents() for step in steps(each) if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_the_job_for_gitlab_and_the_hooks_are_shown_with_what_they_have() -> None:
    (included,) = [each for each in documents() if isinstance(each, dict) and "include" in each]
    assert set(included["imgscope"]["variables"]) - {"IMGSCOPE_IMAGE"} <= set(JOB["variables"])
    assert (ROOT / included["include"][0]["file"]).exists()
    (hooks,) = [each for each in documents() if isinstance(each, dict) and "repos" in each]
    assert [hook["id"] for hook in hooks["repos"][0]["hooks"]] == [hook["id"] for hook in HOOKS]


def test_the_policy_that_is_shown_has_keys_that_exist() -> None:
    (policy,) = map(tomllib.loads, blocks("toml"))
    assert set(policy["policy"]) <= {key.name for key in KEYS}


def test_every_command_runs(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    image = f"oci:{write_oci_layout(tmp_path / 'layout', {'latest': debian()})}"
    Path("images.txt").write_text(f"{image}\n")
    Path("trusted").mkdir()
    Path("trusted/imgscope.toml").write_text("[policy]\n")
    commands = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("imgscope ")]
    assert len(commands) >= 4
    for command in commands:
        words = shlex.split(re.sub(r"\$IMAGE(_OF_MAIN)?", image, command))
        ended = run(*words[1:])
        assert ended.code == 0, (command, ended.err)
