"""`ci/gitlab.yml`: the script of the job, run by the shells that a runner uses."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from tests.ci.action import ROOT, program
from tests.support.command_line import debian, layout
from tests.support.registry import Registry
from tests.support.registry_auth import Basic

__all__ = ["layout"]

JOB: dict[str, Any] = yaml.safe_load((ROOT / "ci/gitlab.yml").read_text(encoding="utf-8"))["imgscope"]


def run_job(directory: Path, *, shell: str = "sh", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the job as a runner does: its lines as one script, which ends where one of them fails."""
    defaults = {name: value for name, value in JOB["variables"].items() if "$" not in value}
    return subprocess.run(
        [shell, "-e"],
        input="\n".join(JOB["script"]),
        cwd=directory,
        env={**os.environ, "PATH": f"{program().parent}:{os.environ['PATH']}", **defaults, **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_the_job_runs_in_an_image_that_the_project_names_and_keeps_its_reports_when_the_gate_fails() -> None:
    assert JOB["image"] == {"name": "$IMGSCOPE_IMAGE", "entrypoint": [""]}
    assert JOB["artifacts"]["when"] == "always"
    assert JOB["artifacts"]["reports"] == {"junit": "imgscope.xml"}
    assert JOB["variables"]["IMGSCOPE_TARGETS"] == "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_every_artifact_is_written_and_the_exit_code_is_that_of_the_gate(
    layout: Path, tmp_path: Path, shell: str
) -> None:
    (tmp_path / "imgscope.toml").write_text("[policy]\nmax-layers = 1\n")
    ended = run_job(tmp_path, shell=shell, IMGSCOPE_TARGETS=f"oci:{layout} oci:{layout}:latest")
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr.endswith("imgscope: 2 images: 2 fail\n")
    assert "Policy: does not hold" in ended.stdout
    for name in JOB["artifacts"]["paths"]:
        assert (tmp_path / name).stat().st_size
    assert len(ET.parse(tmp_path / "imgscope.xml").getroot()) == 2
    assert run_job(tmp_path, IMGSCOPE_TARGETS=f"oci:{layout}", IMGSCOPE_ARGS="--max-layers=2").returncode == 0


def test_words_are_no_patterns_and_no_script(layout: Path, tmp_path: Path) -> None:
    (tmp_path / "--max-layers=1").touch()
    ended = run_job(tmp_path, IMGSCOPE_TARGETS=f"oci:{layout}", IMGSCOPE_ARGS="--max-layers=* $(touch pwned)")
    assert ended.returncode == 2
    assert "'*'" in ended.stderr or "$(touch" in ended.stderr
    assert not (tmp_path / "pwned").exists()


def test_the_credentials_of_the_job_are_for_the_registry_of_the_project(tmp_path: Path) -> None:
    registry = Registry(auth=Basic(username="gitlab-ci-token", password='pass"word: \\ and more of it ' * 4))
    registry.add(debian())
    with registry.serve() as host:
        ended = run_job(
            tmp_path,
            IMGSCOPE_TARGETS=f"{host}/team/app",
            IMGSCOPE_ARGS=f"--insecure-registry={host}",
            CI_REGISTRY=host,
            CI_REGISTRY_USER="gitlab-ci-token",
            CI_REGISTRY_PASSWORD='pass"word: \\ and more of it ' * 4,
        )
    assert ended.returncode == 0, ended.stderr
    assert "pass" not in ended.stdout.replace("passes", "")


def test_credentials_that_the_project_has_come_first(tmp_path: Path) -> None:
    registry = Registry(auth=Basic(username="us", password="secret"))
    registry.add(debian())
    with registry.serve() as host:
        ended = run_job(
            tmp_path,
            IMGSCOPE_TARGETS=f"{host}/team/app",
            IMGSCOPE_ARGS=f"--insecure-registry={host}",
            CI_REGISTRY=host,
            CI_REGISTRY_USER="gitlab-ci-token",
            CI_REGISTRY_PASSWORD="of the job",
            DOCKER_AUTH_CONFIG=f'{{"auths": {{"{host}": {{"auth": "dXM6c2VjcmV0"}}}}}}',
        )
    assert ended.returncode == 0, ended.stderr
