"""The cache of uv, poetry or pipenv left in the image.

## What it does
Looks for the caches of uv, Poetry, pipenv and PDM in any home directory, and for the package store of conda. What a
container runs from there is no leftover: virtual environments, which Poetry makes beside its caches, caches that
symbolic links lead into, and that of uv where `uvx` starts the container.

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
from imgscope.rules._commands import started_programs
from imgscope.rules._leftovers import claims_on_paths, directories_named, unused
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = (
    ".cache/pypoetry/cache",
    ".cache/pypoetry/artifacts",
    ".cache/pipenv",
    ".cache/pdm",
    "conda/pkgs",
    "miniconda3/pkgs",
    "mambaforge/pkgs",
)
# It makes environments in its cache for the programs that it starts.
_STARTS_FROM_CACHE: Final = "uvx"


def _claims(image: InspectedImage) -> Iterator[Claim]:
    names = _CACHES if _STARTS_FROM_CACHE in started_programs(image) else (".cache/uv", *_CACHES)
    return claims_on_paths(
        image,
        unused(image, directories_named(image, *names)),
        what="caches of Python tools",
        fix="use a cache mount, RUN --mount=type=cache,target=/root/.cache …, or: uv --no-cache, conda clean -afy",
    )


RULE = leftover_rule(id="python-tool-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
