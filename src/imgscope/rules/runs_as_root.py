"""A service that runs as root.

## What it does
Looks at the user that a container of the image starts as. Images that only start a shell or an interpreter, as base
images do, are not judged.

## Why it matters
Whoever breaks into the service is root in its container, and needs one more mistake less to be root on the host.

## How to fix
Make a user and switch to it, after everything that needs root.

    RUN useradd --system --no-create-home app
    USER app
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules._commands import is_interactive, start_command
from imgscope.rules.base import Rule

_ROOT: Final = ("", "0", "root")
_ADD_USER: Final = {
    "alpine": "RUN adduser -S -D -H app",
    "wolfi": "RUN adduser -S -D -H app",
    "busybox": "RUN adduser -S -D -H app",
}
_USUAL: Final = "RUN useradd --system --no-create-home app"


def _check(image: InspectedImage) -> Iterator[Finding]:
    user = image.config.run.user or ""
    if user.partition(":")[0] not in _ROOT or is_interactive(start_command(image)):
        return
    who = f"USER is {user}" if user else "no USER is set"
    yield Finding(
        rule_id="runs-as-root",
        severity=Severity.MEDIUM,
        confidence="high",
        message=f"a container of this image runs as root: {who}",
        paths=(),
        packages=(),
        fix=f"{_ADD_USER.get(image.distro.id, _USUAL)} and, after all that needs root: USER app",
    )


RULE = Rule(id="runs-as-root", severity=Severity.MEDIUM, topic="permissions", check=_check)
