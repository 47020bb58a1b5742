"""What goes when packages are removed together with all that only they need, as package managers do it.

The rules are those of apt with its defaults (apt-pkg/depcache.cc, `MarkRequired` and `MarkPackage`; in apt.conf,
`APT::AutoRemove::RecommendsImportant` and `SuggestsImportant`). apk, dnf, pacman and opkg know less to go by.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterable, Sequence
from functools import cached_property
from typing import Generic

from imgscope.packages import AnyPackage, PackageGraph


class Removals(Generic[AnyPackage]):
    """What would be removed from a system that has `packages`, which need each other as `graph` says."""

    def __init__(self, graph: PackageGraph[AnyPackage], packages: Sequence[AnyPackage]) -> None:
        self._graph = graph
        self._packages = packages

    def of(
        self, packages: Iterable[AnyPackage], *, stays: Callable[[AnyPackage], bool] = lambda _: False
    ) -> tuple[AnyPackage, ...]:
        """Return `packages`, what cannot do without them, and what nothing that was requested then leads to any more.

        What is protected, and that for which `stays` holds, does not go for want of something else. Where nobody
        recorded what was requested, all was. What nothing led to before is no part of the price and left out.
        """
        gone = self._with_dependents(packages, stays)
        kept = self._kept_without(gone)
        freed = (each for each in self._packages if id(each) in self._kept_now and id(each) not in kept)
        return (*gone.values(), *(each for each in freed if id(each) not in gone))

    def needed(self, packages: Iterable[AnyPackage]) -> frozenset[int]:
        """Return the identities of `packages` and of all that they cannot do without."""
        reached, waiting = set[int](), deque(packages)
        while waiting:
            package = waiting.popleft()
            if id(package) not in reached:
                reached.add(id(package))
                waiting.extend(self._graph.needs(package))
        return frozenset(reached)

    def _with_dependents(
        self, packages: Iterable[AnyPackage], stays: Callable[[AnyPackage], bool]
    ) -> dict[int, AnyPackage]:
        gone = {id(package): package for package in packages}
        waiting = deque(gone.values())
        while waiting:
            for needing in self._graph.needed_by(waiting.popleft()):
                if id(needing) in gone or needing.is_protected or stays(needing):
                    continue
                if any(all(id(each) in gone for each in met_by) for met_by in self._graph.requirements(needing)):
                    gone[id(needing)] = needing
                    waiting.append(needing)
        return gone

    @cached_property
    def _kept_now(self) -> frozenset[int]:
        return self._kept_without(frozenset())

    def _kept_without(self, gone: Container[int]) -> frozenset[int]:
        """Return what leads from what was requested to what it needs, comes with or is of use with it."""
        kept = set[int]()
        waiting = [each for each in self._packages if each.is_requested is not False or each.is_protected]
        while waiting:
            package = waiting.pop()
            if id(package) not in kept and id(package) not in gone:
                kept.add(id(package))
                waiting += self._leads_to[id(package)]
        return frozenset(kept)

    @cached_property
    def _leads_to(self) -> dict[int, tuple[AnyPackage, ...]]:
        graph = self._graph
        return {
            id(each): (*graph.needs(each), *graph.recommends(each), *graph.suggests(each)) for each in self._packages
        }
