"""What the names in the needs of packages lead to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, Generic, Protocol, TypeVar

_EVERY_ARCHITECTURE: Final = (None, "all", "any", "noarch")
_MOST_LEVELS: Final = 64
# Images have some ten thousand. Where many packages of one name need another name that many have, a hostile image gets
# by with few bytes for each of them, and pairs grow with the square.
_MOST_PAIRS: Final = 2_000_000


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

    @property
    def found_in(self) -> str | None:
        """The path of what tells of it, if it is in no database of a distribution."""
        ...

    @property
    def found_from(self) -> str | None:
        """The directory in and below which its name leads to it, unless to something nearer."""
        ...


AnyPackage = TypeVar("AnyPackage", bound=Needing)


class PackageNames(Generic[AnyPackage]):
    """The packages of one type by the names that lead to them: their own, what they provide, and files that they own.

    Where place matters (`found_from`), those in the nearest place that has any count, as Node.js looks for modules. Of
    several that fit, those for the same architecture count where there are such, and then all of them: which of two
    alternatives is in use, no database tells. Only of a name without end are they as many as keep pairs bearable.
    """

    def __init__(self, packages: Sequence[AnyPackage]) -> None:
        self._by_name: dict[str, list[AnyPackage]] = {}
        self._by_place: dict[str, dict[str, list[AnyPackage]]] = {}
        for package in packages:
            for name in dict.fromkeys((package.name, *package.provides)):
                self._by_name.setdefault(name, []).append(package)
                if package.found_from is not None:
                    self._by_place.setdefault(name, {}).setdefault(package.found_from, []).append(package)
        self._places = {package.found_from for package in packages}
        # Files that packages need, such as /bin/sh, lead to the packages that own them.
        self._needed_paths = {name for package in packages for name in package.needs if name.startswith("/")}
        if self._needed_paths:
            for package in packages:
                for path in self._needed_paths.intersection(package.paths):
                    self._by_name.setdefault(path, []).append(package)
        self._most = self._most_for_each(packages)

    def found(self, package: AnyPackage, names: Iterable[str]) -> tuple[AnyPackage, ...]:
        """Return what `names` lead to from `package`, which is never among it."""
        found: dict[int, AnyPackage] = {}
        for candidates in self._candidates(package, names):
            fitting = candidates[: self._most]
            if len(fitting) > 1:
                fitting = [each for each in fitting if _runs_with(each, package)] or fitting
            for each in fitting:
                found[id(each)] = each
        found.pop(id(package), None)
        return tuple(found.values())

    def leading_to(self, package: AnyPackage) -> frozenset[str]:
        """Return the names that lead to `package`; of files, those that any package needs."""
        return frozenset((package.name, *package.provides, *self._needed_paths.intersection(package.paths)))

    def _candidates(self, package: AnyPackage, names: Iterable[str]) -> Iterator[Sequence[AnyPackage]]:
        places = self._places_around(package)
        for name in names:
            found = self._by_name.get(name, ())
            if len(found) > 1 and places:
                by_place = self._by_place.get(name, {})
                found = next((by_place[place] for place in places if place in by_place), found)
            yield found

    def _places_around(self, package: AnyPackage) -> Sequence[str]:
        """Return the directories around `package` in which any are found, the nearest first."""
        around: list[str] = []
        path = package.found_in or ""
        for _ in range(_MOST_LEVELS if self._by_place else 0):
            if not path:
                break
            path = path.rpartition("/")[0]
            if path in self._places:
                around.append(path)
        return around

    def _most_for_each(self, packages: Sequence[AnyPackage]) -> int:
        """Return how many packages a name may lead to."""
        names = pairs = 0
        for package in packages:
            for candidates in self._candidates(package, chain(package.needs, package.recommends, package.suggests)):
                names, pairs = names + 1, pairs + len(candidates)
        return max(pairs, 1) if pairs <= _MOST_PAIRS else max(_MOST_PAIRS // names, 1)


def _runs_with(needed: Needing, package: Needing) -> bool:
    return needed.architecture == package.architecture or needed.architecture in _EVERY_ARCHITECTURE
