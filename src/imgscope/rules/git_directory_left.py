"""A git repository left in the image.

## What it does
Looks for `.git` directories that hold a repository: a `HEAD` and an `objects` directory.

## Why it matters
The history ships with the image: every file that was ever committed, those that were removed because they
should not have been there included, for anyone who can pull the image.

## How to fix
Keep it out of the build context with a line `.git` in `.dockerignore`; remove a clone's in the `RUN` that makes it.

    RUN git clone --depth 1 URL source && make -C source install && rm -rf source
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule


def _claims(image: InspectedImage) -> Iterator[Claim]:
    repositories = (
        node
        for node in directories_named(image, ".git")
        if node.children and "HEAD" in node.children and "objects" in node.children
    )
    return claims_on_paths(
        image,
        repositories,
        what="git history",
        fix="add .git to .dockerignore, or remove the clone in the RUN that made it",
        severity=Severity.MEDIUM,
    )


RULE = leftover_rule(id="git-directory-left", severity=Severity.MEDIUM, kind="version-control", claims=_claims)
