"""What rules on packages have in common: packages, and what goes with them, become claims that are priced."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from imgscope.build_packages import Purpose
from imgscope.facts import InspectedImage, InstalledPackage
from imgscope.report import Confidence, Severity
from imgscope.rules._build_packages import requested_for, without_packages
from imgscope.rules.base import Claim
from imgscope.text import format_count, format_size, printable

_PRICES_SHOWN: Final = 3


def claims_on_packages(
    image: InspectedImage,
    *purposes: Purpose,
    what: str,
    severity: Severity | None = None,
    confidence: Confidence = "high",
    fix: str | None = None,
) -> Iterator[Claim]:
    """Yield claims on the packages that are for any of `purposes`, with all that is removed together with them.

    There is one for each layer that brought any of these. What packages need that are not for builds is claimed apart
    and with less confidence: only a person can tell whether those have to stay. Without a `fix`, it is advice on
    build packages in the words of the distribution.
    """
    found = [package for package in image.packages if image.purpose_of(package) in purposes]
    staying = _staying(image, found)
    free = [package for package in found if id(package) not in staying]
    in_use = [package for package in found if id(package) in staying]
    removed = image.removals.of(free, stays=lambda package: id(package) in staying)
    doubted: Confidence = "low" if confidence == "low" else "medium"
    for together, sure in ((removed, confidence), (in_use, doubted)):
        freed = frozenset(image.files_freed_by(together))
        for packages in _by_layer(image, together):
            named = [each for each in packages if image.purpose_of(each) in purposes]
            yield Claim(
                layer=packages[0].layer,
                files=tuple(node for each in packages for node in image.files_of(each) if node in freed),
                roots=(),
                packages=tuple(package.name for package in packages),
                what=what if named else f"what {what} brought along",
                fix=fix or without_packages(image, named or packages),
                confidence=sure,
                severity=severity,
                detail="" if together is in_use else _prices(image, packages, staying),
            )


def _staying(image: InspectedImage, found: Iterable[InstalledPackage]) -> frozenset[int]:
    """Return the identities of what packages cannot do without that are neither among `found` nor for builds."""
    identities = {id(package) for package in found}
    others = (
        package
        for package in image.packages
        if package.is_requested is not False and not image.is_for_builds(package) and id(package) not in identities
    )
    return image.removals.needed(others) if identities else frozenset()


def _by_layer(image: InspectedImage, packages: Iterable[InstalledPackage]) -> Iterator[list[InstalledPackage]]:
    """Yield what each layer brought of `packages`, lowest layer first, and of that the largest package first."""
    by_layer: dict[int, list[InstalledPackage]] = {}
    for package in packages:
        by_layer.setdefault(package.layer, []).append(package)
    for _, brought in sorted(by_layer.items()):
        yield sorted(brought, key=lambda package: (-image.size_of_package(package), package.name))


def _prices(image: InspectedImage, packages: Collection[InstalledPackage], staying: frozenset[int]) -> str:
    """Say what goes with each package that was asked for to get `packages`, the dearest first.

    It is nothing where that is not recorded, or where it would only repeat what `packages` are.
    """
    requested = [each for each in requested_for(image, packages) if each.is_requested and id(each) not in staying]
    if len(packages) == 1 or not requested:
        return ""
    prices = []
    for package in requested:
        removed = image.removals.of([package], stays=lambda each: id(each) in staying)
        prices.append((sum(node.size for node in image.files_freed_by(removed)), len(removed), package.name))
    prices.sort(key=lambda price: (-price[0], price[2]))
    shown = [
        f"{printable(name)} frees {format_size(size)} in {format_count(count, 'package')}"
        for size, count, name in prices[:_PRICES_SHOWN]
    ]
    return f"removing {', '.join(shown)}"
