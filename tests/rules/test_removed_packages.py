"""What packages cost: the bytes that are freed with them and with all that only they need."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from imgscope.report import Finding, ImageReport
from tests.support.images import BuiltLayer, Entry, file, hard_link, layer, whiteout
from tests.support.memory import inspect
from tests.support.rpm_headers import header, sqlite_of

SIZES = {
    "build-essential": 1,
    "gcc": 10,
    "binutils": 100,
    "make": 1_000,
    "perl": 10_000,
    "libfoo-dev": 100_000,
    "app": 7,
}
"""Bytes of the one file that a package has; sums tell which of them were added up."""

RUN = "RUN /bin/sh -c apt-get install build-essential # buildkit"


def files(*names: str) -> list[Entry]:
    return [file(f"usr/{name}", name[0].encode() * SIZES[name]) for name in names]


def dpkg(needs: Mapping[str, str], requested: str) -> list[Entry]:
    """Debian's database, by name what a package depends on, and apt's of what was not `requested`."""
    status = "".join(
        f"Package: {name}\nStatus: install ok installed\nVersion: 1\nDepends: {needed}\n\n"
        for name, needed in needs.items()
    )
    states = "".join(f"Package: {name}\nAuto-Installed: 1\n\n" for name in needs if name not in requested.split())
    lists = [file(f"var/lib/dpkg/info/{name}.list", f"/usr/{name}\n") for name in needs]
    return [file("var/lib/dpkg/status", status), file("var/lib/apt/extended_states", states), *lists]


def apk(needs: Mapping[str, str], world: str) -> list[Entry]:
    """Alpine's database, by name what a package depends on, and what is in the world file."""
    installed = "".join(f"P:{name}\nV:1\nD:{needed}\nF:usr\nR:{name}\n\n" for name, needed in needs.items())
    return [file("lib/apk/db/installed", installed), file("etc/apk/world", "\n".join(world.split()) + "\n")]


def found(*layers: BuiltLayer) -> list[tuple[str, tuple[str, ...], int | None]]:
    """Of each finding on packages its rule, packages and bytes."""
    report = inspect(*layers).report
    assert report.complete
    return sorted((each.rule_id, each.packages, each.bytes) for each in report.findings if each.packages)


def finding(report: ImageReport, rule_id: str) -> Finding:
    (found,) = [each for each in report.findings if each.rule_id == rule_id]
    return found


CHAIN = {"build-essential": "gcc, make", "gcc": "binutils", "binutils": "", "make": "perl", "perl": ""}


def test_a_package_costs_what_only_it_needs_and_the_finding_says_so() -> None:
    report = inspect(layer(*dpkg(CHAIN, "build-essential"), *files(*CHAIN), created_by=RUN)).report
    compilers = finding(report, "compiler-left")
    assert compilers.bytes == 11_111
    assert compilers.packages == ("perl", "make", "binutils", "gcc", "build-essential")
    assert compilers.message == (
        "compilers and linkers in 5 packages (perl, make, binutils, gcc and 1 more): 11.1 kB;"
        " removing build-essential alone frees 11.1 kB in 5 packages"
    )


def test_what_compilers_bring_along_is_not_priced_again_by_other_rules() -> None:
    assert [rule for rule, _, _ in found(layer(*dpkg(CHAIN, "build-essential"), *files(*CHAIN)))] == ["compiler-left"]


def test_what_compilers_and_tools_need_together_goes_with_the_last_of_them() -> None:
    needs = {"gcc": "perl", "make": "perl", "perl": ""}
    assert found(layer(*dpkg(needs, "gcc make"), *files(*needs))) == [
        ("build-tools-left", ("perl", "make"), 11_000),
        ("compiler-left", ("gcc",), 10),
    ]


def test_what_a_service_needs_stays_and_costs_nothing() -> None:
    needs = {"gcc": "perl", "perl": "", "app": "perl"}
    assert found(layer(*dpkg(needs, "gcc app"), *files(*needs))) == [("compiler-left", ("gcc",), 10)]


def test_what_a_service_cannot_do_without_is_claimed_apart_and_with_less_confidence() -> None:
    needs = {"gcc": "", "libfoo-dev": "", "make": "", "app": "make"}
    report = inspect(layer(*dpkg(needs, "gcc app"), *files(*needs), created_by=RUN)).report
    tools = finding(report, "build-tools-left")
    assert (tools.packages, tools.bytes, tools.confidence) == (("make",), 1_000, "medium")
    assert tools.fix == "build in a first stage and COPY --from it: they came along with app"


