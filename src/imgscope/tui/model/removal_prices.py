"""What removing each package of an image would free."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from imgscope.facts import DISTRIBUTION_TYPES, InspectedImage, InstalledPackage

_BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """`size` bytes are freed, and `packages` go besides the one that is removed."""

    size: int
    packages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What goes with a package: `dependents` cannot do without it, and `unneeded` nothing needs any more then."""

    dependents: tuple[InstalledPackage, ...]
    unneeded: tuple[InstalledPackage, ...]


def essentials(image: InspectedImage) -> frozenset[int]:
    """Return the identities of the packages that a package manager does not remove, and of all that these need."""
    return image.removals.needed(package for package in image.distribution_packages if package.is_protected)


def price_of(image: InspectedImage, package: InstalledPackage) -> Price | None:
    """Return what removing `package`, no essential one, would free; None where that cannot be told.

    With a package of the distribution goes what cannot do without it and what only it led to. One of a language frees
    its own files; where it has none of its own, it is part of something else.
    """
    if package.type in DISTRIBUTION_TYPES:
        gone = image.removals.of([package])
        return Price(size=image.size_freed_by(gone), packages=len(gone) - 1)
    size = image.size_of_package(package) if package.has_known_files else 0
    return Price(size=size, packages=0) if size else None


def prices(
    image: InspectedImage, packages: Iterable[InstalledPackage], is_cancelled: Callable[[], bool]
) -> Iterator[Mapping[int, Price | None]]:
    """Yield the prices of `packages` by their identities, a few hundred at a time, until `is_cancelled`.

    Those of the essential ones are None.
    """
    needed = essentials(image)
    batch: dict[int, Price | None] = {}
    for package in packages:
        if is_cancelled():
            return
        batch[id(package)] = None if id(package) in needed else price_of(image, package)
        if len(batch) >= _BATCH:
            yield batch
            batch = {}
    yield batch


def company_of(image: InspectedImage, package: InstalledPackage) -> Company:
    """Return what goes with `package`, no essential one, when it is removed, the largest first."""
    if package.type not in DISTRIBUTION_TYPES:
        return Company(dependents=(), unneeded=())
    gone = [each for each in image.removals.of([package]) if each is not package]
    needing = _needing(image, package)
    return Company(
        dependents=_largest(image, (each for each in gone if id(each) in needing)),
        unneeded=_largest(image, (each for each in gone if id(each) not in needing)),
    )


def _needing(image: InspectedImage, package: InstalledPackage) -> set[int]:
    """Return the identities of what needs `package`, directly or not."""
    found, waiting = set[int](), [package]
    while waiting:
        for needing in image.package_graph.needed_by(waiting.pop()):
            if id(needing) not in found:
                found.add(id(needing))
                waiting.append(needing)
    return found


def _largest(image: InspectedImage, packages: Iterable[InstalledPackage]) -> tuple[InstalledPackage, ...]:
    sized: Sequence[InstalledPackage] = sorted(
        packages, key=lambda package: (-image.size_of_package(package), package.name)
    )
    return tuple(sized)
