"""The files of an image as they are listed."""

from __future__ import annotations

from typing import Any

import pytest

from imgscope.errors import UsageError
from imgscope.facts import InspectedImage
from imgscope.inside.listing import list_image, list_layer
from tests.support.images import (
    BuiltLayer,
    Entry,
    device,
    directory,
    fifo,
    file,
    hard_link,
    layer,
    opaque,
    symlink,
    whiteout,
)
from tests.support.memory import inspect


def image_of(*layers: BuiltLayer | tuple[Entry, ...]) -> InspectedImage:
    return inspect(*(each if isinstance(each, BuiltLayer) else layer(*each) for each in layers)).image


def names(image: InspectedImage, path: str = "", **how: Any) -> list[str]:
    return [listed.path for listed in list_image(image, path, **how).paths]


def changes(image: InspectedImage, number: int, path: str = "", **how: Any) -> list[tuple[str | None, str, int]]:
    return [(each.change, each.path, each.state.size) for each in list_layer(image, number, path, **how).paths]


TREE = (
    directory("etc"),
    file("etc/passwd", "root:x:0:0::/root:\nweb:x:33:33::/srv:\n", mode=0o640, uid=33, gid=7),
    file("etc/group", "root:x:0:\nadm:x:4:\n"),
    symlink("link", "etc"),
    symlink("dangling", "nowhere"),
    file("usr/big", "x" * 5000),
    hard_link("usr/bigger", "usr/big"),
    device("null", 1, 3, mode=0o666),
    fifo("pipe"),
)


def test_a_directory_is_listed_by_name_and_the_size_of_one_in_it_is_that_of_all_below() -> None:
    found = {each.path: each for each in list_image(image_of(TREE)).paths}
    assert list(found) == ["dangling", "etc", "link", "null", "pipe", "usr"]
    assert (found["usr"].state.size, found["usr"].state.files, found["usr"].links) == (5000, 1, None)
    assert (found["etc"].state.files, found["link"].state.target) == (2, "etc")
    assert [found[name].mode for name in ("etc", "link", "null", "pipe", "usr")] == [
        "drwxr-xr-x", "lrwxrwxrwx", "crw-rw-rw-", "prw-r--r--", "drwxr-xr-x",
    ]  # fmt: skip
    assert found["null"].state.device == "1:3"


def test_a_file_is_listed_itself_with_owner_names_as_the_image_has_them() -> None:
    listing = list_image(image_of(TREE), "/etc/passwd")
    (listed,) = listing.paths
    assert listing.directory is None
    assert (listed.mode, listed.user, listed.group, listed.links, listed.layer) == ("-rw-r-----", "web", None, 1, 0)
    assert (listed.state.uid, listed.state.gid, listed.name) == (33, 7, "passwd")


def test_names_of_one_content_are_counted() -> None:
    assert [each.links for each in list_image(image_of(TREE), "usr").paths] == [2, 2]


def test_links_to_the_path_are_followed_and_one_that_leads_nowhere_is_listed_itself() -> None:
    image = image_of(TREE)
    assert names(image, "link") == ["etc/group", "etc/passwd"]
    assert list_image(image, "link").directory == "etc"
    assert names(image, "dangling") == ["dangling"]
    assert names(image, "link/../link/passwd") == ["etc/passwd"]
    assert names(image, "link", directory=True) == ["link"]
    assert names(image, "link/.", directory=True) == ["etc"]
    assert names(image, "/", directory=True) == [""]


def test_everything_below_is_listed_as_a_tree_is_walked_or_the_largest_first() -> None:
    image = image_of((file("b/c", "1"), file("b-c", "333"), file("a", "22"), file("b/a/x", "4444")))
    assert names(image, recursive=True) == ["a", "b", "b/a", "b/a/x", "b/c", "b-c"]
    assert names(image, recursive=True, order="size") == ["b", "b/a", "b/a/x", "b-c", "a", "b/c"]
    assert names(image, order="size") == ["b", "b-c", "a"]
    assert names(image, "b", directory=True) == ["b"]


