"""Source archives left in the image.

## What it does
Looks for archives such as `.tar.gz`, `.tar.xz`, `.tgz` and `.zip` in `/`, `/tmp`, `/var/tmp`, `/usr/src`, `/opt`,
`/root` and home directories.

## Why it matters
They were downloaded or copied to be unpacked. What was in them is in the image a second time.

## How to fix
Fetch, unpack and remove in one `RUN`, or pass it on without storing it.

    RUN curl -fsSL https://example.com/source.tar.gz | tar -xz -C /usr/src
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths
from imgscope.rules.base import Claim, leftover_rule

_ENDINGS: Final = (
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.xz",
    ".txz",
    ".tar.bz2",
    ".tbz2",
    ".tar.zst",
    ".zip",
    ".7z",
    ".deb",
    ".rpm",
    ".apk",
)
_PLACES: Final = ("", "tmp", "var/tmp", "usr/src", "opt", "root", "build", "src")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        _archives(image),
        what="archives that were unpacked or installed",
        fix="fetch, unpack and remove in one RUN: curl -fsSL URL | tar -xz, or COPY what is in it from a first stage",
        confidence="medium",
    )


def _archives(image: InspectedImage) -> Iterator[Node]:
    home = image.tree.resolve("home")
    homes = list((home.children or {}).values()) if home else []
    for place in [*(image.tree.resolve(path) for path in _PLACES), *homes]:
        for node in ((place.children if place else None) or {}).values():
            if node.name.endswith(_ENDINGS) and not node.is_directory:
                yield node


RULE = leftover_rule(id="source-archives-left", severity=Severity.MEDIUM, kind="source", claims=_claims)
