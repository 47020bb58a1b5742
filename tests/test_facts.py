"""An inspected image, as rules and the terminal UI ask it."""

from __future__ import annotations

import pytest

from imgscope.facts import InspectedImage
from tests.support.images import BuiltLayer, file, hard_link, layer, symlink
from tests.support.memory import inspect


def image_of(*layers: BuiltLayer, lost: BuiltLayer | None = None) -> InspectedImage:
    return inspect(*layers, replaced={lost.digest: None} if lost else {}).image


@pytest.mark.parametrize(
    ("created_by", "instruction"),
    [
        ("RUN /bin/sh -c a \\\n   && b # buildkit", "RUN a \\ && b"),
        ("bazel build\n\t//app:image", "bazel build //app:image"),
        ("", None),
        ("  ", None),
    ],
)
def test_an_instruction_is_one_line_whoever_wrote_it(created_by: str, instruction: str | None) -> None:
    assert image_of(layer(created_by=created_by)).instruction(0) == instruction


def test_the_files_of_a_package_are_those_that_are_there_each_counted_once() -> None:
    image = image_of(
        layer(
            file("lib/apk/db/installed", "P:app\nV:1\nF:bin\nR:app\nR:again\nR:gone\nR:link\nF:lib\nR:moved\n"),
            file("bin/app", "12345"),
            hard_link("bin/again", "bin/app"),
            symlink("bin/link", "app"),
            file("usr/bin/other", "other"),
        )
    )
    (package,) = image.packages
    assert [node.path for node in image.files_of(package)] == ["bin/app"]
    assert image.size_of_package(package) == 5
    app, other = image.tree.get("bin/app"), image.tree.get("usr/bin/other")
    assert app is not None
    assert other is not None
    assert image.owner(app) is package
    assert image.owner(other) is None


def test_the_files_of_a_package_are_found_through_the_links_of_a_merged_usr() -> None:
    image = image_of(
        layer(
            symlink("lib", "usr/lib"),
            file("usr/lib/apk/db/installed", "P:a\nV:1\nF:lib\nR:a.so\n"),
            file("usr/lib/a.so", "x"),
        )
    )
    assert [node.path for node in image.files_of(image.packages[0])] == ["usr/lib/a.so"]


def test_a_file_that_a_distribution_and_a_language_list_belongs_to_the_distribution_and_is_counted_once() -> None:
    site = "usr/lib/python3/dist-packages"
    image = image_of(
        layer(
            file("var/lib/dpkg/status", "Package: python3-a\nStatus: install ok installed\nVersion: 1\n\n"),
            file("var/lib/dpkg/info/python3-a.list", f"/{site}/a-1.egg-info\n/{site}/a.py\n"),
            file(f"{site}/a-1.egg-info", "Name: a\nVersion: 1\n"),
            file(f"{site}/a.py", "x"),
            file(f"{site}/b-1.dist-info/METADATA", "Name: b\nVersion: 1\n"),
            file(f"{site}/b-1.dist-info/RECORD", "a.py,,\nb.py,,\n"),
            file(f"{site}/b.py", "xyz"),
            file("srv/data", "data"),
        )
    )
    found = ((node.path, image.owner(node)) for node in image.tree.files)
    owners = {path: (owner.type, owner.name) for path, owner in found if owner is not None}
    assert owners == {
        f"{site}/a-1.egg-info": ("deb", "python3-a"),
        f"{site}/a.py": ("deb", "python3-a"),
        f"{site}/b.py": ("python", "b"),
        f"{site}/b-1.dist-info/METADATA": ("python", "b"),
        f"{site}/b-1.dist-info/RECORD": ("python", "b"),
    }
    counted = sum(image.size_of_package(package) for package in image.packages)
    unowned = sum(node.size for node in image.unowned())
    assert counted + unowned == sum(node.size for node in image.tree.files)
    sizes = {(package.type, package.name): image.size_of_package(package) for package in image.packages}
    assert sizes["python", "a"] == 0
    assert sizes["deb", "python3-a"] == len("Name: a\nVersion: 1\n") + 1
    shared = next(package for package in image.packages if package.name == "b")
    assert f"{site}/a.py" in [node.path for node in image.files_of(shared)]


def test_what_no_package_owns_is_every_other_file_once() -> None:
    image = image_of(
        layer(
            file("lib/apk/db/installed", "P:app\nV:1\nF:bin\nR:app\n"),
            file("bin/app", "12345"),
            file("srv/data", "data"),
            hard_link("srv/again", "srv/data"),
            symlink("srv/link", "data"),
        )
    )
    assert [node.path for node in image.unowned()] == ["lib/apk/db/installed", "srv/data"]


def test_content_that_a_package_has_by_another_name_is_its_own() -> None:
    image = image_of(
        layer(
            file("cache/app", "12345"),
            hard_link("usr/bin/app", "cache/app"),
            file("lib/apk/db/installed", "P:app\nV:1\nF:usr/bin\nR:app\n"),
        )
    )
    (package,) = image.packages
    assert image.size_of_package(package) == 5
    for path in ("cache/app", "usr/bin/app"):
        node = image.tree.get(path)
        assert node is not None
        assert image.owner(node) is package


def test_of_several_names_for_one_content_one_counts() -> None:
    image = image_of(layer(file("a", "x"), hard_link("b", "a"), symlink("c", "a")))
    assert [node.path for node in image.tree.nodes if image.counts(node)] == ["a"]


def test_an_image_is_complete_below_the_first_layer_that_could_not_be_read() -> None:
    lost = layer(file("lost", "x"))
    image = image_of(layer(file("a", "a")), lost, layer(file("b", "b")), lost=lost)
    assert [image.is_complete_below(layer) for layer in range(3)] == [True, True, False]
    assert not image.is_complete
    assert image_of(layer(file("a", "a"))).is_complete
