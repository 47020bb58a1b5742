"""A HEALTHCHECK that calls a program which is not in the image, or cannot run.

## What it does
Looks for the programs that the health check calls, along the image's PATH: whether they are there, executable, built
for the processor that the image is for, and have the loader or interpreter that starts them. A file that the container
cannot be started with either is told by start-command-cannot-run. An image that could not be read completely is not
judged.

## Why it matters
Such a check fails every time: the container is reported unhealthy though it works, and may be restarted for ever. The
usual cause is `curl` on a slim base image, which has none.

## How to fix
Check with what the image has, such as the language it runs, or install the program.

    HEALTHCHECK CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://localhost:8000/')"]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules._commands import Problem, health_command, problems_of
from imgscope.rules._shell_form import shell_form
from imgscope.rules.base import Rule
from imgscope.text import printable


def _check(image: InspectedImage) -> Iterator[Finding]:
    command = health_command(image)
    if not image.is_complete or not command:
        return
    for problem in problems_of(image, command):
        yield Finding(
            rule_id="healthcheck-cannot-run",
            severity=Severity.HIGH,
            confidence="high" if problem.node is not None or "/" in problem.program else "medium",
            message=f"the health check always fails: {printable(problem.program)}, which it calls, {problem.reason}",
            paths=(problem.node.path,) if problem.node is not None else (),
            packages=(),
            fix=problem.fix or _fix(image, problem, command),
        )


def _fix(image: InspectedImage, problem: Problem, command: Sequence[str]) -> str:
    if shell_form(command) is not None and problem.program == command[0]:
        return 'write it as HEALTHCHECK CMD ["program", "argument"], which needs no shell'
    has = next((name for name in ("wget", "python3", "python", "node") if _has(image, name)), None)
    instead = f"check with {has}, which the image has, or " if has else ""
    return f"{instead}install {printable(problem.program)}"


def _has(image: InspectedImage, program: str) -> bool:
    return not problems_of(image, (program,))


RULE = Rule(
    id="healthcheck-cannot-run",
    severity=Severity.HIGH,
    topic="start",
    check=_check,
    yields_to=("start-command-cannot-run",),
)
