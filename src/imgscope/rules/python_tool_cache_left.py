"""The cache of uv, poetry or pipenv left in the image.

## What it does
Looks for the caches of uv, poetry, pipenv and PDM in any home directory, and for the package store of conda.

## Why it matters
They keep what was downloaded and built, for an installation that never comes.

## How to fix
Install without a cache, or keep it out of the image with a cache mount.

    RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = (
    ".cache/uv",
    ".cache/pypoetry",
    ".cache/pipenv",
    ".cache/pdm",
    "conda/pkgs",
    "miniconda3/pkgs",
    "mambaforge/pkgs",
)


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        directories_named(image, *_CACHES),
        what="caches of Python tools",
        fix="use a cache mount, RUN --mount=type=cache,target=/root/.cache …, or: uv --no-cache, conda clean -afy",
    )


RULE = leftover_rule(id="python-tool-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
