"""The download cache of pip left in the image.

## What it does
Looks for `.cache/pip` in any home directory.

## Why it matters
pip keeps every archive it downloads and every wheel it builds, so that the next installation is faster.
In an image there is no next installation, and the cache is often larger than what was installed.

## How to fix
Install without a cache, or keep it out of the image with a cache mount.

    RUN pip install --no-cache-dir -r requirements.txt
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        directories_named(image, ".cache/pip"),
        what="pip cache",
        fix="install with: pip install --no-cache-dir PACKAGES",
    )


RULE = leftover_rule(id="pip-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
