"""The build and module caches of Go left in the image.

## What it does
Looks for the build cache and the downloaded modules of Go. Containers that start `go` need them, and nothing is said.

## Why it matters
A program that is built needs neither, and they are many times as large.

## How to fix
Build in a first stage and copy the program, or mount the caches.

    RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod go build -o /app .
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._commands import started_programs
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = (".cache/go-build", "go/pkg/mod", "go/pkg/sumdb")
_NEEDED_BY: Final = "go"


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        () if _NEEDED_BY in started_programs(image) else directories_named(image, *_CACHES),
        what="build and module caches of Go",
        fix="build in a first stage and COPY --from it, or use cache mounts on /root/.cache/go-build and /go/pkg/mod",
    )


RULE = leftover_rule(id="go-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
