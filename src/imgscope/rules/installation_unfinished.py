"""Packages whose installation did not come to its end.

## What it does
Looks for packages that the package database knows to be only unpacked, half-installed, half-configured, or waiting for
triggers.

## Why it matters
What the package does after it is unpacked, such as making users, links and caches, did not happen, so that its
programs may fail in ways that are hard to explain. The next `apt-get install` on top of the image may refuse to work:
"dpkg was interrupted". Usually the command that installed it failed and the Dockerfile went on, as with `|| true`.

## How to fix
Let the build fail where an installation does, and finish it in the same layer.

    RUN apt-get update && apt-get install -y nginx && dpkg --configure -a && rm -rf /var/lib/apt/lists/*
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage, InstalledPackage
from imgscope.report import Finding, Severity
from imgscope.rules.base import Rule
from imgscope.text import format_count, printable

_FIXES: Final = {
    "deb": "run `dpkg --configure -a` in the RUN that installs, and let it fail where apt-get does",
    "opkg": "run `opkg configure` in the RUN that installs, and let it fail where opkg does",
}
_NAMES_SHOWN: Final = 4


def _check(image: InspectedImage) -> Iterator[Finding]:
    unfinished: dict[tuple[int, str, str], list[InstalledPackage]] = {}
    for package in image.packages:
        if package.state is not None:
            unfinished.setdefault((package.layer, package.type, package.state), []).append(package)
    for (layer, kind, state), packages in sorted(unfinished.items()):
        names = tuple(package.name for package in packages)
        yield Finding(
            rule_id="installation-unfinished",
            severity=Severity.LOW if state.startswith("triggers-") else Severity.MEDIUM,
            confidence="high",
            message=_sentence(names, state),
            paths=(),
            packages=names,
            layer=layer,
            instruction=image.instruction(layer),
            fix=_FIXES.get(kind),
        )


def _sentence(names: tuple[str, ...], state: str) -> str:
    named = ", ".join(map(printable, names[:_NAMES_SHOWN])) + (" …" if len(names) > _NAMES_SHOWN else "")
    are = "is" if len(names) == 1 else "are"
    return f"{format_count(len(names), 'package')} ({named}) {are} {printable(state)}, not installed to the end"


RULE = Rule(id="installation-unfinished", severity=Severity.MEDIUM, topic="build", check=_check)
