"""Package lists of apt left in the image.

## What it does
Looks for the lists that `apt-get update` downloads to `/var/lib/apt/lists`, and for the caches apt computes from them.

## Why it matters
A container never needs them: they are out of date by the time it runs, and the next `apt-get update` fetches
them again. They cost 20 to 90 MB in every layer that runs an update.

## How to fix
Remove them in the same `RUN` that downloads them. Removed in a later one, they still ship in the earlier layer.

    RUN apt-get update \\
     && apt-get install -y --no-install-recommends PACKAGES \\
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
        existing(image, "var/lib/apt/lists", "var/cache/apt/pkgcache.bin", "var/cache/apt/srcpkgcache.bin"),
        what="package lists and caches of apt",
        fix=(
            "update and install in one RUN, and end every RUN that calls apt-get with: "
            "&& rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin"
        ),
    )


RULE = leftover_rule(id="apt-lists-left", severity=Severity.MEDIUM, kind="package-index", claims=_claims)
