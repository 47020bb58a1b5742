"""What rules on packages have in common: packages, and what goes with them, become claims that are priced."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from imgscope.build_packages import Purpose
from imgscope.facts import InspectedImage, InstalledPackage
from imgscope.filesystem.node import Node
from imgscope.report import Confidence, Severity
from imgscope.rules._build_packages import without_packages
from imgscope.rules.base import Claim
from imgscope.text import format_count, format_size, printable

_PRICES_SHOWN: Final = 3
# What is removed in this order is priced once, by the first of them: compilers bring most of what the others are.
_ORDER: Final[tuple[Purpose, ...]] = (
    "build-set",
    "compiler",
    "development",
    "build-tool",
    "version-control",
    "installer",
)


def claims_on_packages(
    image: InspectedImage,
    purpose: Purpose,
    *,
    what: str,
    severity: Severity | None = None,
    confidence: Confidence = "high",
    fix: str | None = None,
) -> Iterator[Claim]:
    """Yield claims on the packages that are for `purpose`, with all that is removed together with them.

    There is one for each layer that brought any of these. What goes with packages of a purpose that comes before is
    priced there, and not again. What packages need that are not for builds is claimed apart and with less confidence:
    only a person can tell whether those have to stay. Without a `fix`, it is advice on build packages in the words of
    the distribution.
    """
    found = [package for package in image.distribution_packages if image.purpose_of(package) == purpose]
    if not found:
        return
    staying = _staying(image, purpose)
    removed, freed = _removed(image, purpose, staying)
    in_use = [package for package in found if id(package) in staying]
    doubted: Confidence = "low" if confidence == "low" else "medium"
    for together, files, sure in (
        (removed, freed, confidence),
        (in_use, frozenset(image.files_freed_by(in_use)), doubted),
    ):
        for packages in _by_layer(image, together):
            named = [each for each in packages if image.purpose_of(each) == purpose]
            yield Claim(
                layer=packages[0].layer,
                files=tuple(node for each in packages for node in image.files_of(each) if node in files),
                roots=(),
                packages=tuple(package.name for package in packages),
                what=what if named else f"what {what} brought along",
                fix=fix or without_packages(image, named or packages),
                confidence=sure,
                severity=severity,
                detail=_prices(image, packages, staying) if together is removed else "",
            )


def _staying(image: InspectedImage, purpose: Purpose) -> frozenset[int]:
    """Return the identities of what packages cannot do without that are neither for `purpose` nor for builds."""
    others = (
        package
        for package in image.distribution_packages
        if package.is_requested is not False
        and not image.is_for_builds(package)
        and image.purpose_of(package) != purpose
    )
    return image.removals.needed(others)


def _removed(
    image: InspectedImage, purpose: Purpose, staying: frozenset[int]
) -> tuple[list[InstalledPackage], frozenset[Node]]:
    """Return what is removed with all packages for `purpose` and the files that this frees, both without what goes
    with those for the purposes before.
    """
    position = _ORDER.index(purpose)
    before, after = (_removed_for(image, _ORDER[:end], staying) for end in (position, position + 1))
    known = {id(package) for package in before}
    removed = [package for package in after if id(package) not in known]
    return removed, frozenset(image.files_freed_by(after, of=removed))


def _removed_for(
    image: InspectedImage, purposes: Collection[Purpose], staying: frozenset[int]
) -> tuple[InstalledPackage, ...]:
    chosen = [
        each for each in image.distribution_packages if image.purpose_of(each) in purposes and id(each) not in staying
    ]
    return image.removals.of(chosen, stays=lambda package: id(package) in staying)


def _by_layer(image: InspectedImage, packages: Iterable[InstalledPackage]) -> Iterator[list[InstalledPackage]]:
    """Yield what each layer brought of `packages`, lowest layer first, and of that the largest package first."""
    by_layer: dict[int, list[InstalledPackage]] = {}
    for package in packages:
        by_layer.setdefault(package.layer, []).append(package)
    for _, brought in sorted(by_layer.items()):
        yield sorted(brought, key=lambda package: (-image.size_of_package(package), package.name))


def _prices(image: InspectedImage, packages: Collection[InstalledPackage], staying: frozenset[int]) -> str:
    """Say what goes with each of `packages` that somebody asked for when it alone is removed, the dearest first.

    It is nothing where that is not recorded, or where it would only repeat what `packages` are.
    """
    requested = [package for package in packages if package.is_requested and id(package) not in staying]
    if len(packages) == 1 or not requested:
        return ""
    prices = []
    for package in requested:
        removed = image.removals.of([package], stays=lambda each: id(each) in staying)
        prices.append((sum(node.size for node in image.files_freed_by(removed)), len(removed), package.name))
    prices.sort(key=lambda price: (-price[0], price[2]))
    shown = [
        f"{printable(name)} alone frees {format_size(size)} in {format_count(count, 'package')}"
        for size, count, name in prices[:_PRICES_SHOWN]
    ]
    return f"removing {', '.join(shown)}"
