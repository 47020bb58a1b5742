"""A private key, token or password in a file of the image.

## What it does
Reads files that are made to hold secrets (`.env`, `.npmrc`, `.netrc`, `.aws/credentials`, SSH and PGP keys, …) and
whatever begins like a private key, in every layer: also where a later layer deleted the file. Certificates and public
keys are no secrets. What belongs to a package, or lies among tests and examples, is most likely meant to be public,
and is told last.

## Why it matters
Everybody who can pull the image has it. Deleting the file in a later layer does not help: the layer that has it still
ships.

## How to fix
Consider the secret known and replace it. Give builds their secrets by a mount, which leaves nothing behind, and
containers theirs when they start.

    RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from imgscope.facts import FoundSecret, InspectedImage
from imgscope.report import Confidence, Finding, Severity
from imgscope.rules.base import Rule
from imgscope.text import printable

_MEANT_TO_BE_PUBLIC: Final = re.compile(
    r"(?:^|/)(?:tests?|testdata|test_data|__tests__|fixtures?|examples?|samples?|docs?|demos?|site-packages|dist-packages"
    r"|node_modules|vendor)/|ssl-cert-snakeoil"
)
_SHOWN: Final = 3


def _check(image: InspectedImage) -> Iterator[Finding]:
    by_file: dict[tuple[int, str], list[FoundSecret]] = {}
    for secret in image.facts_of(FoundSecret):
        by_file.setdefault((secret.layer, secret.path), []).append(secret)
    for (layer, path), secrets in by_file.items():
        severity, confidence = _weight(image, secrets)
        gone = "" if secrets[0].is_visible else "; a later layer hides the file, and it still ships"
        yield Finding(
            rule_id="secret-in-file",
            severity=severity,
            confidence=confidence,
            message=f"/{printable(path)} holds {_listed(secrets)}{gone}",
            paths=(path,),
            packages=(),
            layer=layer,
            instruction=image.instruction(layer),
            fix="replace the secret, and give it to the build by: RUN --mount=type=secret,id=NAME …",
        )


def _weight(image: InspectedImage, secrets: Sequence[FoundSecret]) -> tuple[Severity, Confidence]:
    first = secrets[0]
    node = image.tree.locate(first.path) if first.is_visible else None
    if _MEANT_TO_BE_PUBLIC.search(first.path) or (node is not None and image.owner(node) is not None):
        return Severity.INFO, "low"
    is_certain = any(secret.is_certain for secret in secrets)
    return (Severity.HIGH, "high") if is_certain else (Severity.MEDIUM, "medium")


def _listed(secrets: Sequence[FoundSecret]) -> str:
    told = [_told(secret) for secret in secrets[:_SHOWN]]
    more = len(secrets) - len(told)
    return ", ".join(told) + (f" and {more} more" if more else "")


def _told(secret: FoundSecret) -> str:
    ending = f", {printable(secret.shown)}" if len(secret.shown) > 1 else ""
    return f"a {printable(secret.kind)} (line {secret.line}{ending})"


RULE = Rule(id="secret-in-file", severity=Severity.HIGH, topic="secrets", check=_check)
