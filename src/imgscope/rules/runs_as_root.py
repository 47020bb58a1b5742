"""A service that runs as root.

## What it does
Looks at the user that a container of the image starts as. Images that only start a shell or an interpreter, as base
images do, are not judged. Where the image has gosu or su-exec, its entrypoint may go on as another user.

## Why it matters
Whoever breaks into the service is root in its container, and needs one more mistake less to be root on the host.

## How to fix
Make a user and switch to it, after everything that needs root.

    RUN useradd --system --no-create-home app
    USER app

An image without a shell needs no such entry: `USER 65532` is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules._commands import is_in_path, is_interactive, start_command
from imgscope.rules.base import Rule
from imgscope.text import printable

_ROOT: Final = ("", "0", "root")
# With these, an entrypoint that has done what needs root goes on as another user.
_STEPS_DOWN: Final = ("gosu", "su-exec")
# Where these are, the second makes a user; useradd first, as adduser of Debian and of BusyBox differ.
_ADD_USER: Final = (
    ("usr/sbin/useradd", "RUN useradd --system --no-create-home app"),
    ("usr/sbin/adduser", "RUN adduser -S -D -H app"),
)
# The number that distroless images have for it. A USER needs no name.
_NOBODY: Final = 65532


def _check(image: InspectedImage) -> Iterator[Finding]:
    user = image.config.run.user or ""
    command = start_command(image)
    if user.partition(":")[0] not in _ROOT or is_interactive(command):
        return
    who = f"USER is {printable(user)}" if user else "no USER is set"
    helper = next((name for name in _STEPS_DOWN if is_in_path(image, name)), None)
    stepping_down = f"; its entrypoint may go on as another user, as it has {helper}" if helper else ""
    yield Finding(
        rule_id="runs-as-root",
        severity=Severity.LOW if helper else Severity.MEDIUM,
        confidence="low" if helper else "high",
        message=f"a container of this image starts as root: {who}{stepping_down}",
        paths=(),
        packages=(),
        fix=_fix(image),
    )


def _fix(image: InspectedImage) -> str:
    for program, add_user in _ADD_USER:
        if image.tree.resolve(program) is not None:
            return f"{add_user} and, after all that needs root: USER app"
    return f"USER {_NOBODY}, after all that needs root: a number needs no entry in /etc/passwd"


RULE = Rule(id="runs-as-root", severity=Severity.MEDIUM, topic="permissions", check=_check)
