"""A file that ADD fetched from a URL.

## What it does
Looks in the build history for `ADD http://…` and `ADD https://…` without a checksum. Git repositories at a full commit
are as good as checked.

## Why it matters
Nothing says that the same bytes come next time, an archive stays in the layer even if a later RUN unpacks and removes
it, and the build cache does not notice a change of the file.

## How to fix
Fetch, check, unpack and remove in one RUN, or let ADD check the file.

    ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/tool /
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules.base import Rule
from imgscope.text import printable

_AT_A_COMMIT: Final = re.compile(r"\.git#(?:[0-9a-f]{40}|[0-9a-f]{64})(?![^\s:])")
# A user and password are hidden in what is recorded of an instruction.
_URL: Final = re.compile(r"(?<!\S)https?://((?:\[redacted [^\]]{0,40}\]|[^\s/?#@])+@)?([^\s/?#\"\]]+)")


def _check(image: InspectedImage) -> Iterator[Finding]:
    for layer, origin in enumerate(image.origins):
        instruction = origin.instruction
        if instruction is None or instruction.keyword != "ADD" or origin.from_base or "--checksum" in instruction.text:
            continue
        text = instruction.text.replace('"', " ")
        found = _URL.search(text)
        if found is not None and _AT_A_COMMIT.search(text) is None:
            yield Finding(
                rule_id="added-from-url",
                severity=Severity.LOW,
                confidence="high",
                message=f"ADD fetched a file from {printable(found[2])} without a checksum",
                paths=(),
                packages=(),
                layer=layer,
                instruction=image.instruction(layer),
                fix="give ADD a --checksum, or fetch, check, unpack and remove in one RUN",
            )


RULE = Rule(id="added-from-url", severity=Severity.LOW, topic="build", check=_check)
