"""Development packages left in the image.

## What it does
Looks for installed packages that hold headers and what else is needed to compile against a library:
`-dev`, `-devel` and `-headers` packages.

## Why it matters
Programs that are built need the library, never its headers. Together they often outweigh the application.

## How to fix
Build in a first stage and install only the libraries in the last: `libpq5` instead of `libpq-dev`.

    FROM python:3.12 AS build
    RUN pip wheel --wheel-dir /wheels -r requirements.txt

    FROM python:3.12-slim
    COPY --from=build /wheels /wheels
    RUN pip install --no-cache-dir /wheels/*
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_packages
from imgscope.rules._removal import without_build_packages
from imgscope.rules.base import Claim, leftover_rule

_DEVELOPMENT: Final = re.compile(r".+-(dev|devel|headers|dev-bin)|linux-libc-dev|linux-headers.*")
# These belong to a compiler and are counted with it.
_OF_COMPILER: Final = re.compile(r"lib(gcc|stdc\+\+|gfortran|clang-common|clang-cpp)-?\d+(\.\d+)?-dev")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_packages(
        image,
        (
            package
            for package in image.packages
            if _DEVELOPMENT.fullmatch(package.name) and not _OF_COMPILER.fullmatch(package.name)
        ),
        what="development packages",
        fix=lambda names: without_build_packages(image, names),
    )


RULE = leftover_rule(
    id="development-packages-left", severity=Severity.MEDIUM, kind="development-packages", claims=_claims
)
