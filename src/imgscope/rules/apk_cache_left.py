"""The package cache of apk left in the image.

## What it does
Looks for package indexes and archives in `/var/cache/apk` and `/etc/apk/cache`.

## Why it matters
They are downloads that were installed already, and an index that is out of date by the time a container runs.

## How to fix
Install without a cache.

    RUN apk add --no-cache PACKAGES
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
        existing(image, "var/cache/apk", "etc/apk/cache"),
        what="cached indexes and packages of apk",
        fix="install with: apk add --no-cache PACKAGES",
    )


RULE = leftover_rule(id="apk-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
