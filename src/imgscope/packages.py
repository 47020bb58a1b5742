"""Which installed packages need which: what their databases say, as a graph."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic

from imgscope.package_names import AnyPackage, PackageNames


class PackageGraph(Generic[AnyPackage]):
    """The packages of an image, each with what it needs and with what needs it, as `PackageNames` has it.

    Packages of one type need only each other, and never themselves.
    """

    def __init__(self, packages: Iterable[AnyPackage]) -> None:
        self._packages = tuple(packages)
        by_type: dict[str, list[AnyPackage]] = {}
        for package in self._packages:
            by_type.setdefault(package.type, []).append(package)
        self._names = {kind: PackageNames(of_kind) for kind, of_kind in by_type.items()}
        self._needs = {id(each): self._names[each.type].found(each, each.needs) for each in self._packages}
        self._recommends = {id(each): self._names[each.type].found(each, each.recommends) for each in self._packages}
        self._suggests = {id(each): self._names[each.type].found(each, each.suggests) for each in self._packages}
        self._needed_by = self._reverse(self._needs)
        self._recommended_by = self._reverse(self._recommends)

    def needs(self, package: AnyPackage) -> tuple[AnyPackage, ...]:
        """Return what `package` cannot do without."""
        return self._needs[id(package)]

    def recommends(self, package: AnyPackage) -> tuple[AnyPackage, ...]:
        """Return what comes along with `package` although it can do without."""
        return self._recommends[id(package)]

    def suggests(self, package: AnyPackage) -> tuple[AnyPackage, ...]:
        """Return what is of use with `package`."""
        return self._suggests[id(package)]

    def requirements(self, package: AnyPackage) -> Iterator[tuple[AnyPackage, ...]]:
        """Yield for each thing that `package` cannot do without what is installed of it: any of them is enough.

        What the package itself provides, or what is not installed, is left out.
        """
        names_of_type = self._names[package.type]
        own = names_of_type.leading_to(package)
        in_groups = {name for group in package.alternatives for name in group}
        for names in (*((name,) for name in package.needs if name not in in_groups), *package.alternatives):
            found = names_of_type.found(package, names)
            if found and own.isdisjoint(names):
                yield found

    def needed_by(self, package: AnyPackage) -> tuple[AnyPackage, ...]:
        """Return what cannot do without `package`."""
        return tuple(self._needed_by.get(id(package), ()))

    def recommended_by(self, package: AnyPackage) -> tuple[AnyPackage, ...]:
        """Return what `package` comes along with although it can do without."""
        return tuple(self._recommended_by.get(id(package), ()))

    def requested(self, packages: Iterable[AnyPackage]) -> Iterator[AnyPackage]:
        """Yield those of `packages` that were requested, and of the others what was requested and brought them."""
        waiting, seen = deque(packages), set[int]()
        while waiting:
            package = waiting.popleft()
            if id(package) in seen:
                continue
            seen.add(id(package))
            if package.is_requested:
                yield package
            else:
                waiting += (*self.needed_by(package), *self.recommended_by(package))

    def _reverse(self, edges: dict[int, tuple[AnyPackage, ...]]) -> dict[int, list[AnyPackage]]:
        needing: dict[int, list[AnyPackage]] = {}
        for package in self._packages:
            for needed in edges[id(package)]:
                needing.setdefault(id(needed), []).append(package)
        return needing
