"""A start command that a shell keeps signals from.

## What it does
Looks for an ENTRYPOINT or CMD in shell form, which starts `/bin/sh -c "…"`, that does not hand over to the program with
`exec`. BusyBox and bash do so by themselves where a script ends with one program, and are not told then; dash, the
`/bin/sh` of Debian and Ubuntu, does not. Where the shell is not in the image, see start-command-cannot-run.

## Why it matters
The shell is process 1 and the program its child: `docker stop` signals the shell, which passes nothing on, so that the
program is killed after ten seconds instead of ending in order. In an ENTRYPOINT it also hides all arguments.

## How to fix
Use the exec form, or `exec` where a shell is needed.

    CMD ["gunicorn", "app:application"]
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules._commands import is_in_path, start_command
from imgscope.rules._scripts import ends_with_one_program
from imgscope.rules._shell_form import shell_form
from imgscope.rules.base import Rule


def _check(image: InspectedImage) -> Iterator[Finding]:
    command = start_command(image)
    form = shell_form(command)
    # A shell that is not there starts nothing: that is another finding, with the same fix.
    if form is None or (image.is_complete and not is_in_path(image, command[0])):
        return
    script = form.script.strip()
    if script.startswith("exec ") or "exec " in script.replace("&&", ";").rpartition(";")[2]:
        return
    if _replaces_itself(image, command[0], script):
        return
    keyword = "ENTRYPOINT" if image.config.run.entrypoint else "CMD"
    yield Finding(
        rule_id="start-command-in-shell",
        severity=Severity.LOW,
        confidence="high",
        message=f"{keyword} starts a shell that passes no signals on: stopping a container takes until it is killed",
        paths=(),
        packages=(),
        fix=f'write it as {keyword} ["program", "argument"], or begin the last command with exec',
    )


def _replaces_itself(image: InspectedImage, shell: str, script: str) -> bool:
    """Tell whether the shell of the image hands over to the last program by itself: dash does not."""
    found = image.tree.resolve(shell) if "/" in shell else None
    if found is None or not ends_with_one_program(script):
        return False
    return found.name.startswith("busybox") or (found.name == "bash" and not set(script) & set("<>"))


RULE = Rule(id="start-command-in-shell", severity=Severity.LOW, topic="start", check=_check)
