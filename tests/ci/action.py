"""The steps of `action.yml`, run as GitHub's runner does it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
ACTION: Final[dict[str, Any]] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: Final[list[dict[str, Any]]] = ACTION["runs"]["steps"]
EXPRESSION: Final = re.compile(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}")
_ENOUGH_SECONDS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnded:
    """How a step ended: what the log has, and what it wrote for the runner."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str


def run_step(number: int, workspace: Path, **inputs: str) -> StepEnded:
    """Run a step in `workspace`, by bash and with the variables that a runner sets; `inputs` have `_` for `-`."""
    step = STEPS[number]
    given = {name: spec.get("default", "") for name, spec in ACTION["inputs"].items()}
    given |= {name.replace("_", "-"): value for name, value in inputs.items()}

    def resolved(text: str) -> str:
        return EXPRESSION.sub(lambda match: given[match[1]], text)

    runner = workspace / ".runner"
    runner.mkdir(exist_ok=True)
    script, output, summary = runner / "step.sh", runner / "output", runner / "summary"
    script.write_text(step["run"], encoding="utf-8")
    output.write_text("")
    summary.write_text("")
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
        cwd=workspace / resolved(step.get("working-directory", ".")),
        env={
            **os.environ,
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(runner),
            **{name: resolved(value) for name, value in step.get("env", {}).items()},
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=_ENOUGH_SECONDS,
        check=False,
    )
    outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
    return StepEnded(
        code=done.returncode, log=done.stdout, outputs=outputs, summary=summary.read_text(encoding="utf-8")
    )


def install_here(workspace: Path) -> None:
    """Put the imgscope that is tested where the first step would install it."""
    programs = workspace / ".runner/imgscope/bin"
    programs.mkdir(parents=True)
    (programs / "imgscope").symlink_to(program())


def program() -> Path:
    """The command of the imgscope that is tested."""
    return Path(sys.executable).parent / "imgscope"
