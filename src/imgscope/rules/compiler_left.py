"""Compilers and linkers left in the image.

## What it does
Looks for installed packages that hold a compiler, an assembler or a linker: gcc, g++, clang, LLVM, binutils,
gfortran, Go, Rust and their internal parts.

## Why it matters
They are large, a running service hardly ever needs them, and they hand an intruder the means to build tools.

## How to fix
Compile in a first stage and copy only the result.

    FROM debian:12 AS build
    RUN apt-get update && apt-get install -y gcc make
    COPY . /src
    RUN make -C /src

    FROM debian:12-slim
    COPY --from=build /src/program /usr/bin/program
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
        "compiler",
        what="compilers and linkers",
        severity=Severity.MEDIUM,
    )


RULE = leftover_rule(id="compiler-left", severity=Severity.MEDIUM, kind="compiler", claims=_claims)
