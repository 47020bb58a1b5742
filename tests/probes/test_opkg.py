"""Packages of OpenWrt and Yocto: both places of the database, what packages own, and which layer brought them."""

from __future__ import annotations

import pytest

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes.opkg import PROBE
from tests.support.images import file, symlink
from tests.support.memory import tree_of

OPENWRT, YOCTO = "usr/lib/opkg", "var/lib/opkg"

STATUS = """Package: libubox20230523
Version: 2023-05-23-75a3b870-1
Depends: libc (>= 1.2), libjson-c5
Provides: libubox
Status: install ok installed
Architecture: x86_64
Installed-Time: 1700000000
Auto-Installed: yes

Package: gone
Version: 1
Status: deinstall ok not-installed

"""
CONTROL = """Package: libubox20230523
Version: older
Source: package/libs/libubox
SourceName: libubox
Section: libs
Installed-Size: 39383
Description: Basic utility library
"""


def packages_of(tree: FileTree) -> list[InstalledPackage]:
    return [fact for fact in PROBE.find(tree) if isinstance(fact, InstalledPackage)]


def paragraph(name: str, version: str = "1", *, status: str = "install user installed", more: str = "") -> str:
    return f"Package: {name}\nVersion: {version}\nStatus: {status}\n{more}\n"


@pytest.mark.parametrize("place", [OPENWRT, YOCTO])
def test_C52_a_package_has_what_status_and_control_say_in_either_place(place: str) -> None:
    info = f"{place}/info/libubox20230523"
    tree = tree_of(
        (
            file(f"{place}/status", STATUS),
            file(f"{info}.control", CONTROL),
            file(f"{info}.list", "/lib/libubox.so\t0100644\n/lib/caf\u00e9\n"),
        )
    )
    assert packages_of(tree) == [
        InstalledPackage(
            name="libubox20230523",
            version="2023-05-23-75a3b870-1",
            type="opkg",
            layer=0,
            architecture="x86_64",
            installed_size=39383,
            source="libubox",
            section="libs",
            needs=("libc", "libjson-c5"),
            provides=("libubox",),
            is_requested=False,
            paths=("/lib/libubox.so", "/lib/café"),
        )
    ]


def test_what_opkg_did_not_install_by_itself_was_asked_for() -> None:
    (found,) = packages_of(tree_of((file(f"{OPENWRT}/status", paragraph("app")),)))
    assert found.is_requested


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("install user installed", None),
        ("install user,hold installed", None),
        ("install ok unpacked", "unpacked"),
        ("install ok half-installed", "half-installed"),
    ],
)
def test_a_package_that_is_not_installed_to_the_end_tells_how_far_it_came(status: str, state: str | None) -> None:
    (found,) = packages_of(tree_of((file(f"{YOCTO}/status", paragraph("app", status=status)),)))
    assert found.state == state


@pytest.mark.parametrize("status", ["unknown ok not-installed", "deinstall ok config-files", "installed", ""])
def test_C52_what_was_removed_is_no_package(status: str) -> None:
    assert not packages_of(tree_of((file(f"{YOCTO}/status", paragraph("app", status=status)),)))


def test_C52_a_database_that_both_places_lead_to_is_read_once() -> None:
    tree = tree_of((symlink(YOCTO, "../../usr/lib/opkg"), file(f"{OPENWRT}/status", paragraph("app"))))
    assert [package.name for package in packages_of(tree)] == ["app"]


def test_a_package_belongs_to_the_layer_that_brought_this_version() -> None:
    path = f"{OPENWRT}/status"
    tree = tree_of((file(path, paragraph("a") + paragraph("b")),), (file(path, paragraph("a") + paragraph("b", "2")),))
    assert {package.name: package.layer for package in packages_of(tree)} == {"a": 0, "b": 1}
