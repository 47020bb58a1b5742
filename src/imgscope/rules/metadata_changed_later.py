"""Files that a later layer copies only to change owner, mode or time.

## What it does
Finds files that a later layer ships again with the same content, and adds up the bytes of the needless copies.

## Why it matters
`RUN chown -R` and `RUN chmod -R` store a whole new copy of every file they touch, so the image grows by the
size of all of them.

## How to fix
Set owner and mode while copying, or in the same `RUN` that makes the files.

    COPY --chown=app:app --chmod=0755 . /app
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules._waste import waste_findings
from imgscope.rules.base import Rule


def _check(image: InspectedImage) -> Iterator[Finding]:
    return waste_findings(
        image,
        "metadata-changed-later",
        "metadataOnly",
        done="copied by this layer with nothing but owner, mode or time changed",
        fix="set owner and mode where the files come from: COPY --chown=… --chmod=…, or in the RUN that makes them",
    )


RULE = Rule(id="metadata-changed-later", severity=Severity.MEDIUM, topic="waste", check=_check)
