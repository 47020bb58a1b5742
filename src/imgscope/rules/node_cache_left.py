"""The caches of npm, yarn or pnpm left in the image.

## What it does
Looks for the caches and stores of npm, yarn, pnpm and node-gyp in any home directory.

## Why it matters
They keep every archive that was downloaded, for an installation that never comes. What runs is in `node_modules`.

## How to fix
Clean up in the same `RUN`, or keep the cache out of the image with a cache mount.

    RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = (
    ".npm/_cacache",
    ".npm/_npx",
    ".cache/yarn",
    "share/.cache/yarn",
    ".yarn/berry/cache",
    ".cache/pnpm",
    ".local/share/pnpm/store",
    ".pnpm-store",
    ".cache/node-gyp",
    ".node-gyp",
)


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        directories_named(image, *_CACHES),
        what="caches of npm, yarn or pnpm",
        fix="end the RUN with: && npm cache clean --force (yarn cache clean, pnpm store prune), or use a cache mount",
    )


RULE = leftover_rule(id="node-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
