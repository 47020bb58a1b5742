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


def test_of_several_names_for_one_content_one_counts() -> None:
    image = image_of(layer(file("a", "x"), hard_link("b", "a"), symlink("c", "a")))
    assert [node.path for node in image.tree.nodes if image.counts(node)] == ["a"]


def test_an_image_is_complete_below_the_first_layer_that_could_not_be_read() -> None:
    lost = layer(file("lost", "x"))
    image = image_of(layer(file("a", "a")), lost, layer(file("b", "b")), lost=lost)
    assert [image.is_complete_below(layer) for layer in range(3)] == [True, True, False]
    assert not image.is_complete
    assert image_of(layer(file("a", "a"))).is_complete
