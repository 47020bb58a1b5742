"""Files that editors, systems and builds drop, left in the image.

## What it does
Looks for swap and backup files of editors, `.DS_Store`, `Thumbs.db`, settings of IDEs, rejected patches, caches of
test tools, and the logs and caches of configure and CMake.

## Why it matters
They came along with `COPY . .`. They are of no use, and tell more of the machine they come from than they should.

## How to fix
List them in `.dockerignore`.

    **/*.swp
    **/.DS_Store
    .idea
    .vscode
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named, with_extensions
from imgscope.rules.base import Claim, leftover_rule

_EXTENSIONS: Final = ("swp", "swo", "orig", "rej", "DS_Store")
_NAMES: Final = frozenset(["Thumbs.db", "desktop.ini", "config.log", "config.status", "CMakeCache.txt", ".ninja_log"])
_NAMED_LIKE: Final = ("log", "status", "txt", "db", "ini", "ninja_log")
_DIRECTORIES: Final = (".idea", ".vscode", "CMakeFiles", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    named = (node for node in with_extensions(image, *_NAMED_LIKE) if node.name in _NAMES)
    return claims_on_paths(
        image,
        [*directories_named(image, *_DIRECTORIES), *with_extensions(image, *_EXTENSIONS), *named],
        what="files dropped by editors, systems and builds",
        fix="list them in .dockerignore, so that COPY does not bring them",
        confidence="medium",
    )


RULE = leftover_rule(id="droppings-left", severity=Severity.MEDIUM, kind="droppings", claims=_claims)
