"""Files that a later layer deletes.

## What it does
Finds files that one layer ships and a later layer removes, and adds up their bytes for the layer that ships them.

## Why it matters
Layers are only ever added: a file that a later instruction deletes is hidden, but everybody who pulls the image
still downloads and stores it. Secrets that were removed this way can still be read.

## How to fix
Delete in the instruction that creates, or build in a first stage and copy only what is needed.

    RUN curl -fsSLO https://example.org/source.tar.gz \\
     && tar xf source.tar.gz && make -C source install \\
     && rm -rf source source.tar.gz
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
        "deleted-later",
        "deleted",
        done="shipped in this layer and deleted later",
        fix="delete in the same RUN that creates, or build in a first stage and COPY --from it",
    )


RULE = Rule(id="deleted-later", severity=Severity.MEDIUM, topic="waste", check=_check)
