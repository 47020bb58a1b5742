"""The caches of dnf, yum or zypper left in the image.

## What it does
Looks for downloaded metadata and packages in the caches of dnf, yum, microdnf and zypper.

## Why it matters
They are out of date by the time a container runs, and the packages are installed already. The metadata alone is 50 to
200 MB.

## How to fix
Clean up in the same `RUN` that installs.

    RUN dnf install -y PACKAGES && dnf clean all
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.report import Severity
from imgscope.rules._leftovers import claims_on_paths, directories_named
from imgscope.rules.base import Claim, leftover_rule

_CACHES: Final = ("var/cache/dnf", "var/cache/yum", "var/cache/libdnf5", "var/cache/zypp", "var/cache/PackageKit")


def _claims(image: InspectedImage) -> Iterator[Claim]:
    return claims_on_paths(
        image,
        directories_named(image, *_CACHES),
        what="caches of dnf, yum or zypper",
        fix="end the RUN that installs with: && dnf clean all (yum clean all, microdnf clean all, zypper clean --all)",
    )


RULE = leftover_rule(id="rpm-cache-left", severity=Severity.MEDIUM, kind="package-cache", claims=_claims)