def test_packages_of_several_layers_are_priced_in_the_layer_of_each() -> None:
    below = layer(*dpkg({"binutils": ""}, ""), *files("binutils"))
    above = layer(*dpkg({"gcc": "binutils", "binutils": ""}, "gcc"), *files("gcc"))
    report = inspect(below, above).report
    assert [(each.layer, each.packages, each.bytes) for each in report.findings if each.packages] == [
        (0, ("binutils",), 100),
        (1, ("gcc",), 10),
    ]


def test_what_brought_nothing_but_dependencies_is_called_so() -> None:
    below = layer(*dpkg({"perl": ""}, ""), *files("perl"))
    above = layer(*dpkg({"gcc": "perl", "perl": ""}, "gcc"), *files("gcc"))
    messages = [each.message for each in inspect(below, above).report.findings if each.packages]
    assert "what compilers and linkers brought along in 1 package (perl): 10.0 kB" in messages


def test_a_file_that_another_package_owns_too_is_not_freed() -> None:
    entries = dpkg({"gcc": "", "app": ""}, "gcc app")
    entries[-1] = file("var/lib/dpkg/info/app.list", "/usr/gcc\n")
    assert found(layer(*entries, *files("gcc"))) == [("compiler-left", ("gcc",), 0)]


def test_what_is_a_package_of_python_as_well_goes_with_the_package_that_brought_it() -> None:
    record = "usr/lib/python3/dist-packages/hg-1.dist-info"
    entries = dpkg({"mercurial": ""}, "mercurial")
    entries[-1] = file("var/lib/dpkg/info/mercurial.list", f"/{record}/METADATA\n/{record}/RECORD\n")
    metadata, listed = "Name: hg\nVersion: 1\n", f"{record.rpartition('/')[2]}/METADATA,,\n"
    built = layer(*entries, file(f"{record}/METADATA", metadata), file(f"{record}/RECORD", listed))
    assert found(built) == [("build-tools-left", ("mercurial",), len(metadata) + len(listed))]


def test_a_file_with_another_name_that_stays_is_not_freed() -> None:
    entries = dpkg({"gcc": ""}, "gcc")
    copy = layer(*entries, *files("gcc"), hard_link("opt/gcc", "usr/gcc"))
    assert found(copy) == [("compiler-left", ("gcc",), 0)]


def test_a_file_with_two_names_is_counted_once() -> None:
    entries = dpkg({"gcc": ""}, "gcc")
    entries[-1] = file("var/lib/dpkg/info/gcc.list", "/usr/gcc\n/usr/x86_64-gcc\n")
    assert found(layer(*entries, *files("gcc"), hard_link("usr/x86_64-gcc", "usr/gcc"))) == [
        ("compiler-left", ("gcc",), 10)
    ]


def test_bytes_that_a_later_layer_hides_are_not_freed() -> None:
    needs = {"gcc": "binutils", "binutils": ""}
    built = layer(*dpkg(needs, "gcc"), *files(*needs))
    assert found(built, layer(whiteout("usr/binutils"))) == [("compiler-left", ("gcc", "binutils"), 10)]


def test_where_nobody_recorded_requests_only_what_cannot_do_without_it_goes_with_a_package() -> None:
    packages = [
        header({1000: "gcc", 1001: "13", 1049: ["binutils", "perl"], 1117: ["gcc"], 1116: [0], 1118: ["/usr/"]}),
        header({1000: "binutils", 1001: "2", 1117: ["binutils"], 1116: [0], 1118: ["/usr/"]}),
        header({1000: "perl", 1001: "5", 1117: ["perl"], 1116: [0], 1118: ["/usr/"]}),
    ]
    built = layer(file("var/lib/rpm/rpmdb.sqlite", sqlite_of(packages)), *files("gcc", "binutils", "perl"))
    assert found(built) == [("compiler-left", ("binutils", "gcc"), 110)]


def test_with_the_reasons_of_dnf_what_it_installed_by_itself_goes_as_well() -> None:
    packages = [
        header({1000: name, 1001: "1", 1022: "noarch", 1049: needs.split(), 1117: [name], 1116: [0], 1118: ["/usr/"]})
        for name, needs in {"gcc": "binutils perl", "binutils": "", "perl": "", "app": "perl"}.items()
    ]
    reasons = '[packages]\n"binutils.noarch" = {reason = "Dependency"}\n"perl.noarch" = {reason = "Dependency"}\n'
    database = file("var/lib/rpm/rpmdb.sqlite", sqlite_of(packages))
    state = file("usr/lib/sysimage/libdnf5/packages.toml", reasons)
    report = inspect(layer(database, state, *files("gcc", "binutils", "perl", "app"), created_by=RUN)).report
    compilers = finding(report, "compiler-left")
    assert (compilers.packages, compilers.bytes) == (("binutils", "gcc"), 110)
    assert compilers.message.endswith("110 B; removing gcc alone frees 110 B in 2 packages")


