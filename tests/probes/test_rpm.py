"""Packages of Fedora, SUSE and their relatives: every place of the database, and which layer brought what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import ImgscopeError
from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes._rpm_manifest import parse_manifest
from imgscope.probes.rpm import PROBE
from tests.support.images import directory, file, layer, symlink, whiteout
from tests.support.memory import inspect, tree_of
from tests.support.rpm_headers import DATA, header, ndb_of, sqlite_of

PLACES = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"]
MANIFEST = "var/lib/rpmmanifest/container-manifest-2"
NDB = (DATA / "Packages.db").read_bytes()
BERKELEY = (DATA / "Packages.big-endian").read_bytes()


def packages_of(tree: FileTree) -> list[InstalledPackage]:
    return [fact for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)]


def names(tree: FileTree) -> list[str]:
    return sorted(package.name for package in packages_of(tree))


def app(name: str = "app", version: str = "1") -> bytes:
    return header({1000: name, 1001: version, 1002: "1", 1022: "noarch"})


def test_a_package_has_what_its_header_says() -> None:
    (found,) = [each for each in packages_of(tree_of((file("var/lib/rpm/Packages.db", NDB),))) if each.name == "app"]
    assert found == InstalledPackage(
        name="app",
        version="1:2.1-3.el9",
        type="rpm",
        layer=0,
        architecture="noarch",
        installed_size=1275,
        source="app",
        section="Tests",
        needs=("library", "other", "base"),
        recommends=("extra",),
        paths=("/opt/app/bin/app", "/opt/app/größe", "/usr/bin/app"),
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("name", "content"),
    [("rpmdb.sqlite", sqlite_of([app()])), ("Packages.db", ndb_of(app())), ("Packages", BERKELEY)],
    ids=["sqlite", "ndb", "Berkeley DB"],
)
def test_C53_the_database_is_found_in_every_place(place: str, name: str, content: bytes) -> None:
    assert "app" in names(tree_of((file(f"{place}/{name}", content),)))


def test_C53_the_directory_may_be_a_link_and_is_read_once() -> None:
    tree = tree_of((symlink(PLACES[0], "../../usr/lib/sysimage/rpm"), file(f"{PLACES[1]}/Packages.db", ndb_of(app()))))
    assert names(tree) == ["app"]


def test_C53_a_link_to_a_place_that_nobody_knows_is_a_failure_and_no_empty_list() -> None:
    tree = tree_of((symlink(PLACES[0], "../../srv/rpm"), file("srv/rpm/Packages", BERKELEY)))
    with pytest.raises(ImgscopeError, match="leads to /srv/rpm/Packages, which was not kept"):
        packages_of(tree)


def test_a_database_that_was_left_when_another_format_replaced_it_is_not_read() -> None:
    tree = tree_of(
        (file(f"{PLACES[0]}/Packages", BERKELEY), file(f"{PLACES[0]}/rpmdb.sqlite", sqlite_of([app("new")])))
    )
    assert names(tree) == ["new"]


def test_an_empty_database_does_not_hide_one_of_another_format() -> None:
    tree = tree_of((file(f"{PLACES[0]}/Packages.db", ndb_of(app())), file(f"{PLACES[0]}/rpmdb.sqlite", sqlite_of([]))))
    assert names(tree) == ["app"]


def test_databases_in_two_places_add_up() -> None:
    both = [app("both"), app("one")], [app("both"), app("two")]
    tree = tree_of(
        tuple(file(f"{place}/rpmdb.sqlite", sqlite_of(each)) for place, each in zip(PLACES, both, strict=False))
    )
    assert names(tree) == ["both", "one", "two"]


def test_signing_keys_are_no_packages() -> None:
    assert names(tree_of((file(f"{PLACES[0]}/rpmdb.sqlite", sqlite_of([app(), app("gpg-pubkey")])),))) == ["app"]


def test_a_package_belongs_to_the_layer_that_brought_this_version() -> None:
    path = f"{PLACES[1]}/rpmdb.sqlite"
    tree = tree_of(
        (file(path, sqlite_of([app("base"), app("upgraded")])),),
        (file(path, sqlite_of([app("base"), app("upgraded", "2"), app("added")])),),
    )
    assert {each.name: each.layer for each in packages_of(tree)} == {"base": 0, "upgraded": 1, "added": 1}


def test_a_database_that_is_damaged_gives_what_is_left_of_it_and_is_a_failure() -> None:
    report = inspect(layer(file("var/lib/rpm/rpmdb.sqlite", sqlite_of([app(), b"nonsense"])))).report
    assert [package.name for package in report.packages] == ["app"]
    assert [failure.message for failure in report.failures] == [
        "/var/lib/rpm/rpmdb.sqlite cannot be read completely: the header of a package does not begin as a header does"
    ]


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_changes_that_are_not_in_the_database_yet_are_said(suffix: str) -> None:
    path = "var/lib/rpm/rpmdb.sqlite"
    report = inspect(layer(file(path, sqlite_of([app()])), file(path + suffix, bytes(4096)))).report
    (failure,) = report.failures
    assert failure.message.startswith(f"/{path}{suffix} has 4,096 bytes of changes")
    assert [package.name for package in report.packages] == ["app"]


def test_an_empty_log_beside_the_database_is_what_rpm_leaves() -> None:
    path = "var/lib/rpm/rpmdb.sqlite"
    assert inspect(layer(file(path, sqlite_of([app()])), file(f"{path}-wal"))).report.complete


def test_C53_distroless_has_a_manifest_instead() -> None:
    rows = (
        "openssl 1.1.1k-20.cm2 1700000000 1690000000 Microsoft (none) 1234 x86_64 0 openssl-1.1.1k-20.cm2.src.rpm",
        "with-epoch 2-1.cm2 1 1 Microsoft 3 many noarch 3 (none)",
        "too few fields",
        " 1        ",
    )
    lines = "".join(f"{row}\n" for row in rows).replace(" ", "\t")
    assert packages_of(tree_of((file(MANIFEST, lines),))) == [
        InstalledPackage(
            name="openssl",
            version="1.1.1k-20.cm2",
            type="rpm",
            layer=0,
            architecture="x86_64",
            installed_size=1234,
            source="openssl",
        ),
        InstalledPackage(name="with-epoch", version="3:2-1.cm2", type="rpm", layer=0, architecture="noarch"),
    ]


@given(st.binary() | st.text("a1-.\t\n(none)").map(str.encode))
def test_any_bytes_are_parsed_as_a_manifest_without_an_error(content: bytes) -> None:
    for package in parse_manifest(content):
        assert package.name
        assert package.version


def test_a_database_that_a_later_layer_removes_lists_nothing() -> None:
    path = "var/lib/rpm/Packages.db"
    assert not names(tree_of((file(path, ndb_of(app())),), (whiteout(path),)))


def test_an_image_without_a_database_has_no_packages() -> None:
    assert not names(tree_of((directory("var/lib/rpm"), directory("var/lib/rpm/Packages"))))


def test_what_needs_a_package_is_known_by_what_it_provides_and_owns() -> None:
    report = inspect(layer(file("var/lib/rpm/Packages.db", NDB))).report
    assert {each.name: each.required_by for each in report.packages if each.required_by} == {
        "base": ("app", "many"),
        "library": ("app",),
    }
