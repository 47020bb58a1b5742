"""Which packages were added, removed, or are there in another version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from imgscope.difference.document import PackageChange
from imgscope.facts import InspectedImage, InstalledPackage

_Key = tuple[str, str, str]


def compare_packages(old: InspectedImage, new: InspectedImage) -> tuple[PackageChange, ...]:
    """Return the packages that differ, by type and name. Of a name that is there in several versions, those that only
    one image has are matched from the lowest on.
    """
    before, after = _by_name(old), _by_name(new)
    changes: list[PackageChange] = []
    for key in sorted(before.keys() | after.keys()):
        ours, theirs = before.get(key, ()), after.get(key, ())
        gone, come = _unmatched(ours, theirs), _unmatched(theirs, ours)
        changes += (_change(old, new, *pair) for pair in zip_longest(gone, come))
    return tuple(changes)


def _by_name(image: InspectedImage) -> dict[_Key, list[InstalledPackage]]:
    found: dict[_Key, list[InstalledPackage]] = {}
    for package in image.packages:
        found.setdefault((package.type, package.name, package.architecture or ""), []).append(package)
    return found


def _unmatched(packages: Sequence[InstalledPackage], others: Sequence[InstalledPackage]) -> list[InstalledPackage]:
    """Return those of `packages` that have a version which `others` have not, or not as often."""
    left = Counter(each.version for each in others)
    unmatched: list[InstalledPackage] = []
    for package in packages:
        if left[package.version]:
            left[package.version] -= 1
        else:
            unmatched.append(package)
    return unmatched


def _change(
    old: InspectedImage, new: InspectedImage, gone: InstalledPackage | None, come: InstalledPackage | None
) -> PackageChange:
    package = come or gone
    assert package is not None
    is_known = all(each.has_known_files for each in (gone, come) if each is not None)
    size_before = old.size_of_package(gone) if gone is not None else 0
    size_after = new.size_of_package(come) if come is not None else 0
    return PackageChange(
        name=package.name,
        type=package.type,
        old_version=gone.version if gone is not None else None,
        new_version=come.version if come is not None else None,
        architecture=package.architecture,
        delta=size_after - size_before if is_known else None,
    )
