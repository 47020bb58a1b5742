"""The caches of pacman left in the image.

## What it does
Looks for downloaded packages in `/var/cache/pacman/pkg` and package lists in `/var/lib/pacman/sync`.

## Why it matters
The packages are installed already, and the lists are out of date by the time a container runs.

## How to fix
Remove both in the same `RUN` that installs.

    RUN pacman -Syu --noconfirm PACKAGES && rm -rf /var/cache/pacman/pkg/* /var/lib/pacman/sync/*
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = ("var/cache/pacman/pkg", "var/lib/pacman/sync")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        directories_named(image, *_CACHES),
        what="packages and lists of pacman",
        fix="end the RUN that installs with: && rm -rf /var/cache/pacman/pkg/* /var/lib/pacman/sync/*",
    )


RULE = leftover_rule(id="pacman-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
