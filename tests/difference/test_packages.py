"""Which packages differ between two images."""

from __future__ import annotations

import time

from imgscope.difference.document import PackageChange
from imgscope.difference.packages import compare_packages
from imgscope.facts import InspectedImage, InstalledPackage
from tests.support.images import Entry, file, layer
from tests.support.memory import inspect
from tests.support.package import package


def apk(*packages: str, **contents: str) -> InspectedImage:
    """An image with packages written `name version`, each of which owns `bin/NAME` if `contents` has that."""
    database = "".join(
        f"P:{name}\nV:{version}\nA:x86_64\nF:bin\nR:{name}\n\n" for name, version in (each.split() for each in packages)
    )
    files: list[Entry] = [file(f"bin/{name}", content) for name, content in contents.items()]
    return inspect(layer(file("lib/apk/db/installed", database), *files)).image


def test_added_removed_and_other_versions_are_told_with_their_bytes() -> None:
    old = apk("a 1", "b 1", "c 1", a="12", b="345", c="1")
    new = apk("a 2", "c 1", "d 4", a="12345", c="1", d="4444")
    assert compare_packages(old, new) == (
        PackageChange(name="a", type="apk", architecture="x86_64", old_version="1", new_version="2", delta=3),
        PackageChange(name="b", type="apk", architecture="x86_64", old_version="1", delta=-3),
        PackageChange(name="d", type="apk", architecture="x86_64", new_version="4", delta=4),
    )


def test_the_same_packages_are_no_difference_even_where_their_files_are() -> None:
    assert compare_packages(apk("a 1", a="1"), apk("a 1", a="22")) == ()


def node(**versions: str) -> InspectedImage:
    """An image with Node modules, each at a place of its own, called `PLACE=NAME@VERSION`."""
    entries = []
    for place, named in versions.items():
        name, _, version = named.partition("@")
        entries.append(
            file(f"srv/{place}/node_modules/{name}/package.json", f'{{"name":"{name}","version":"{version}"}}')
        )
    return inspect(layer(*entries)).image


def holding(packages: list[InstalledPackage]) -> InspectedImage:
    """An image of which only its packages are known."""
    empty = inspect(layer()).image
    return InspectedImage(
        tree=empty.tree,
        config=empty.config,
        origins=empty.origins,
        distro=empty.distro,
        libc=empty.libc,
        packages=tuple(packages),
    )


def test_of_a_name_in_several_versions_only_those_are_told_that_one_image_has() -> None:
    changes = compare_packages(node(a="m@1", b="m@2", c="m@3"), node(a="m@2", b="m@4", c="m@3"))
    assert [(each.name, each.old_version, each.new_version) for each in changes] == [("m", "1", "4")]
    changes = compare_packages(node(a="m@1"), node(a="m@1", b="m@1"))
    assert [(each.name, each.old_version, each.new_version) for each in changes] == [("m", None, "1")]


def test_very_many_versions_of_a_name_are_matched_in_no_more_time_than_they_are_many() -> None:
    versions = [package("m", version=str(number), type="npm") for number in range(15_001)]
    old, new = holding(versions[:-1]), holding(versions[:0:-1])
    started = time.thread_time()
    (change,) = compare_packages(old, new)
    assert time.thread_time() - started < 1
    assert (change.old_version, change.new_version) == ("0", "15000")


def test_where_nothing_tells_a_package_s_files_its_bytes_are_not_told() -> None:
    database = "P:bare\nV:1\n\n"
    old = inspect(layer(file("lib/apk/db/installed", ""))).image
    new = inspect(layer(file("lib/apk/db/installed", database))).image
    (change,) = compare_packages(old, new)
    assert change.delta is None
