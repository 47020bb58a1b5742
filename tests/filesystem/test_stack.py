from __future__ import annotations

import itertools
import time

import pytest

from imgscope.filesystem.stack import stack
from imgscope.layer.index import EntryType, LayerEntry
from imgscope.limits import Limits
from tests.filesystem.layers import (
    directory,
    file,
    hard_link,
    layer,
    opaque,
    paths,
    remarks,
    symlink,
    whiteout,
)

BASE = layer(directory("a"), file("a/one", b"1"), file("a/two", b"22"), directory("a/b"), file("a/b/three", b"333"))


def test_layers_add_up() -> None:
    tree = stack([BASE, layer(file("a/four"), file("top"))])
    assert paths(tree) == ["a/", "a/b/", "a/b/three", "a/four", "a/one", "a/two", "top"]
    assert remarks(tree) == []


def test_directories_that_no_layer_lists_are_there() -> None:
    tree = stack([layer(file("x/y/z"))])
    assert paths(tree) == ["x/", "x/y/", "x/y/z"]
    node = tree.get("x/y")
    assert node is not None
    assert node.entry is None


@pytest.mark.parametrize("removed", ["a/one", "a/b"])
def test_C42_a_whiteout_removes_what_lower_layers_have(removed: str) -> None:
    tree = stack([BASE, layer(whiteout(removed))])
    assert tree.get(removed) is None
    assert tree.get("a/two") is not None
    assert remarks(tree) == []


def test_C42_whiteouts_act_on_lower_layers_only_in_whichever_order_they_come() -> None:
    entries = (whiteout("a/b"), directory("a/b"), file("a/b/new"), opaque("c"), file("c/new"), file("d"))
    for order in itertools.permutations(entries):
        tree = stack([BASE, layer(file("c/old")), layer(*order)])
        assert paths(tree) == ["a/", "a/b/", "a/b/new", "a/one", "a/two", "c/", "c/new", "d"]


def test_C42_a_path_both_removed_and_present_in_one_layer_is_remarked() -> None:
    tree = stack([BASE, layer(file("a/one", b"new"), whiteout("a/one"))])
    node = tree.get("a/one")
    assert node is not None
    assert node.size == 3
    assert remarks(tree) == [
        ("a/one", "is in one layer both removed and present, which runtimes read differently"),
    ]


def test_C42_a_path_that_is_removed_and_has_something_below_it_in_one_layer_is_remarked_once() -> None:
    tree = stack([BASE, layer(file("a/new", b"new"), whiteout("a"), file("a/deep/er"))])
    assert paths(tree) == ["a/", "a/deep/", "a/deep/er", "a/new"]
    assert remarks(tree) == [("a", "is in one layer both removed and present, which runtimes read differently")]


def test_a_whiteout_of_nothing_is_remarked() -> None:
    tree = stack([BASE, layer(whiteout("a/none"), whiteout("none/none"))])
    assert remarks(tree) == [
        ("a/none", "is removed without being in a lower layer"),
        ("none/none", "is removed without being in a lower layer"),
    ]


def test_C43_an_opaque_whiteout_empties_the_directory_of_lower_layers() -> None:
    tree = stack([BASE, layer(file("a/new"), opaque("a"))])
    assert paths(tree) == ["a/", "a/new"]


def test_C43_an_opaque_root_empties_the_image() -> None:
    assert paths(stack([BASE, layer(opaque(""), file("only"))])) == ["only"]


@pytest.mark.parametrize("name", [".wh.", ".wh..", ".wh..."])
def test_C43_a_whiteout_that_names_nothing_is_remarked(name: str) -> None:
    tree = stack([BASE, layer(file(f"a/{name}"))])
    assert paths(tree) == paths(stack([BASE]))
    assert remarks(tree) == [(f"a/{name}", "is a whiteout that names nothing")]


def test_C43_other_names_that_begin_like_whiteouts_of_whiteouts_are_metadata() -> None:
    tree = stack([BASE, layer(file(".wh..wh.aufs"), directory(".wh..wh.plnk"), file(".wh..wh.plnk/1.2", b"x"))])
    assert paths(tree) == paths(stack([BASE]))
    assert remarks(tree) == []


