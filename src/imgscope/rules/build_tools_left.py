"""Build tools left in the image.

## What it does
Looks for installed packages of make, cmake, meson, autoconf, automake, libtool, pkg-config, bison, flex, patch,
debhelper and other tools that only builds use, and, with less confidence, for those of git, Subversion and Mercurial.
They are priced with all that only they need: Perl or Python among that, where nothing else needs it.

## Why it matters
A running service has no use for them. Clients of version control are there to fetch sources, and fetch anything else
as well for whoever breaks in.

## How to fix
Build in a first stage and copy only the result.

    FROM debian:12 AS build
    RUN apt-get update && apt-get install -y git make gcc
    RUN git clone --depth 1 https://example.com/program.git /src && make -C /src

    FROM debian:12-slim
    COPY --from=build /src/program /usr/bin/program

Or remove them in the same `RUN` that installed them: a later one frees nothing.

    RUN apt-get update && apt-get install -y make gcc && make -C /src install \\
        && apt-get purge -y --auto-remove make gcc && rm -rf /var/lib/apt/lists/*
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._removed_packages import claims_on_packages
from imgscope.rules.base import Claim, leftover_rule


def _claims(image: InspectedImage) -> Iterator[Claim]:
    yield from claims_on_packages(image, "build-tool", what="build tools")
    yield from claims_on_packages(image, "version-control", what="clients of version control", confidence="medium")


RULE = leftover_rule(id="build-tools-left", severity=Severity.MEDIUM, kind="build-tools", claims=_claims)
