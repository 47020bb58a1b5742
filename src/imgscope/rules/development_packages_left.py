"""Development packages left in the image.

## What it does
Looks for installed packages that hold headers and what else is needed to compile against a library:
`-dev`, `-devel` and `-headers` packages.

## Why it matters
Programs that are built need the library, never its headers. Together they often outweigh the application.

## How to fix
Build in a first stage and install only the libraries in the last: `libpq5` instead of `libpq-dev`.

    FROM python:3.12 AS build
    COPY requirements.txt .
    RUN pip wheel --wheel-dir /wheels -r requirements.txt

    FROM python:3.12-slim
    RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \\
        pip install --no-cache-dir /wheels/*
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._removed_packages import claims_on_packages
from imgscope.rules.base import Claim, leftover_rule


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_packages(
        image,
        "development",
        what="headers and other development files",
    )


RULE = leftover_rule(
    id="development-packages-left", severity=Severity.MEDIUM, kind="development-packages", claims=_claims
)