def test_C44_a_directory_over_a_directory_keeps_what_is_in_it() -> None:
    tree = stack([BASE, layer(directory("a", mode=0o700))])
    assert paths(tree) == paths(stack([BASE]))
    node = tree.get("a")
    assert node is not None
    assert node.entry is not None
    assert (node.entry.mode, node.layer) == (0o700, 1)


@pytest.mark.parametrize("over", [file("a"), symlink("a", "elsewhere"), LayerEntry(path="a", type=EntryType.FIFO)])
def test_C44_anything_else_over_a_directory_removes_what_is_in_it(over: LayerEntry) -> None:
    tree = stack([BASE, layer(over)])
    assert paths(tree) == ["a"]
    assert sorted(each.path for each in tree.replacements) == ["a/b/three", "a/one", "a/two"]


@pytest.mark.parametrize("under", [file("x", b"1"), symlink("x", "a")])
def test_C44_a_directory_over_anything_else_replaces_it(under: LayerEntry) -> None:
    tree = stack([BASE, layer(under), layer(directory("x"), file("x/y"))])
    assert paths(tree)[-2:] == ["x/", "x/y"]
    assert tree.get("a/y") is None


def test_entries_below_a_linked_directory_go_where_the_link_leads() -> None:
    tree = stack([layer(directory("usr/lib"), symlink("lib", "usr/lib")), layer(file("lib/x/y", b"1"))])
    node = tree.get("usr/lib/x/y")
    assert node is not None
    assert node.path == "usr/lib/x/y"
    assert remarks(tree) == []


def test_C42_whiteouts_below_a_linked_directory_remove_where_the_link_leads() -> None:
    base = layer(file("usr/lib/x"), file("usr/lib/y"), symlink("lib", "usr/lib"))
    tree = stack([base, layer(whiteout("lib/x"))])
    assert paths(tree) == ["lib", "usr/", "usr/lib/", "usr/lib/y"]


def test_entries_below_a_dangling_link_make_its_target() -> None:
    tree = stack([layer(symlink("lib", "/usr/lib")), layer(file("lib/x"))])
    assert paths(tree) == ["lib", "usr/", "usr/lib/", "usr/lib/x"]


@pytest.mark.parametrize("target", ["loop", "/loop", "../../loop"])
def test_C46_entries_below_a_link_to_itself_replace_it(target: str) -> None:
    tree = stack([layer(symlink("loop", target)), layer(file("loop/x"))])
    assert paths(tree) == ["loop/", "loop/x"]
    assert remarks(tree) == [("loop", "is no directory but has entries below it")]


def test_entries_below_a_file_replace_it() -> None:
    tree = stack([layer(file("x", b"1")), layer(file("x/y"))])
    assert paths(tree) == ["x/", "x/y"]
    assert [(each.path, each.kind) for each in tree.replacements] == [("x", "removed")]


def test_a_link_that_is_replaced_no_longer_leads_entries_astray() -> None:
    one = layer(directory("real"), symlink("way", "real"))
    tree = stack([one, layer(file("way/first"), directory("way"), file("way/second"))])
    assert paths(tree) == ["real/", "real/first", "way/", "way/second"]


def test_what_stands_twice_in_a_layer_is_remarked_and_the_last_counts() -> None:
    tree = stack([layer(file("x", b"1"), file("x", b"22"))])
    node = tree.get("x")
    assert node is not None
    assert node.size == 2
    assert remarks(tree) == [("x", "stands more than once in one layer")]


def test_C45_hard_links_share_content_that_counts_once() -> None:
    tree = stack([layer(file("x", b"12345")), layer(hard_link("y", "x"), hard_link("z", "./y"))])
    assert [node.path for node in tree.files] == ["x"]
    assert tree.size_of(tree.root) == 5
    linked = tree.get("z")
    assert linked is not None
    assert (linked.size, linked.is_file, linked.content_layer) == (5, True, 0)


