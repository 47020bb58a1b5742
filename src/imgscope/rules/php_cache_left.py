"""The cache of Composer left in the image.

## What it does
Looks for the cache of Composer in any home directory.

## Why it matters
It keeps every archive that was downloaded, for an installation that never comes.

## How to fix
Install without a cache, or keep it out of the image with a cache mount.

    RUN composer install --no-dev --no-cache
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = (".composer/cache", ".cache/composer")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        directories_named(image, *_CACHES),
        what="cache of Composer",
        fix="install with: composer install --no-dev --no-cache",
    )


RULE = leftover_rule(id="php-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
