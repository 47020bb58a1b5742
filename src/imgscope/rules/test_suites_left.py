"""Test suites of libraries left in the image.

## What it does
Looks for the tests of Python's standard library, and for `tests` and `test` directories inside installed Python and
Node.js packages.

## Why it matters
A running application never imports them. In Python's standard library alone they are 30 MB.

## How to fix
Remove them in the same `RUN` that installs.

    RUN pip install --no-cache-dir -r requirements.txt \\
     && find /usr/local/lib/python3* -type d \\( -name test -o -name tests \\) -prune -exec rm -rf {} +
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_NAMES: Final = ("test", "tests", "__tests__")
_LIBRARIES: Final = ("/site-packages/", "/dist-packages/", "/node_modules/")
_STANDARD_LIBRARY: Final = re.compile(r"usr/(?:local/)?lib/python3\.\d+/(?:test|idlelib/idle_test|\w+/tests?)")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        _suites(image),
        what="test suites of libraries",
        fix="end the RUN that installs with: && find DIRECTORY -type d -name tests -prune -exec rm -rf {} +",
        severity=Severity.INFO,
        confidence="medium",
    )


def _suites(image: InspectedImage) -> Iterator[Node]:
    for node in directories_named(image, *_NAMES):
        path = node.path
        # A directory right below is a package of that name, not the tests of one.
        is_inside = any(f"/{path}".rpartition(library)[2].count("/") for library in _LIBRARIES if library in f"/{path}")
        if is_inside or _STANDARD_LIBRARY.fullmatch(path):
            yield node


RULE = leftover_rule(id="test-suites-left", severity=Severity.INFO, kind="test-suites", claims=_claims)
