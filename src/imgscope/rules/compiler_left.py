"""Compilers and linkers left in the image.

## What it does
Looks for installed packages that hold a compiler, an assembler or a linker: gcc, g++, clang, LLVM, binutils,
gfortran, Go, Rust and their internal parts.

## Why it matters
They are large, a running service hardly ever needs them, and they hand an intruder the means to build tools.

## How to fix
Compile in a first stage and copy only the result.

    FROM debian:12 AS build
    RUN apt-get update && apt-get install -y gcc
    COPY . /src
    RUN make -C /src

    FROM debian:12-slim
    COPY --from=build /src/program /usr/bin/program
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

_VERSIONED: Final = r"(-?\d+(\.\d+)*)?(-(x86-64|aarch64|arm|i686)[a-z0-9-]*)?"
_COMPILERS: Final = re.compile(
    rf"(gcc|g\+\+|cpp|gfortran|gnat|gdc|gobjc|gobjc\+\+|gccgo|clang|llvm|lld|tcc|rust|rustc|cargo|go|golang|ghc|fpc|ldc|nasm|yasm)"
    rf"{_VERSIONED}(-go|-src|-bin|-runtime|-linker-tools|-tools)?"
    r"|build-essential|build-base|binutils(-common|-x86-64-linux-gnu|-aarch64-linux-gnu|-gold|-[a-z0-9-]+)?"
    r"|libbinutils|lib(cc1|gprofng|ctf|ctf-nobfd)-?\d+|lib(gcc|stdc\+\+|gfortran|clang-common|clang-cpp)-?\d+(\.\d+)?-dev"
    r"|musl-tools|gcc-c\+\+"
)


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_packages(
        image,
        (package for package in image.packages if _COMPILERS.fullmatch(package.name)),
        what="compilers and linkers",
        severity=Severity.MEDIUM,
        fix=lambda names: without_build_packages(image, names),
    )


RULE = leftover_rule(id="compiler-left", severity=Severity.MEDIUM, kind="compiler", claims=_claims)
