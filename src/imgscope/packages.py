"""Which installed packages need which: what their databases say, as a graph."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, Generic, Protocol, TypeVar

_EVERY_ARCHITECTURE: Final = (None, "all", "any", "noarch")


class Needing(Protocol):
    """What the graph has to know of a package; `facts.InstalledPackage` says what each of it means."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def type(self) -> str:
        """Its kind: packages of one kind need only each other."""
        ...

    @property
    def architecture(self) -> str | None:
        """What it runs on, if that is known."""
        ...

    @property
    def needs(self) -> tuple[str, ...]:
        """Names that it cannot do without."""
        ...

    @property
    def alternatives(self) -> tuple[tuple[str, ...], ...]:
        """Groups of names among `needs` of which one is enough."""
        ...

    @property
    def recommends(self) -> tuple[str, ...]:
        """Names of what comes along with it."""
        ...

    @property
    def suggests(self) -> tuple[str, ...]:
        """Names of what is of use with it."""
        ...

    @property
    def provides(self) -> tuple[str, ...]:
        """The other names that it goes by."""
        ...

    @property
    def is_requested(self) -> bool | None:
        """Whether somebody asked for it."""
        ...

    @property
    def is_protected(self) -> bool:
        """Whether it stays although nothing needs it."""
        ...

    @property
    def paths(self) -> tuple[str, ...]:
        """The files that it owns."""
        ...


AnyPackage = TypeVar("AnyPackage", bound=Needing)


class PackageGraph(Generic[AnyPackage]):
    """The packages of an image, each with what it needs and with what needs it.

    A name is looked up among packages of the same type: their names, what they provide and, where it is a path, the
    files that they own. Of several that fit, those for the same architecture count where there are such, and then all
    of them: which of two alternatives is in use, no database tells. A package never needs itself.
    """

    def __init__(self, packages: Iterable[AnyPackage]) -> None:
        self._packages = tuple(packages)
        self._by_name: dict[str, dict[str, list[AnyPackage]]] = {}
        for package in self._packages:
            by_name = self._by_name.setdefault(package.type, {})
            for name in dict.fromkeys((package.name, *package.provides)):
                by_name.setdefault(name, []).append(package)
        self._add_owners()
        self._needs = {id(package): self._found(package, package.needs) for package in self._packages}
        self._recommends = {id(package): self._found(package, package.recommends) for package in self._packages}
        self._suggests = {id(package): self._found(package, package.suggests) for package in self._packages}
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
        by_name = self._by_name[package.type]
        in_groups = {name for group in package.alternatives for name in group}
        for names in (*((name,) for name in package.needs if name not in in_groups), *package.alternatives):
            found = self._found(package, names)
            if found and not any(each is package for name in names for each in by_name.get(name, ())):
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

    def _found(self, package: AnyPackage, names: Iterable[str]) -> tuple[AnyPackage, ...]:
        found: dict[int, AnyPackage] = {}
        by_name = self._by_name.get(package.type, {})
        for name in names:
            candidates = by_name.get(name, ())
            if len(candidates) > 1:
                candidates = [each for each in candidates if _runs_with(each, package)] or candidates
            for each in candidates:
                found[id(each)] = each
        found.pop(id(package), None)
        return tuple(found.values())

    def _reverse(self, edges: dict[int, tuple[AnyPackage, ...]]) -> dict[int, list[AnyPackage]]:
        needing: dict[int, list[AnyPackage]] = {}
        for package in self._packages:
            for needed in edges[id(package)]:
                needing.setdefault(id(needed), []).append(package)
        return needing

    def _add_owners(self) -> None:
        """Let the files that packages need, such as /bin/sh, lead to the packages that own them."""
        needed = {name for package in self._packages for name in package.needs if name.startswith("/")}
        if not needed:
            return
        for package in self._packages:
            for path in needed.intersection(package.paths):
                self._by_name[package.type].setdefault(path, []).append(package)


def _runs_with(needed: Needing, package: Needing) -> bool:
    return needed.architecture == package.architecture or needed.architecture in _EVERY_ARCHITECTURE
