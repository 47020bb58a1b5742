"""A token or password in the environment, labels, commands or build history.

## What it does
Looks for secrets in ENV, LABEL, ENTRYPOINT, CMD and HEALTHCHECK, and in the build history, which keeps the value of
every ARG that a RUN was given.

## Why it matters
The configuration is the first thing that everybody gets who can pull the image: `docker inspect` shows it, and so
does every container's environment.

## How to fix
Consider the secret known and replace it. Give builds their secrets by a mount, which leaves nothing behind, and
containers theirs when they start.

    RUN --mount=type=secret,id=token curl -H "Authorization: Bearer $(cat /run/secrets/token)" https://example.com/file
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules.base import Rule
from imgscope.secrets import Secret, find_secrets
from imgscope.text import printable


def _check(image: InspectedImage) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for place, text in _texts(image):
        for secret in find_secrets(text):
            # An ENV is in the history as well, and an ARG in each RUN after it.
            if (secret.kind, secret.shown) not in told:
                told.add((secret.kind, secret.shown))
                yield _finding(place, secret)


def _finding(place: str, secret: Secret) -> Finding:
    ending = f", {printable(secret.shown)}" if len(secret.shown) > 1 else ""
    return Finding(
        rule_id="secret-in-configuration",
        severity=Severity.HIGH if secret.certainty == "high" else Severity.MEDIUM,
        confidence=secret.certainty,
        message=f"{place} holds a secret: {printable(secret.kind)}{ending}",
        paths=(),
        packages=(),
        fix="replace the secret; give it to the build by RUN --mount=type=secret, and to containers when they start",
    )


def _texts(image: InspectedImage) -> Iterator[tuple[str, str]]:
    run = image.config.run
    yield from (("ENV", variable) for variable in run.env or ())
    yield from (("LABEL", f"{name}={value}") for name, value in (run.labels or {}).items())
    check = run.healthcheck.test if run.healthcheck is not None else None
    for place, command in (("ENTRYPOINT", run.entrypoint), ("CMD", run.cmd), ("HEALTHCHECK", check)):
        yield place, " ".join(command or ())
    yield from (("the build history", step.created_by or "") for step in image.config.history or ())


RULE = Rule(id="secret-in-configuration", severity=Severity.HIGH, topic="secrets", check=_check)
