"""Logs of the build left in the image.

## What it does
Looks for files in `/var/log`, and for the old copies that debconf and dpkg keep of their databases.
Less than 10 kB in a layer are not told.

## Why it matters
They tell what the build did and when, which makes two builds of the same thing differ, and nothing reads them.

## How to fix
Remove them in the same `RUN` that installs.

    RUN apt-get update && apt-get install -y PACKAGES && rm -rf /var/lib/apt/lists/* /var/log/* /var/cache/debconf/*-old
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, existing
from imgscope.rules.base import Claim, leftover_rule

_SMALLEST: Final = 10_000
_PLACES: Final = (
    "var/log",
    "var/cache/debconf/config.dat-old",
    "var/cache/debconf/templates.dat-old",
    "var/lib/dpkg/status-old",
    "var/lib/dpkg/available-old",
    "var/lib/dpkg/diversions-old",
)


def _claims(image: InspectedImage) -> Iterator[Claim]:
    claims = claims_on_paths(
        image,
        existing(image, *_PLACES),
        what="logs and old copies of databases",
        fix="end the RUN that installs with: && rm -rf /var/log/* /var/cache/debconf/*-old /var/lib/dpkg/*-old",
        severity=Severity.INFO,
    )
    return (claim for claim in claims if claim.size >= _SMALLEST)


RULE = leftover_rule(id="logs-left", severity=Severity.INFO, kind="logs", claims=_claims)
