"""A toolchain that no package manager installed, left in the image.

## What it does
Looks for Go, Rust, GraalVM, Swift, Zig, GHC, CUDA and the .NET SDK where their archives and installers put them, and
whether their compiler is there.

## Why it matters
They are hundreds of megabytes, a running service hardly ever needs them, and they hand an intruder the means to build
tools.

## How to fix
Compile in a first stage and copy only the result.

    FROM golang:1.24 AS build
    RUN go build -o /program .

    FROM debian:12-slim
    COPY --from=build /program /usr/local/bin/program
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths
from imgscope.rules.base import Claim, leftover_rule

# Where a toolchain is, and the compiler in it that tells it is one.
_TOOLCHAINS: Final = (
    ("usr/local/go", "bin/go"),
    ("usr/local/rustup", "toolchains"),
    ("root/.rustup", "toolchains"),
    ("usr/local/zig", "zig"),
    ("opt/zig", "zig"),
    ("opt/graalvm", "bin/native-image"),
    ("usr/share/dotnet/sdk", ""),
    ("usr/lib/dotnet/sdk", ""),
    ("opt/swift", "usr/bin/swiftc"),
    ("root/.ghcup", "bin/ghc"),
    ("opt/rocm/llvm", "bin/clang"),
    ("usr/local/cuda/bin", "nvcc"),
)


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        _toolchains(image),
        what="a toolchain",
        fix="build in a first stage and COPY --from it",
        severity=Severity.MEDIUM,
    )


def _toolchains(image: InspectedImage) -> Iterator[Node]:
    for path, sign in _TOOLCHAINS:
        found = image.tree.resolve(path)
        if found is not None and found.children and (not sign or image.tree.resolve(f"{path}/{sign}") is not None):
            yield found


RULE = leftover_rule(id="toolchain-left", severity=Severity.MEDIUM, kind="compiler", claims=_claims)
