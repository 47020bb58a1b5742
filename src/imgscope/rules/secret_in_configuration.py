"""A token or password in the environment, labels, commands or build history.

## What it does
Looks for secrets in ENV, LABEL, ENTRYPOINT, CMD and HEALTHCHECK, and in the build history, which keeps the value of
every ARG that a RUN was given. A variable or label named like a password, such as `DB_PASSWORD`, holds one if its
value is neither a placeholder nor a path.

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
from dataclasses import dataclass
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules.base import Rule
from imgscope.secrets import Secret, find_in_variable, find_secrets
from imgscope.text import printable

_LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class _Searched:
    """What was found at `place`, in the value of `name` where there are several of its kind."""

    place: str
    secrets: list[Secret]
    name: str = ""


def _check(image: InspectedImage) -> Iterator[Finding]:
    told: set[tuple[str, str]] = set()
    for searched in _search(image):
        for secret in searched.secrets:
            # An ENV is in the history as well, and an ARG in each RUN after it.
            if (secret.kind, secret.shown) not in told:
                told.add((secret.kind, secret.shown))
                yield _finding(_place(searched, secret), secret)


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


def _place(searched: _Searched, secret: Secret) -> str:
    """Return where a secret is, by name unless what it is says the name, or the name is long or holds a secret."""
    name = searched.name
    is_told = 0 < len(name) <= _LONGEST_NAME and name not in secret.kind and not find_secrets(name)
    return f"{searched.place} {printable(name)}" if is_told else searched.place


def _search(image: InspectedImage) -> Iterator[_Searched]:
    run = image.config.run
    for variable in run.env or ():
        yield _Searched(place="ENV", secrets=find_in_variable(variable), name=variable.partition("=")[0])
    for name, value in (run.labels or {}).items():
        yield _Searched(place="LABEL", secrets=find_in_variable(f"{name}={value}"), name=name)
    check = run.healthcheck.test if run.healthcheck is not None else None
    for place, command in (("ENTRYPOINT", run.entrypoint), ("CMD", run.cmd), ("HEALTHCHECK", check)):
        yield _Searched(place=place, secrets=find_secrets(" ".join(command or ())))
    for step in image.config.history or ():
        yield _Searched(place="the build history", secrets=find_secrets(step.created_by or "", in_variables=True))


RULE = Rule(id="secret-in-configuration", severity=Severity.HIGH, topic="secrets", check=_check)
