"""Manuals, documentation and translations in the image.

## What it does
Adds up `/usr/share/doc`, `man`, `info`, `locale` and `gtk-doc`, without the copyright files that have to stay.

## Why it matters
Nobody reads a manual in a container, and the messages of programs are hardly ever translated there.

## How to fix
Tell the package manager before it installs anything, or start from a `-slim` base image, which does.

    RUN printf 'path-exclude=/usr/share/%s/*\\n' doc man info locale >/etc/dpkg/dpkg.cfg.d/slim \\
     && echo 'path-include=/usr/share/doc/*/copyright' >> /etc/dpkg/dpkg.cfg.d/slim
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, existing
from imgscope.rules._package_managers import package_manager
from imgscope.rules.base import Claim, leftover_rule

_PLACES: Final = tuple(
    f"usr/{local}share/{name}" for local in ("", "local/") for name in "doc man info locale gtk-doc".split()
)
_USUAL: Final = "remove them in the RUN that installs them, and leave them out of what is copied from a first stage"


def _claims(image: InspectedImage) -> Iterator[Claim]:
    manager = package_manager(image)
    return claims_on_paths(
        image,
        existing(image, *_PLACES),
        what="manuals, documentation and translations",
        fix=(manager.undocumented if manager is not None else None) or _USUAL,
        severity=Severity.INFO,
        counts=lambda node: node.name != "copyright",
    )


RULE = leftover_rule(id="documentation-left", severity=Severity.INFO, kind="documentation", claims=_claims)
