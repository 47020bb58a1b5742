"""Debug symbols left in the image.

## What it does
Looks for separate debug files: `/usr/lib/debug`, `.debug`, `.dwo`, `.dwp` and `.pdb` files.

## Why it matters
Only a debugger reads them, and they are often larger than the program.

## How to fix
Keep them where programs are debugged, and copy only the stripped program.

    RUN strip --strip-unneeded /usr/local/bin/program
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named, existing, with_extensions
from imgscope.rules.base import Claim, leftover_rule


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        [
            *existing(image, "usr/lib/debug"),
            *directories_named(image, ".debug"),
            *with_extensions(image, "debug", "dwo", "dwp", "pdb"),
        ],
        what="debug symbols",
        fix="leave out -dbg and -dbgsym packages, and copy the program after: strip --strip-unneeded PROGRAM",
    )


RULE = leftover_rule(id="debug-symbols-left", severity=Severity.MEDIUM, kind="debug-symbols", claims=_claims)