def test_C45_what_was_below_a_removed_directory_counts_once_whatever_names_it_had() -> None:
    tree = stack([layer(directory("a"), file("a/one", b"123"), hard_link("a/two", "a/one")), layer(whiteout("a"))])
    assert tree.removed_sizes == {(1, "a"): 3}


def test_C45_a_hard_link_outlives_its_target() -> None:
    tree = stack([layer(file("x", b"12345"), hard_link("y", "x")), layer(whiteout("x"))])
    assert [(node.path, node.size) for node in tree.files] == [("y", 5)]


def test_C45_a_hard_link_through_a_linked_directory_is_found() -> None:
    tree = stack([layer(file("usr/bin/x", b"123"), symlink("bin", "usr/bin"), hard_link("y", "bin/x"))])
    assert tree.size_of(tree.root) == 3
    assert remarks(tree) == []


def test_C45_a_hard_link_to_a_symbolic_link_is_one() -> None:
    tree = stack([layer(file("x", b"123"), symlink("soft", "x"), hard_link("hard", "soft"))])
    assert tree.resolve("hard") is tree.get("x")
    assert tree.size_of(tree.root) == 3


@pytest.mark.parametrize("target", ["none", "", "dir", "none/none", "later"])
def test_C45_a_hard_link_without_its_target_is_remarked(target: str) -> None:
    tree = stack([layer(directory("dir"), hard_link("x", target), file("later"))])
    assert remarks(tree) == [("x", "is a hard link to a file that is not there")]
    assert tree.size_of(tree.root) == 0


def test_the_root_itself_may_be_listed() -> None:
    tree = stack([layer(directory("", mode=0o755)), layer(directory("", mode=0o700), file("x"))])
    assert tree.root.entry is not None
    assert tree.root.entry.mode == 0o700
    assert paths(tree) == ["x"]


def test_a_root_that_is_no_directory_is_remarked_and_changes_nothing() -> None:
    tree = stack([layer(file("x"), file("", b"content"), symlink("", "x"))])
    assert paths(tree) == ["x"]
    assert remarks(tree) == [("", "is the root of the image and not a directory")] * 2


def test_deep_paths_neither_recurse_nor_take_long() -> None:
    deep = "/".join(["d"] * 4096)
    started = time.process_time()
    tree = stack([layer(file(f"{deep}/x", b"1"), file(f"{deep}/y", b"22")), layer(whiteout(f"{deep}/x"))])
    assert tree.size_of(tree.root) == 2
    assert len(tree.nodes) == 4098
    removed = stack([*tree.layers, layer(whiteout("d"))])
    assert paths(removed) == []
    assert len(removed.replacements) == 2
    assert time.process_time() - started < 2


def test_links_that_lead_too_deep_end_at_a_limit() -> None:
    lower = layer(symlink("deep", "/".join(["d" * 50] * 6)))
    tree = stack([lower, layer(file("deep/x"), file("ok"))], limits=Limits(path_size=200))
    assert remarks(tree) == [("deep", "leads through links to a place too deep to be read")]
    assert tree.get("ok") is not None


def test_more_unlisted_directories_than_the_limit_give_the_tree_an_error() -> None:
    tree = stack([layer(file("a/b/c/x"), file("d/e/x"), file("y"))], limits=Limits(entry_count=3))
    assert tree.error == "layers have entries in more than 3 directories that no layer lists"
    assert tree.get("a/b/c/x") is not None
    assert tree.get("d/e/x") is None
    assert tree.get("y") is not None


def test_remarks_are_kept_up_to_a_thousand() -> None:
    tree = stack([layer(*(hard_link(f"x{number}", "none") for number in range(1500)))])
    assert len(tree.anomalies) == 1000


def test_who_watches_is_shown_the_tree_after_each_layer() -> None:
    seen: list[list[str]] = []
    stack(
        [layer(file("a")), layer(whiteout("a"), file("b"))],
        watch=lambda tree: seen.append([name for name in "ab" if tree.get(name)]),
    )
    assert seen == [["a"], ["b"]]
