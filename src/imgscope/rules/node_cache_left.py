"""The caches of npm, yarn or pnpm left in the image.

## What it does
Looks for the caches and stores of npm, yarn, pnpm and node-gyp in any home directory. What a container runs from there
is no leftover: the cache of Yarn where `.pnp.cjs` says where in it the packages are, stores that symbolic links lead
into, and what `npx` or `pnpx` keeps where it starts the container.

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
from imgscope.rules._commands import started_programs
from imgscope.rules._leftovers import claims_on_paths, directories_named, unused, with_extensions
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = (
    ".npm/_cacache",
    ".cache/yarn",
    "share/.cache/yarn",
    ".local/share/pnpm/store",
    ".pnpm-store",
    ".cache/node-gyp",
    ".node-gyp",
)
# Caches that programs are started from, by what starts them.
_STARTED_FROM: Final = {".npm/_npx": "npx", ".cache/pnpm": "pnpx"}
_ZIPPED: Final = ".yarn/berry/cache"
# What Yarn writes where packages stay in its cache (Plug'n'Play).
_PLACES_IN_CACHE: Final = (".pnp.cjs", ".pnp.js")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    started = started_programs(image)
    names = [*_CACHES, *(cache for cache, program in _STARTED_FROM.items() if program not in started)]
    zipped = [] if _has_packages_in_cache(image) else directories_named(image, _ZIPPED)
    return claims_on_paths(
        image,
        unused(image, [*directories_named(image, *names), *zipped]),
        what="caches of npm, yarn or pnpm",
        fix="end the RUN with: && npm cache clean --force (yarn cache clean, pnpm store prune), or use a cache mount",
    )


def _has_packages_in_cache(image: InspectedImage) -> bool:
    return any(node.name in _PLACES_IN_CACHE for node in with_extensions(image, "cjs", "js"))


RULE = leftover_rule(id="node-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
