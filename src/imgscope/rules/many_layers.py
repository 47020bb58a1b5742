"""An image of very many layers.

## What it does
Counts the layers. Docker refuses images of more than 125; from 64 on there is a word about it.

## Why it matters
Each layer is a request on pull and a directory to look through for each file that is opened; whoever builds on the
image may run into the limit. What one layer adds and the next removes still ships.

## How to fix
Join RUN instructions that belong together, or build in a first stage and COPY the result.

    RUN make && make install && make clean
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules.base import Rule

_MANY: Final = 64
# maxLayerDepth of Docker's layer store; where containerd stores the images, the kernel's limit of 500 counts.
_MOST: Final = 125


def _check(image: InspectedImage) -> Iterator[Finding]:
    count = len(image.tree.layers)
    if count < _MANY:
        return
    yield Finding(
        rule_id="many-layers",
        severity=Severity.MEDIUM if count > _MOST else Severity.LOW,
        confidence="high",
        message=f"{count} layers: Docker refuses images of more than {_MOST}",
        paths=(),
        packages=(),
        fix="join RUN instructions that belong together, or COPY the result of a first stage",
    )


RULE = Rule(id="many-layers", severity=Severity.MEDIUM, topic="build", check=_check)
