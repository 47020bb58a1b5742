"""Files that a later layer overwrites.

## What it does
Finds files that one layer ships and a later layer replaces with other content, and adds up the bytes that are hidden.

## Why it matters
Both versions are downloaded and stored by everybody who pulls the image; only the last one can be seen.

## How to fix
Write a file once: install and configure in one `RUN`, upgrade packages by taking a newer base image instead of
`apt-get upgrade`, and order `COPY` so that nothing is copied twice.
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
        "overwritten-later",
        "overwritten",
        done="shipped in this layer and overwritten later",
        fix="write each file once: join the instructions, or take a newer base image instead of upgrading",
    )


RULE = Rule(id="overwritten-later", severity=Severity.MEDIUM, topic="waste", check=_check)
