"""Which packages need which."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import InstalledPackage
from imgscope.packages import PackageGraph
from tests.support.images import file, layer
from tests.support.memory import inspect
from tests.support.package import package


def names(packages: tuple[InstalledPackage, ...]) -> list[str]:
    return [each.name for each in packages]


def test_needs_lead_to_installed_packages_and_back() -> None:
    app, library = package("app", "lib gone"), package("lib")
    graph = PackageGraph([app, library])
    assert (graph.needs(app), graph.needed_by(library)) == ((library,), (app,))
    assert (graph.needs(library), graph.needed_by(app)) == ((), ())


def test_what_is_recommended_is_not_needed() -> None:
    app, extra = package("app", recommends="extra"), package("extra")
    graph = PackageGraph([app, extra])
    assert (graph.recommends(app), graph.recommended_by(extra)) == ((extra,), (app,))
    assert (graph.needs(app), graph.needed_by(extra)) == ((), ())


def test_a_need_is_met_by_what_provides_it_and_by_what_owns_it() -> None:
    script = package("script", "libc.so.6()(64bit) /bin/sh", type="rpm")
    libc = package("glibc", provides="libc.so.6()(64bit)", type="rpm")
    shell = package("dash", type="rpm", paths=("/bin/dash", "/bin/sh"))
    assert names(PackageGraph([script, libc, shell]).needs(script)) == ["glibc", "dash"]


def test_all_alternatives_that_are_installed_count() -> None:
    app = package("app", "postfix mail-transport-agent")
    graph = PackageGraph([app, package("postfix"), package("exim", provides="mail-transport-agent")])
    assert names(graph.needs(app)) == ["postfix", "exim"]


def test_of_alternatives_one_is_enough_and_of_other_needs_each_is_required() -> None:
    app = package("app", "a b c gone own", alternatives=(("a", "b"),), provides="own")
    a, b, c, other = package("a"), package("b"), package("c"), package("other", provides="c")
    assert list(PackageGraph([app, a, b, c, other]).requirements(app)) == [(c, other), (a, b)]


def test_packages_of_another_type_meet_no_need() -> None:
    app = package("app", "requests", type="pypi")
    assert PackageGraph([app, package("requests", type="npm")]).needs(app) == ()


def test_of_several_architectures_the_same_one_meets_a_need() -> None:
    app = package("app", "lib doc", architecture="i386")
    same, other = package("lib", architecture="i386"), package("lib", architecture="amd64")
    doc, foreign = package("doc", architecture="all"), package("doc", architecture="amd64")
    assert PackageGraph([app, other, same, doc, foreign]).needs(app) == (same, doc)


def test_another_architecture_meets_a_need_that_nothing_else_meets() -> None:
    app, tool = package("app", "tool", architecture="i386"), package("tool", architecture="amd64")
    assert PackageGraph([app, tool]).needs(app) == (tool,)


def module(name: str, place: str, needs: str = "") -> InstalledPackage:
    """A package in `PLACE/node_modules`, which is found from `place` on downwards."""
    found = package(name, needs, type="npm", found_from=place)
    return msgspec.structs.replace(found, found_in=f"{place}/node_modules/{name}/package.json".strip("/"))


def test_of_several_places_the_nearest_one_above_meets_a_need() -> None:
    app = module("app", "srv", "a b c d")
    nested, beside = module("a", "srv/node_modules/app"), module("a", "srv")
    others = [module("b", "srv"), module("b", "opt"), module("c", ""), module("c", "opt")]
    far = [module("d", "opt"), module("d", "usr")]
    graph = PackageGraph([app, beside, nested, *others, *far])
    assert graph.needs(app) == (nested, others[0], others[2], *far)


def test_very_many_packages_of_a_name_that_each_need_it_take_no_step_for_each_pair() -> None:
    started = time.thread_time()
    modules = [module("a", f"d{number}", "a") for number in range(10_000)]
    assert not any(map(PackageGraph(modules).needs, modules))
    installed = [package("a", "a x", provides="x", suggests="x", architecture=str(number)) for number in range(10_000)]
    graph = PackageGraph(installed)
    assert 0 < sum(len(graph.needs(each)) + len(graph.suggests(each)) for each in installed) <= 2_000_000
    assert [list(graph.requirements(each)) for each in installed[:1000]] == [[]] * 1000
    assert time.thread_time() - started < 3


def test_a_package_does_not_need_itself() -> None:
    app = package("app", "app cmd:app", provides="cmd:app")
    assert PackageGraph([app]).needs(app) == ()


def test_what_was_requested_is_found_through_needs_and_recommendations_and_around_loops() -> None:
    app = package("app", "first", is_requested=True)
    first = package("first", "second", recommends="third", is_requested=False)
    second, third = package("second", "first", is_requested=False), package("third", is_requested=False)
    graph = PackageGraph([app, first, second, third])
    assert list(graph.requested([second, third])) == [app]


_NAMES = st.lists(st.sampled_from("abcde"), max_size=3).map(" ".join)


@given(st.lists(st.builds(package, name=st.sampled_from("abcd"), needs=_NAMES, provides=_NAMES), max_size=8))
def test_who_needs_is_the_reverse_of_what_is_needed(packages: list[InstalledPackage]) -> None:
    graph = PackageGraph(packages)
    forth = {(id(each), id(needed)) for each in packages for needed in graph.needs(each)}
    back = {(id(needing), id(each)) for each in packages for needing in graph.needed_by(each)}
    assert forth == back
    assert all(needing != needed for needing, needed in forth)


@pytest.mark.parametrize(
    ("fields", "required_by"),
    [("D:lib\n", ["app"]), ("", None)],
    ids=["needs are recorded", "no need is recorded"],
)
def test_the_report_says_who_requires_a_package(fields: str, required_by: list[str] | None) -> None:
    installed = f"P:app\nV:1\n{fields}\nP:lib\nV:1\n\n"
    report = inspect(layer(file("lib/apk/db/installed", installed))).report
    found = {each.name: each.required_by for each in report.packages}
    assert found["lib"] == (required_by if required_by is None else tuple(required_by))
