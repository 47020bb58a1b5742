"""Build packages of a virtual package of apk left in the image.

## What it does
Looks for virtual packages, such as `.build-deps`, that `apk add --virtual` made for a build and that are still
installed, and prices them with all that only they need. Those with `run` in their names are there to stay.

## Why it matters
A virtual package is made to be removed together with all that it brought. Whoever wrote the Dockerfile meant to do it.

## How to fix
Remove it at the end of the same `RUN`: in a later one it frees nothing.

    RUN apk add --no-cache --virtual .build-deps gcc musl-dev \\
        && pip install --no-cache-dir -r requirements.txt \\
        && apk del --no-network .build-deps
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._removed_packages import claims_on_packages
from imgscope.rules.base import Claim, leftover_rule


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_packages(
        image, "build-set", what="build packages of `apk add --virtual`", severity=Severity.MEDIUM
    )


RULE = leftover_rule(id="virtual-packages-left", severity=Severity.MEDIUM, kind="virtual-packages", claims=_claims)
