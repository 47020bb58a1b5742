"""What goes when packages are removed together with all that only they need, as package managers do it.

The rules are those of apt with its defaults (apt-pkg/depcache.cc, `MarkRequired` and `MarkPackage`; in apt.conf,
`APT::AutoRemove::RecommendsImportant` and `SuggestsImportant`). apk, dnf, pacman and opkg know less to go by.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from functools import cached_property
from typing import Generic

from imgscope.package_names import AnyPackage
from imgscope.packages import PackageGraph


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
        freed = (self._positions[key] for key in self._lost_without(gone))
        return (*gone.values(), *(self._packages[position] for position in sorted(freed)))

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
                if any(all(key in gone for key in met_by) for met_by in self._requirements(needing)):
                    gone[id(needing)] = needing
                    waiting.append(needing)
        return gone

    def _requirements(self, package: AnyPackage) -> tuple[tuple[int, ...], ...]:
        """Return the graph's `requirements` of `package` as identities; they are asked for again and again."""
        known = self._known_requirements.get(id(package))
        if known is None:
            known = tuple(tuple(map(id, met_by)) for met_by in self._graph.requirements(package))
            self._known_requirements[id(package)] = known
        return known

    def _lost_without(self, gone: Collection[int]) -> Collection[int]:
        """Return the identities of what was kept and is not without `gone`, which is left out itself.

        Only what `gone` leads to can be lost, and of that all is kept that something else still leads to. To look at no
        more than that makes it possible to ask for every package of an image.
        """
        reached = self._all_led_to(key for key in gone if key in self._kept_now)
        lost = {key for key in reached if key not in gone}
        others = (key for key in lost if self._stays_without(key, lost, gone))
        lost -= self._all_led_to(others, within=lost)
        return lost

    def _stays_without(self, key: int, lost: Container[int], gone: Container[int]) -> bool:
        return key in self._requested or any(
            above in self._kept_now and above not in lost and above not in gone for above in self._led_from.get(key, ())
        )

    def _all_led_to(self, keys: Iterable[int], within: Container[int] | None = None) -> set[int]:
        """Return `keys` and all that they lead to, as far as it is `within` that."""
        reached = set[int]()
        waiting = list(keys)
        while waiting:
            key = waiting.pop()
            if key not in reached:
                reached.add(key)
                waiting += (each for each in self._leads_to[key] if within is None or each in within)
        return reached

    @cached_property
    def _known_requirements(self) -> dict[int, tuple[tuple[int, ...], ...]]:
        return {}

    @cached_property
    def _positions(self) -> dict[int, int]:
        return {id(package): position for position, package in enumerate(self._packages)}

    @cached_property
    def _requested(self) -> frozenset[int]:
        """What stays although nothing leads to it."""
        return frozenset(id(each) for each in self._packages if each.is_requested is not False or each.is_protected)

    @cached_property
    def _kept_now(self) -> frozenset[int]:
        """What was requested, and what that needs, comes with or is of use with."""
        return frozenset(self._all_led_to(self._requested))

    @cached_property
    def _leads_to(self) -> dict[int, tuple[int, ...]]:
        graph = self._graph
        return {
            id(each): tuple(map(id, (*graph.needs(each), *graph.recommends(each), *graph.suggests(each))))
            for each in self._packages
        }

    @cached_property
    def _led_from(self) -> dict[int, list[int]]:
        above: dict[int, list[int]] = {}
        for key, below in self._leads_to.items():
            for each in below:
                above.setdefault(each, []).append(key)
        return above
