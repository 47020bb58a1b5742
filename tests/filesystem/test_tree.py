from __future__ import annotations

import pytest
from msgspec.structs import replace

from imgscope.filesystem.stack import stack
from imgscope.layer.index import Anomaly, LayerIndex
from tests.filesystem.layers import directory, file, hard_link, layer, symlink

TREE = stack(
    [
        layer(
            directory("etc"),
            file("usr/lib/os-release", b"ID=x"),
            symlink("etc/os-release", "../usr/lib/os-release"),
            symlink("lib", "/usr/lib"),
            symlink("usr/lib64", "lib"),
            symlink("up", "../../../usr"),
            symlink("dangling", "nowhere/at/all"),
            symlink("one", "two"),
            symlink("two", "one"),
            symlink("self", "self/self"),
            captured={"usr/lib/os-release": b"ID=x"},
        )
    ]
)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("usr/lib/os-release", "usr/lib/os-release"),
        ("/usr//lib/./os-release", "usr/lib/os-release"),
        ("etc/os-release", "usr/lib/os-release"),
        ("lib/os-release", "usr/lib/os-release"),
        ("usr/lib64/os-release", "usr/lib/os-release"),
        ("up/lib/os-release", "usr/lib/os-release"),
        ("lib/../lib/os-release", "usr/lib/os-release"),
        ("lib/..", "usr"),
        ("../../etc", "etc"),
        ("", ""),
        ("dangling", None),
        ("none", None),
        ("one", None),
        ("self", None),
        ("usr/lib/os-release/more", None),
        ("usr/lib/os-release/..", None),
        ("usr/lib/os-release/.", None),
    ],
)
def test_C46_links_are_followed_inside_the_image(path: str, leads_to: str | None) -> None:
    node = TREE.resolve(path)
    assert (node.path if node else None) == leads_to


@pytest.mark.parametrize(("hops", "arrives"), [(40, True), (41, False)])
def test_C46_forty_hops_are_followed_and_no_more(hops: int, arrives: bool) -> None:
    chain = [symlink(f"link{number}", f"link{number + 1}") for number in range(hops - 1)]
    tree = stack([layer(file("end"), *chain, symlink(f"link{hops - 1}", "end"))])
    assert (tree.resolve("link0") is tree.get("end")) is arrives


def test_relative_paths_start_where_they_are_told() -> None:
    base = TREE.get("etc")
    assert TREE.resolve("../usr/lib", base=base) is TREE.get("usr/lib")
    assert TREE.resolve("/usr/lib", base=base) is TREE.get("usr/lib")


def test_locating_follows_the_links_above_a_path_and_not_the_path_itself() -> None:
    assert TREE.locate("lib/os-release") is TREE.get("usr/lib/os-release")
    assert TREE.locate("/etc/os-release") is TREE.get("etc/os-release")
    assert TREE.locate("") is TREE.root
    assert TREE.locate("none/x") is None
    assert TREE.locate("usr/lib/os-release/x") is None


def test_captured_content_is_found_through_links() -> None:
    assert TREE.captured("etc/os-release") == b"ID=x"
    assert TREE.captured("etc") is None
    assert TREE.captured("none") is None


def test_captured_content_is_that_of_the_layer_that_has_the_file() -> None:
    tree = stack(
        [
            layer(file("status", b"old"), captured={"status": b"old"}),
            layer(file("status", b"new!"), captured={"status": b"new!"}),
            layer(hard_link("again", "status")),
        ]
    )
    assert tree.captured("status") == b"new!"
    assert tree.captured("again") == b"new!"
    assert tree.captured_versions("status") == [(0, b"old"), (1, b"new!")]


def test_sizes_add_up_to_the_root_and_count_each_content_once() -> None:
    tree = stack([layer(file("a/b/x", b"123"), file("a/y", b"4567"), hard_link("c/z", "a/y"), symlink("l", "a"))])
    sizes = {node.path: tree.size_of(node) for node in tree.nodes}
    assert sizes == {"": 7, "a": 7, "a/b": 3, "a/b/x": 3, "a/y": 4, "c": 0, "c/z": 0, "l": 0}


def test_nodes_come_parents_first_and_in_order() -> None:
    tree = stack([layer(file("b/y"), file("a"), file("b/x"), file("b-"))])
    assert [node.path for node in tree.nodes] == ["", "a", "b", "b/x", "b/y", "b-"]


def test_hard_links_to_files_whose_content_was_not_kept_are_told_unless_a_layer_says_why() -> None:
    lower = layer(
        file("store/a", b"1"), file("store/b", b"2"), hard_link("etc/b", "store/b"), captured={"store/b": b"2"}
    )
    upper = layer(hard_link("etc/a", "store/a"), hard_link("etc/other", "store/a"), hard_link("etc/none", "none"))

    def told(*layers: LayerIndex) -> list[str]:
        return [node.path for node in stack(layers).unkept_links(lambda path: path != "etc/other")]

    def too_large(path: str) -> tuple[Anomaly, ...]:
        return (Anomaly(path=path, message="is larger than what is read of such a file"),)

    assert told(lower, upper) == ["etc/a"]
    assert told(replace(lower, error="ends early"), upper) == []
    assert told(replace(lower, anomalies=too_large("store/a")), upper) == []
    assert told(lower, replace(upper, anomalies=too_large("etc/a"))) == []