def test_a_virtual_package_of_alpine_costs_all_that_it_brought() -> None:
    needs = {".build-deps": "gcc make", "gcc": "binutils", "binutils": "", "make": "", "app": "perl", "perl": ""}
    entries = *apk(needs, ".build-deps=1 app"), *files("gcc", "binutils", "make", "perl")
    report = inspect(layer(*entries, created_by="RUN /bin/sh -c apk add --virtual .build-deps # buildkit")).report
    assert [each.rule_id for each in report.findings if each.packages] == ["virtual-packages-left"]
    virtual = finding(report, "virtual-packages-left")
    assert (virtual.packages, virtual.bytes) == (("make", "binutils", "gcc", ".build-deps"), 1_110)
    assert virtual.message == (
        "build packages of `apk add --virtual` in 4 packages (make, binutils, gcc, .build-deps): 1.11 kB;"
        " removing .build-deps alone frees 1.11 kB in 4 packages"
    )
    assert (
        virtual.fix
        == "build in a first stage and COPY --from it, or end the RUN that builds with: && apk del .build-deps"
    )


def test_what_is_in_the_world_of_alpine_for_itself_stays() -> None:
    needs = {".build-deps": "gcc perl", "gcc": "perl", "perl": ""}
    entries = *apk(needs, ".build-deps=1 perl"), *files("gcc", "perl")
    assert found(layer(*entries)) == [("virtual-packages-left", ("gcc", ".build-deps"), 10)]


@pytest.mark.parametrize("name", [".php-rundeps", ".deps"])
def test_a_virtual_package_for_running_is_none_for_builds(name: str) -> None:
    assert found(layer(*apk({name: "perl", "perl": ""}, f"{name}=1"), *files("perl"))) == []


def test_a_group_names_its_largest_packages_first_whatever_layer_they_are_in() -> None:
    below = layer(*dpkg({"gcc": ""}, "gcc"), *files("gcc"))
    above = layer(*dpkg({"gcc": "", "binutils": ""}, "gcc binutils"), *files("binutils"))
    (group,) = inspect(below, above).report.leftovers.groups
    assert (group.packages, group.layers) == (("binutils", "gcc"), (0, 1))


ARCH = "%NAME%\ngcc\n\n%VERSION%\n1\n"
OPENWRT = "Package: gcc\nVersion: 1\nStatus: install user installed\n"


@pytest.mark.parametrize(
    "database",
    [
        dpkg({"gcc": ""}, "gcc")[0],
        apk({"gcc": ""}, "gcc")[0],
        file("var/lib/rpm/rpmdb.sqlite", sqlite_of([header({1000: "gcc", 1001: "1"})])),
        file("var/lib/pacman/local/gcc-1/desc", ARCH),
        file("usr/lib/opkg/status", OPENWRT),
    ],
    ids=["deb", "apk", "rpm", "alpm", "opkg"],
)
def test_the_report_says_which_packages_are_build_tools(database: Entry) -> None:
    (package,) = inspect(layer(database)).report.packages
    assert package.is_build_tool is True


def test_the_report_says_which_packages_are_none() -> None:
    report = inspect(layer(*dpkg({"app": "", "npm": ""}, "app"))).report
    assert [package.is_build_tool for package in report.packages] == [False, False]


def installers(*entries: Entry, command: list[str]) -> list[Finding]:
    report = inspect(layer(*entries), config={"Entrypoint": command}).report
    return [each for each in report.findings if each.rule_id == "installers-left"]


PIP = file("usr/lib/python3/site-packages/pip/__main__.py", b"p" * 500)
NPM = file("usr/local/lib/node_modules/npm/package.json", b"n" * 300)


def test_installers_of_each_language_are_priced_by_what_no_package_owns() -> None:
    lists = dpkg({"python3-pip": "", "gcc": ""}, "python3-pip gcc")
    lists[2] = file("var/lib/dpkg/info/python3-pip.list", f"/{PIP.path}\n")
    other = file("venv/lib/python3.12/site-packages/setuptools/a.py", b"s" * 40)
    found = installers(PIP, NPM, other, file("usr/bin/composer", b"c" * 2), *lists, command=["gunicorn"])
    assert sorted((each.bytes or 0, each.confidence, each.severity.value) for each in found) == [
        (2, "low", "info"),
        (40, "low", "info"),
        (300, "low", "info"),
        (500, "low", "info"),
    ]


@pytest.mark.parametrize(
    "command",
    [["npm", "start"], ["tini", "--", "/usr/bin/npm", "start"], ["/bin/sh", "-c", "exec yarn start"], ["python3"], []],
)
def test_installers_are_left_alone_where_they_may_be_needed(command: list[str]) -> None:
    assert installers(PIP, NPM, command=command) == []
