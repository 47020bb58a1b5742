"""The registry and caches of cargo left in the image.

## What it does
Looks for crates that cargo downloaded, and their sources. Containers that start `cargo` need them, and nothing is said.

## Why it matters
A program that is built needs neither. Together with its `target` directory a project easily leaves gigabytes.

## How to fix
Build in a first stage and copy the program.

    FROM debian:12-slim
    COPY --from=build /src/target/release/program /usr/local/bin/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._commands import started_programs
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = (".cargo/registry", ".cargo/git", "cargo/registry", "cargo/git", ".cache/sccache")
_NEEDED_BY: Final = "cargo"


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        () if _NEEDED_BY in started_programs(image) else directories_named(image, *_CACHES),
        what="crates downloaded by cargo",
        fix="build in a first stage and COPY --from it, or use a cache mount on the registry of cargo",
    )


RULE = leftover_rule(id="rust-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
