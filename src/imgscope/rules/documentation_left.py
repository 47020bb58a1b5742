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
from imgscope.rules.base import Claim, leftover_rule

_PLACES: Final = tuple(
    f"usr/{local}share/{name}" for local in ("", "local/") for name in "doc man info locale gtk-doc".split()
)
_FIXES: Final = {
    "deb": (
        "start from a -slim base image, or first of all: "
        "RUN printf 'path-exclude=/usr/share/%s/*\\n' doc man info locale > /etc/dpkg/dpkg.cfg.d/slim "
        "&& echo 'path-include=/usr/share/doc/*/copyright' >> /etc/dpkg/dpkg.cfg.d/slim"
    ),
    "apk": "do not install -doc packages",
    "rpm": "install with: dnf install --setopt=tsflags=nodocs --setopt=install_weak_deps=False",
}
_USUAL: Final = "remove them in the RUN that installs them"


def _claims(image: InspectedImage) -> Iterator[Claim]:
    kind = next((package.type for package in image.packages if package.type in _FIXES), "")
    return claims_on_paths(
        image,
        existing(image, *_PLACES),
        what="manuals, documentation and translations",
        fix=_FIXES.get(kind, _USUAL),
        severity=Severity.INFO,
        counts=lambda node: node.name != "copyright",
    )


RULE = leftover_rule(id="documentation-left", severity=Severity.INFO, kind="documentation", claims=_claims)
