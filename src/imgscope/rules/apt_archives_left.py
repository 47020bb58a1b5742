"""Downloaded .deb archives left in the image.

## What it does
Looks for package archives in `/var/cache/apt/archives`.

## Why it matters
They are installed already; the archives are a second, compressed copy of everything that was installed.
Debian's and Ubuntu's own images delete them by themselves, images made in another way do not.

## How to fix
Clean up in the same `RUN` that installs, or keep the cache out of the image with a cache mount.

    RUN apt-get update \\
     && apt-get install -y --no-install-recommends PACKAGES \\
     && apt-get clean \\
     && rm -rf /var/lib/apt/lists/*
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
        existing(image, "var/cache/apt/archives"),
        what="downloaded .deb archives",
        fix="end the RUN that installs with: && apt-get clean",
        counts=lambda node: node.name.endswith(".deb"),
    )


RULE = leftover_rule(id="apt-archives-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
