"""What goes with packages that are removed."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import InstalledPackage
from imgscope.packages import PackageGraph
from imgscope.removal import Removals
from tests.support.package import package


def automatic(name: str, needs: str = "", **fields: str) -> InstalledPackage:
    return package(name, needs, recommends=fields.get("recommends", ""), is_requested=False)


def removed(name: str, *packages: InstalledPackage, stays: Iterable[str] = ()) -> set[str]:
    """The names of what goes when package `name` is removed, `name` itself left out."""
    (chosen,) = [each for each in packages if each.name == name]
    gone = Removals(PackageGraph(packages), packages).of([chosen], stays=lambda each: each.name in stays)
    assert len({each.name for each in gone}) == len(gone)
    return {each.name for each in gone} - {name}


def test_what_came_only_because_it_was_needed_goes_and_what_that_needed_too() -> None:
    chain = package("gcc", "gcc-12", is_requested=True), automatic("gcc-12", "binutils"), automatic("binutils")
    assert removed("gcc", *chain) == {"gcc-12", "binutils"}


def test_what_something_else_leads_to_stays() -> None:
    app = package("app", "lib", recommends="plugin", suggests="doc", is_requested=True)
    shared = automatic("lib"), automatic("plugin"), automatic("doc")
    assert removed("tool", package("tool", "lib plugin doc", is_requested=True), app, *shared) == set()


def test_what_was_requested_stays_and_so_it_is_where_nobody_recorded_requests() -> None:
    tool = package("tool", "asked unknown", is_requested=True)
    assert removed("tool", tool, package("asked", is_requested=True), package("unknown")) == set()


def test_what_is_protected_stays_and_keeps_what_it_leads_to() -> None:
    protected = package("dpkg", "tar tool", is_requested=False, is_protected=True)
    assert removed("tool", package("tool", "tar dpkg"), protected, automatic("tar")) == set()


def test_what_cannot_do_without_a_package_goes_with_it() -> None:
    assert removed("gcc", package("gcc"), package("build-essential", "gcc", is_requested=True)) == {"build-essential"}
    assert removed("gcc", package("gcc"), package("dpkg-dev", recommends="gcc", is_requested=True)) == set()


def test_what_has_to_stay_does_and_keeps_what_else_it_needs() -> None:
    npm = package("npm", "gcc lib", is_requested=True)
    assert removed("gcc", package("gcc", "lib"), npm, automatic("lib"), stays=["npm"]) == set()


def test_while_one_alternative_is_left_nothing_goes_for_want_of_the_other() -> None:
    app = package("app", "exim postfix", alternatives=(("exim", "postfix"),), is_requested=True)
    assert removed("exim", app, automatic("exim"), automatic("postfix")) == set()
    assert removed("exim", app, automatic("exim")) == {"app"}


def test_while_one_provider_is_left_nothing_goes_for_want_of_the_other() -> None:
    app, first = package("app", "mta", is_requested=True), package("exim", provides="mta", is_requested=False)
    assert removed("exim", app, first, package("postfix", provides="mta", is_requested=False)) == set()


def test_both_alternatives_going_takes_what_needs_either() -> None:
    app = package("app", "exim postfix", alternatives=(("exim", "postfix"),), is_requested=True)
    base = package("base", is_requested=True)
    assert removed("base", base, app, automatic("exim", "base"), automatic("postfix", "base")) == {
        "app",
        "exim",
        "postfix",
    }


def test_what_nothing_led_to_before_is_no_part_of_a_price() -> None:
    assert removed("tool", package("tool", is_requested=True), automatic("forgotten")) == set()


def test_packages_that_need_each_other_go_together() -> None:
    assert removed("tool", package("tool", "a", is_requested=True), automatic("a", "b"), automatic("b", "a")) == {
        "a",
        "b",
    }


_NAMES = st.lists(st.sampled_from("abcdef"), max_size=3).map(" ".join)
_PACKAGES = st.lists(
    st.builds(
        package,
        name=st.sampled_from("abcdef"),
        needs=_NAMES,
        recommends=_NAMES,
        suggests=_NAMES,
        provides=_NAMES,
        is_requested=st.sampled_from([True, False, None]),
        is_protected=st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@given(_PACKAGES)
def test_what_is_left_has_all_it_had_and_nothing_that_was_requested_went_without_need(
    packages: list[InstalledPackage],
) -> None:
    before = PackageGraph(packages)
    removed = Removals(before, packages).of(packages[:1])
    kept = [each for each in packages if all(each is not gone for gone in removed)]
    left = PackageGraph(kept)
    for each in kept:
        assert each.is_protected or len(list(left.requirements(each))) == len(list(before.requirements(each)))
    assert removed[0] is packages[0]
    for gone in removed[1:]:
        lacks_some = any(all(id(each) in map(id, removed) for each in met) for met in before.requirements(gone))
        assert not gone.is_protected
        assert lacks_some or gone.is_requested is False


@given(_PACKAGES, st.integers(min_value=0, max_value=7))
def test_what_is_lost_is_all_that_nothing_leads_to_any_more(packages: list[InstalledPackage], chosen: int) -> None:
    graph = PackageGraph(packages)
    gone = Removals(graph, packages).of([packages[chosen % len(packages)]])
    left = _kept(graph, packages, without={id(each) for each in gone})
    known = _kept(graph, packages, without=set())
    assert {id(each) for each in packages if id(each) in known and id(each) not in left} <= set(map(id, gone))
    assert all(id(each) not in left for each in gone)


def _kept(graph: PackageGraph[InstalledPackage], packages: list[InstalledPackage], *, without: set[int]) -> set[int]:
    """What was requested leads to, in the plainest way to find it."""
    kept = {id(each) for each in packages if each.is_requested is not False or each.is_protected} - without
    while True:
        below = [each for package in packages if id(package) in kept for each in _led_to(graph, package)]
        more = {id(each) for each in below} - kept - without
        if not more:
            return kept
        kept |= more


def _led_to(graph: PackageGraph[InstalledPackage], package: InstalledPackage) -> tuple[InstalledPackage, ...]:
    return (*graph.needs(package), *graph.recommends(package), *graph.suggests(package))
