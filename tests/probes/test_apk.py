"""Packages of Alpine: both places of the database, what packages own, and which layer brought them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes.apk import PROBE, parse_installed
from tests.support.images import file, symlink
from tests.support.memory import tree_of

V2, V3 = "lib/apk/db/installed", "usr/lib/apk/db/installed"

BUSYBOX = """C:Q1abc=
P:busybox
V:1.36.1-r15
A:x86_64
S:500000
I:950272
o:busybox
D:musl>=1.2 so:libc.musl-x86_64.so.1 !old
p:/bin/sh cmd:ash=1.36.1-r15
F:
R:root-file
F:bin
M:0:0:755
R:busybox
a:0:0:755
Z:Q1def=
F:etc/securetty.d
"""


def packages_of(tree: FileTree) -> list[InstalledPackage]:
    return [fact for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)]


def record(name: str, version: str = "1") -> str:
    return f"P:{name}\nV:{version}\n\n"


@pytest.mark.parametrize("path", [V2, V3])
def test_C52_a_package_has_what_its_paragraph_says_in_either_place(path: str) -> None:
    assert packages_of(tree_of((file(path, BUSYBOX),))) == [
        InstalledPackage(
            name="busybox",
            version="1.36.1-r15",
            type="apk",
            layer=0,
            architecture="x86_64",
            installed_size=950272,
            source="busybox",
            needs=("musl", "so:libc.musl-x86_64.so.1"),
            provides=("/bin/sh", "cmd:ash"),
            paths=("root-file", "bin/busybox"),
        )
    ]


def test_the_world_file_says_which_packages_were_asked_for() -> None:
    installed = record("app") + record("lib") + "P:.deps\nV:1\nD:gcc\n\n" + record("gcc")
    tree = tree_of((file(V2, installed), file("etc/apk/world", "app>=1\n.deps=20240101\n")))
    requested = {package.name: package.is_requested for package in packages_of(tree)}
    assert requested == {"app": True, "lib": False, ".deps": True, "gcc": False}


def test_what_provides_a_name_of_the_world_file_was_asked_for() -> None:
    libpq = "P:libpq\nV:17\np:so:libpq.so.5=5.17 cmd:pg_config=17\n\n"
    installed = libpq + "P:git\nV:2\nD:so:libpq.so.5\n\n" + "P:vim\nV:9\np:cmd:vi=9\n\n"
    tree = tree_of((file(V2, installed), file("etc/apk/world", "git\nso:libpq.so.5@edge\n!cmd:vi\n")))
    assert {package.name: package.is_requested for package in packages_of(tree)} == {
        "libpq": True,
        "git": True,
        "vim": False,
    }


def test_what_apk_adds_by_itself_comes_along_with_what_it_was_added_for() -> None:
    installed = "P:bash\nV:1\n\nP:docs\nV:1\np:cmd:man=1\n\nP:bash-doc\nV:1\ni:bash=1 cmd:man\n\n"
    found = {package.name: package.recommends for package in packages_of(tree_of((file(V2, installed),)))}
    assert found == {"bash": ("bash-doc",), "docs": ("bash-doc",), "bash-doc": ()}


def test_a_virtual_package_is_listed_and_needs_what_it_was_made_of() -> None:
    installed = "P:.build-deps\nV:20240101.000000\nA:noarch\nD:gcc make\n\nP:gcc\nV:1\n\n"
    virtual, _ = packages_of(tree_of((file(V2, installed),)))
    assert (virtual.name, virtual.needs) == (".build-deps", ("gcc", "make"))


def test_C52_a_database_that_both_places_lead_to_is_read_once() -> None:
    tree = tree_of((symlink("lib", "usr/lib"), file(V3, record("musl") + record("busybox"))))
    assert [package.name for package in packages_of(tree)] == ["musl", "busybox"]


def test_C52_two_databases_add_up() -> None:
    tree = tree_of((file(V2, record("musl") + record("old")), file(V3, record("musl") + record("new"))))
    assert sorted(package.name for package in packages_of(tree)) == ["musl", "new", "old"]


def test_a_package_belongs_to_the_layer_that_brought_this_version() -> None:
    tree = tree_of(
        (file(V2, record("musl") + record("ssl", "1")),),
        (file(V2, record("musl") + record("ssl", "2") + record(".build-deps")),),
    )
    assert {package.name: package.layer for package in packages_of(tree)} == {"musl": 0, "ssl": 1, ".build-deps": 1}


def test_the_layers_of_a_database_moved_into_usr_are_found() -> None:
    tree = tree_of((symlink("lib", "usr/lib"), file(V3, record("musl"))), (file(V3, record("musl") + record("added")),))
    assert {package.name: package.layer for package in packages_of(tree)} == {"musl": 0, "added": 1}


def test_paths_keep_bytes_that_are_no_UTF_8_and_names_do_not() -> None:
    (found,) = packages_of(tree_of((file(V2, b"P:caf\xe9\nV:1\nF:d\xff\nR:f\xfe\n"),)))
    assert found.name == "caf�"
    assert found.paths == ("d\udcff/f\udcfe",)


@given(st.binary())
def test_any_bytes_are_parsed_without_an_error(content: bytes) -> None:
    for found in parse_installed(content):
        name, version, _ = found.key
        assert name.encode()
        assert version.encode()