def test_the_layer_and_the_package_of_each_are_told() -> None:
    image = image_of(
        (
            file("var/lib/dpkg/status", "Package: tool\nStatus: install ok installed\nVersion: 2\n\n"),
            file("var/lib/dpkg/info/tool.list", "/usr/tool\n"),
            file("usr/tool", "x"),
        ),
        (file("usr/other", "x"),),
    )
    assert [(each.name, each.layer, each.package) for each in list_image(image, "usr").paths] == [
        ("other", 1, None),
        ("tool", 0, "tool"),
    ]


def test_what_is_not_there_is_a_usage_error_that_names_what_comes_close() -> None:
    with pytest.raises(UsageError, match="there is no /etc/passwrd in the image") as raised:
        list_image(image_of(TREE), "etc/passwrd")
    assert raised.value.hint == "did you mean /etc/passwd?"


@pytest.mark.parametrize("path", ["d/secret", "/d/secret", "e/x", "e"])
def test_what_a_later_layer_removed_is_told_with_that_layer(path: str) -> None:
    image = image_of(
        (directory("d"), file("d/secret", "x"), directory("e"), file("e/x", "y")), (whiteout("d/secret"), whiteout("e"))
    )
    with pytest.raises(UsageError, match="in the image any more: layer 1 removed it") as raised:
        list_image(image, path)
    shown = f"/{path.strip('/')}"
    assert raised.value.hint == (
        f"imgscope why IMAGE {shown} tells which layers ship it; with --layer 0, cat shows a file as it was"
    )


LAYERS = (
    (directory("d"), file("d/a", "1"), file("d/b", "22"), file("d/c", "333"), directory("e"), file("e/x", "4444")),
    (file("d/a", "new"), file("d/b", "22", mode=0o600), whiteout("d/c"), file("n/f", "55555"), whiteout("e")),
)


def test_a_layer_lists_what_it_added_changed_re_moded_and_removed() -> None:
    image = image_of(*LAYERS)
    assert changes(image, 1, recursive=True) == [
        ("modified", "d/a", 3),
        ("metadata", "d/b", 2),
        ("removed", "d/c", 3),
        ("removed", "e", 4),
        ("removed", "e/x", 4),
        ("added", "n", 5),
        ("added", "n/f", 5),
    ]
    assert changes(image, 1) == [(None, "d", 5), ("removed", "e", 4), ("added", "n", 5)]
    assert changes(image, 1, "d/c") == [("removed", "d/c", 3)]
    assert changes(image, 1, "e") == [("removed", "e/x", 4)]


def test_a_layer_that_empties_a_directory_removed_what_was_in_it() -> None:
    image = image_of(LAYERS[0], (directory("d"), opaque("d"), file("d/z", "1")))
    assert [(kind, path) for kind, path, _ in changes(image, 1, recursive=True)] == [
        ("removed", "d/a"), ("removed", "d/b"), ("removed", "d/c"), ("added", "d/z"),
    ]  # fmt: skip


def test_of_a_path_that_a_layer_left_alone_nothing_is_listed() -> None:
    image = image_of((file("a"), file("d/b")), (file("c"),))
    assert changes(image, 1, "d") == []
    assert changes(image, 1, "a") == []
    with pytest.raises(UsageError, match="there is no /nowhere"):
        list_layer(image, 1, "nowhere")


@pytest.mark.parametrize(
    ("layers", "hint"), [((), "the image has none"), (((file("a"),), (file("b"),)), "there are layers 0 to 1")]
)
def test_a_layer_that_there_is_not_is_a_usage_error(layers: tuple[tuple[Entry, ...], ...], hint: str) -> None:
    with pytest.raises(UsageError, match="there is no layer 2") as raised:
        list_layer(image_of(*layers), 2)
    assert raised.value.hint == hint
