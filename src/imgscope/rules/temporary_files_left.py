"""Temporary files left in the image.

## What it does
Looks for files in `/tmp` and `/var/tmp`.

## Why it matters
Nothing that runs in a container needs what a build left there, and it ships with every pull.

## How to fix
Remove them in the same `RUN` that makes them, or let the build have its own `/tmp`.

    RUN --mount=type=tmpfs,target=/tmp ./build.sh
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, existing
from imgscope.rules.base import Claim, leftover_rule


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        existing(image, "tmp", "var/tmp"),
        what="temporary files",
        fix="end the RUN that makes them with: && rm -rf /tmp/*, or use RUN --mount=type=tmpfs,target=/tmp",
    )


RULE = leftover_rule(id="temporary-files-left", severity=Severity.MEDIUM, kind="temporary-files", claims=_claims)
