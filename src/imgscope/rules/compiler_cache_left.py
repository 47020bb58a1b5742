"""The cache of a compiler left in the image.

## What it does
Looks for the caches of ccache, Bazel, clangd and Zig.

## Why it matters
They hold compiled objects for the next build. In an image there is none.

## How to fix
Keep the cache out of the image with a cache mount.

    RUN --mount=type=cache,target=/root/.ccache make
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = (".ccache", ".cache/ccache", "var/cache/ccache", ".cache/bazel", ".cache/clangd", ".cache/zig")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        directories_named(image, *_CACHES),
        what="caches of compilers",
        fix="use a cache mount: RUN --mount=type=cache,target=/root/.ccache make",
    )


RULE = leftover_rule(id="compiler-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
