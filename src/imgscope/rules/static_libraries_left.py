"""Static libraries and object files left in the image.

## What it does
Looks for `.a`, `.o`, `.lo` and `.la` files that no package owns.

## Why it matters
Only a linker reads them. They come with development packages, and from `make install` of libraries that are built in
the image.

## How to fix
Build in a first stage and copy programs and shared libraries, or remove what only a linker needs in the same `RUN`.

    RUN ./configure --disable-static && make install && find /usr/local -name '*.a' -delete
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_files, with_extensions
from imgscope.rules.base import Claim, leftover_rule


def _claims(image: InspectedImage) -> Iterator[Claim]:
    found = with_extensions(image, "a", "o", "lo", "la")
    return claims_on_files(
        image,
        # Those of development packages and compilers are told with them.
        (node for node in found if image.owner(node) is None),
        what="static libraries and object files",
        fix="build in a first stage and COPY --from it, or end the RUN with: && find DIRECTORY -name '*.[ao]' -delete",
        confidence="medium",
    )


RULE = leftover_rule(id="static-libraries-left", severity=Severity.MEDIUM, kind="static-libraries", claims=_claims)
