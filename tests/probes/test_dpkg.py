"""Packages of Debian: which are installed, what they own, and which layer brought them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes._control import parse_paragraphs
from imgscope.probes._dpkg_paths import compressed_sums
from imgscope.probes.dpkg import PROBE
from tests.support.images import Entry, directory, file, symlink, whiteout
from tests.support.memory import tree_of

STATUS = "var/lib/dpkg/status"


def packages_of(tree: FileTree) -> dict[str, InstalledPackage]:
    return {fact.name: fact for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)}


def paragraph(name: str, version: str = "1.0", *, status: str = "install ok installed", more: str = "") -> str:
    return f"Package: {name}\nStatus: {status}\nArchitecture: amd64\nVersion: {version}\n{more}\n"


def status(*paragraphs: str) -> Entry:
    return file(STATUS, "".join(paragraphs))


def test_a_package_has_what_its_paragraph_says() -> None:
    more = (
        "Installed-Size: 3\nSource: glibc (2.36-9)\nSection: libs\nDescription: C\n Package: not this\n"
        "Pre-Depends: dpkg:any (>= 1.17)\nDepends: libgcc-s1, libcrypt1 (>= 1:4.4) | libcrypt2\nRecommends: libidn2-0\n"
        "Suggests: glibc-doc, locales | locales-all\nProvides: libc (= 2.36)\n"
    )
    tree = tree_of(
        (
            status(paragraph("libc6", "2.36-9+deb12u4", more=more)),
            file("var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib/x\n"),
        )
    )
    assert packages_of(tree)["libc6"] == InstalledPackage(
        name="libc6",
        version="2.36-9+deb12u4",
        type="deb",
        layer=0,
        architecture="amd64",
        installed_size=3 * 1024,
        source="glibc",
        section="libs",
        needs=("dpkg", "libgcc-s1", "libcrypt1", "libcrypt2"),
        alternatives=(("libcrypt1", "libcrypt2"),),
        recommends=("libidn2-0",),
        suggests=("glibc-doc", "locales", "locales-all"),
        provides=("libc",),
        paths=("/.", "/lib/x"),
    )


def test_of_a_choice_what_is_needed_all_the_same_is_no_alternative() -> None:
    more = "Depends: debconf | debconf-2.0, debconf (>= 1.5), libc6\n"
    package = packages_of(tree_of((status(paragraph("app", more=more)),)))["app"]
    assert package.alternatives == (("debconf", "debconf-2.0"), ("debconf",))


@pytest.mark.parametrize(
    ("changes", "is_protected"),
    [
        ({"more": ""}, False),
        ({"more": "Priority: important\n"}, False),
        ({"more": "Priority: required\n"}, True),
        ({"more": "Essential: yes\n"}, True),
        ({"more": "Essential: no\n"}, False),
        ({"more": "Protected: yes\n"}, True),
        ({"more": "Important: yes\n"}, True),
        ({"status": "hold ok installed"}, True),
    ],
)
def test_what_apt_keeps_for_its_own_sake_is_protected(changes: dict[str, str], is_protected: bool) -> None:
    packages = packages_of(tree_of((status(paragraph("a", **changes), paragraph("apt")),)))
    assert (packages["a"].is_protected, packages["apt"].is_protected) == (is_protected, True)


@pytest.mark.parametrize(
    ("configuration", "kept_by"),
    [
        ({}, (("b",), ("c",))),
        ({"apt.conf.d/docker": 'Apt::AutoRemove::SuggestsImportant "false";\n'}, (("b",), ())),
        ({"apt.conf.d/docker": 'APT {\n AutoRemove { suggestsImportant 0; RecommendsImportant "no"; };\n};'}, ((), ())),
        (
            {"apt.conf.d/docker": '// APT::AutoRemove::SuggestsImportant "false";\n# SuggestsImportant 0;'},
            (("b",), ("c",)),
        ),
        ({"apt.conf.d/docker": '/* APT::AutoRemove::SuggestsImportant "false"; '}, (("b",), ("c",))),
        ({"apt.conf.d/a": "X::SuggestsImportant off;", "apt.conf.d/b": "X::SuggestsImportant on;"}, (("b",), ("c",))),
        ({"apt.conf.d/a": "X::SuggestsImportant on;", "apt.conf": "X::SuggestsImportant off;"}, (("b",), ())),
    ],
)
def test_the_image_says_whether_recommendations_and_suggestions_keep_packages(
    configuration: dict[str, str], kept_by: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    files = [file(f"etc/apt/{name}", text) for name, text in configuration.items()]
    package = packages_of(tree_of((status(paragraph("a", more="Recommends: b\nSuggests: c\n")), *files)))["a"]
    assert (package.recommends, package.suggests) == kept_by


def test_apt_records_what_it_installed_only_because_it_was_needed() -> None:
    states = "Package: needed\nAuto-Installed: 1\n\nPackage: adopted\nAuto-Installed: 0\n"
    tree = tree_of(
        (
            status(paragraph("app"), paragraph("needed"), paragraph("adopted")),
            file("var/lib/apt/extended_states", states),
        )
    )
    requested = {name: package.is_requested for name, package in packages_of(tree).items()}
    assert requested == {"app": True, "needed": False, "adopted": True}


def test_what_apt_records_is_about_one_architecture() -> None:
    foreign = paragraph("lib", "2").replace("amd64", "i386")
    record = "Package: {}\nArchitecture: {}\nAuto-Installed: 1\n\n"
    states = record.format("lib", "i386") + record.format("doc", "amd64")
    both = (paragraph("lib"), foreign, paragraph("doc").replace("amd64", "all"))
    tree = tree_of((status(*both), file("var/lib/apt/extended_states", states)))
    requested = {
        (package.name, package.architecture): package.is_requested
        for package in PROBE.find(tree)
        if isinstance(package, InstalledPackage)
    }
    assert requested == {("lib", "amd64"): True, ("lib", "i386"): False, ("doc", "all"): False}


@pytest.mark.parametrize(
    ("state", "told"),
    [("installed", None), ("half-installed", "half-installed"), ("unpacked", "unpacked"), ("triggers-pending",) * 2],
)
def test_a_package_that_is_not_installed_to_the_end_tells_how_far_it_came(state: str, told: str | None) -> None:
    tree = tree_of((status(paragraph("app", status=f"install ok {state}")),))
    assert packages_of(tree)["app"].state == told


def test_packages_of_several_architectures_have_lists_of_their_own() -> None:
    lists = (file(f"var/lib/dpkg/info/lib:{name}.list", f"/lib/{name}\n") for name in ("amd64", "i386"))
    tree = tree_of((status(paragraph("lib"), paragraph("lib").replace("amd64", "i386")), *lists))
    found = [fact for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)]
    assert [(package.architecture, package.paths) for package in found] == [
        ("amd64", ("/lib/amd64",)),
        ("i386", ("/lib/i386",)),
    ]


SUMS = f"{'0' * 32}  usr/bin/app\n{'f' * 32}  usr/share/a  b\nno sum\n"


@pytest.mark.parametrize("stem", ["app", "app:amd64"])
def test_where_the_list_is_gone_the_checksums_tell_the_paths(stem: str) -> None:
    tree = tree_of((status(paragraph("app")), file(f"var/lib/dpkg/info/{stem}.md5sums", SUMS)))
    assert packages_of(tree)["app"].paths == ("/usr/bin/app", "/usr/share/a  b")


def test_where_the_list_is_there_the_checksums_do_not_count() -> None:
    info = "var/lib/dpkg/info/app"
    tree = tree_of((status(paragraph("app")), file(f"{info}.list", "/a\n"), file(f"{info}.md5sums", SUMS)))
    assert packages_of(tree)["app"].paths == ("/a",)


def test_a_diverted_file_is_where_it_was_diverted_to() -> None:
    diversions = "/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/x\n/usr/bin/x.real\n:\n/cut\n"
    lists = (file(f"var/lib/dpkg/info/{name}.list", "/bin/sh\n/usr/bin/x\n") for name in ("dash", "app"))
    tree = tree_of((status(paragraph("dash"), paragraph("app")), file("var/lib/dpkg/diversions", diversions), *lists))
    found = packages_of(tree)
    assert found["dash"].paths == ("/bin/sh", "/usr/bin/x.real")
    assert found["app"].paths == ("/bin/sh.distrib", "/usr/bin/x.real")


@given(st.binary())
def test_what_is_kept_of_checksums_is_kept_unchanged_a_second_time(content: bytes) -> None:
    kept = compressed_sums(content)
    assert compressed_sums(kept) == kept


def test_what_only_looks_like_kept_checksums_lists_nothing() -> None:
    begun = compressed_sums(b"")[:-8]
    for garbage in (begun, begun + b"garbage"):
        tree = tree_of((status(paragraph("app")), file("var/lib/dpkg/info/app.md5sums", garbage)))
        assert packages_of(tree)["app"].paths == ()


@pytest.mark.parametrize(
    ("state", "is_installed"),
    [
        ("install ok installed", True),
        ("hold ok installed", True),
        ("deinstall ok installed", True),
        ("install ok unpacked", True),
        ("install reinstreq half-configured", True),
        ("deinstall ok config-files", False),
        ("purge ok not-installed", False),
        ("purge ok config-files", False),
        ("installed", False),
    ],
)
def test_C52_what_was_removed_or_purged_is_no_package(state: str, is_installed: bool) -> None:
    tree = tree_of((status(paragraph("app", status=state), paragraph("other")),))
    assert ("app" in packages_of(tree)) is is_installed
    assert "other" in packages_of(tree)


def test_a_paragraph_without_name_or_version_is_no_package() -> None:
    assert not packages_of(tree_of((file(STATUS, "Package: a\n\nVersion: 1\n\nStatus: install ok installed\n"),)))


@pytest.mark.parametrize("size", ["", "-1", "many", "1.5", "٣", "9" * 40])
def test_an_installed_size_that_is_no_number_is_left_out(size: str) -> None:
    tree = tree_of((status(paragraph("app", more=f"Installed-Size: {size}\n")),))
    assert packages_of(tree)["app"].installed_size is None


def test_C52_distroless_keeps_a_file_a_package_and_its_paths_beside() -> None:
    tree = tree_of(
        (
            file("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12\nArchitecture: amd64\n"),
            file("var/lib/dpkg/status.d/base.md5sums", "d41d8cd98f00b204e9800998ecf8427e  etc/a  b\nno sum\n"),
        )
    )
    assert packages_of(tree)["base-files"].paths == ("etc/a  b",)
    assert len(packages_of(tree)) == 1


def test_a_package_that_stands_in_both_places_is_listed_once() -> None:
    text = paragraph("app")
    tree = tree_of((status(text), file("var/lib/dpkg/status.d/app", text)))
    assert len(list(PROBE.find(tree))) == 1


def test_a_package_belongs_to_the_layer_that_brought_this_version() -> None:
    tree = tree_of(
        (status(paragraph("base"), paragraph("upgraded", "1")),),
        (status(paragraph("base"), paragraph("upgraded", "1"), paragraph("added")),),
        (status(paragraph("base"), paragraph("upgraded", "2"), paragraph("added")),),
    )
    assert {name: package.layer for name, package in packages_of(tree).items()} == {
        "base": 0,
        "added": 1,
        "upgraded": 2,
    }


def test_a_layer_that_only_gives_the_file_of_a_package_another_mode_does_not_bring_it() -> None:
    path = "var/lib/dpkg/status.d/app"
    tree = tree_of((file(path, paragraph("app")),), (file(path, paragraph("app"), mode=0o600),))
    assert packages_of(tree)["app"].layer == 0


def test_a_package_that_was_gone_in_between_belongs_to_the_layer_that_brought_it_back() -> None:
    tree = tree_of((status(paragraph("app")),), (status(paragraph("other")),), (status(paragraph("app")),))
    assert packages_of(tree)["app"].layer == 2


def test_two_architectures_of_one_package_are_two_packages() -> None:
    tree = tree_of((status(paragraph("app"), paragraph("app").replace("amd64", "i386")),))
    assert [fact.architecture for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)] == ["amd64", "i386"]


def test_a_database_that_a_later_layer_removes_lists_nothing() -> None:
    assert not packages_of(tree_of((status(paragraph("app")),), (whiteout(STATUS),)))


def test_the_database_is_found_through_links() -> None:
    tree = tree_of((symlink("var/lib", "../usr/var"), file("usr/var/dpkg/status", "")), (status(paragraph("app")),))
    assert packages_of(tree)["app"].layer == 1


def test_an_image_without_a_database_has_no_packages() -> None:
    assert not packages_of(tree_of((directory("var/lib/dpkg"), directory(STATUS))))


@given(st.binary())
def test_any_bytes_are_parsed_without_an_error(content: bytes) -> None:
    for fields in parse_paragraphs(content):
        assert fields
        assert all(name == name.lower() for name in fields)
