"""Compiled Python bytecode in the image.

## What it does
Adds up the `.pyc` files in `__pycache__` directories whose sources are in the image as well.

## Why it matters
They are about as large as the sources. With them Python starts faster, which often matters more; without them it
compiles again at every start of a container that cannot write.

## How to fix
Only where size is what counts.

    ENV PYTHONDONTWRITEBYTECODE=1
    RUN pip install --no-compile --no-cache-dir -r requirements.txt
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_files
from imgscope.rules.base import Claim, leftover_rule


def _claims(image: InspectedImage) -> Iterator[Claim]:
    compiled = (
        node
        for node in image.files_by_extension.get("pyc", ())
        if node.parent is not None and node.parent.name == "__pycache__"
    )
    return claims_on_files(
        image,
        compiled,
        what="Python bytecode",
        fix="where size matters more than the time to start: pip install --no-compile, and PYTHONDONTWRITEBYTECODE=1",
        confidence="low",
        severity=Severity.INFO,
    )


RULE = leftover_rule(id="bytecode-left", severity=Severity.INFO, kind="bytecode", claims=_claims)
