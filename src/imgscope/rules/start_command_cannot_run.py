"""An ENTRYPOINT or CMD whose program is not in the image, or cannot run.

## What it does
Looks for the program that a container of the image starts, along the image's PATH: whether it is there, executable,
built for the processor that the image is for, and has the loader or interpreter that starts it. Where a shell starts
it, the programs that its script calls are looked for, too. An image that could not be read completely is not judged.

## Why it matters
The container ends the moment it starts, with "no such file or directory", "permission denied" or "exec format error".

## How to fix
Name a program that the image has, by the path it has there, and copy it so that it can be executed.

    COPY --chmod=755 start.sh /usr/local/bin/start.sh
    ENTRYPOINT ["/usr/local/bin/start.sh"]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules._commands import Problem, problems_of, start_command
from imgscope.rules._shell_form import shell_form
from imgscope.rules.base import Rule
from imgscope.text import printable


def _check(image: InspectedImage) -> Iterator[Finding]:
    command = start_command(image)
    if not image.is_complete or not command:
        return
    keyword = "ENTRYPOINT" if image.config.run.entrypoint else "CMD"
    for problem in problems_of(image, command):
        is_first = problem.program == command[0]
        yield Finding(
            rule_id="start-command-cannot-run",
            severity=Severity.HIGH,
            confidence="high" if is_first else "medium",
            message=f"{keyword} cannot run: {printable(problem.program)} {problem.reason}",
            paths=(problem.node.path,) if problem.node is not None else (),
            packages=(),
            layer=problem.node.content_layer if problem.node is not None else None,
            instruction=image.instruction(problem.node.content_layer) if problem.node is not None else None,
            fix=problem.fix or _fix(problem, command, keyword),
        )


def _fix(problem: Problem, command: Sequence[str], keyword: str) -> str:
    if shell_form(command) is not None and problem.program == command[0]:
        return f'write it as {keyword} ["program", "argument"], which needs no shell, or take a base image that has one'
    return f"install or copy {printable(problem.program)}, or correct {keyword}"


RULE = Rule(id="start-command-cannot-run", severity=Severity.HIGH, topic="start", check=_check)
