"""Headers that no package owns, left in the image.

## What it does
Looks for files in `include` directories below `/usr/local` and `/opt`, and pkg-config files beside them.

## Why it matters
Only a compiler reads them. They come from `make install` of libraries that are built in the image.

## How to fix
Build in a first stage and copy programs and shared libraries only.

    COPY --from=build /usr/local/lib/libexample.so.1 /usr/local/lib/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_BELOW: Final = ("usr/local/", "opt/")
_NAMES: Final = ("include", "lib/pkgconfig", "share/pkgconfig", "share/aclocal", "lib/cmake")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        (node for node in directories_named(image, *_NAMES) if node.path.startswith(_BELOW)),
        what="headers and what else only a compiler reads",
        fix="build in a first stage and COPY --from it, or remove them in the RUN that installs them",
        confidence="medium",
        counts=lambda node: image.owner(node) is None,
    )


RULE = leftover_rule(id="headers-left", severity=Severity.MEDIUM, kind="development-packages", claims=_claims)
