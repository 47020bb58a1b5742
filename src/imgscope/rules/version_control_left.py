"""A Subversion, Mercurial or other history left in the image.

## What it does
Looks for the directories in which Subversion, Mercurial, Bazaar, Jujutsu and CVS keep a history or a copy of it.

## Why it matters
Every file that was ever committed ships with the image, those that were removed because they should not have been there
included.

## How to fix
Keep it out of the build context with a line in `.dockerignore`.

    .svn
    .hg
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

# What has to be in a directory of that name for it to be one.
_KINDS: Final = {".svn": "wc.db", ".hg": "store", ".bzr": "repository", ".jj": "repo", "CVS": "Root"}


def _claims(image: InspectedImage) -> Iterator[Claim]:
    histories = (
        node
        for name, sign in _KINDS.items()
        for node in directories_named(image, name)
        if node.children and sign in node.children
    )
    return claims_on_paths(
        image,
        histories,
        what="history of a version control system",
        fix="add it to .dockerignore, or remove the checkout in the RUN that made it",
        severity=Severity.MEDIUM,
    )


RULE = leftover_rule(id="version-control-left", severity=Severity.MEDIUM, kind="version-control", claims=_claims)
