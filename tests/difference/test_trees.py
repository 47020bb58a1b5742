"""Two trees held against each other."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from imgscope.difference.trees import TreeDifference, compare_trees
from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import FileTree
from tests.filesystem import layers as bare
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
from tests.support.memory import tree_of

Image = tuple[tuple[Entry, ...], ...]


def compare(old: Image, new: Image) -> TreeDifference:
    return compare_trees(tree_of(*old), tree_of(*new))


def told(old: Image, new: Image) -> list[tuple[str, str, int, tuple[str, ...]]]:
    return [(each.told.path, each.told.change, each.told.delta, each.told.aspects) for each in compare(old, new).pairs]


def test_what_is_the_same_is_not_listed() -> None:
    image = (
        (directory("d"), file("d/a", "x"), symlink("l", "d"), device("n", 1, 3), fifo("p"), hard_link("h", "d/a")),
    )
    found = compare(image, image)
    assert (found.pairs, found.times_only) == ([], 0)


def test_added_removed_and_changed_paths_come_in_the_order_of_their_paths() -> None:
    old = ((file("a", "1"), file("b", "22"), file("d/gone", "333"), directory("e")),)
    new = ((file("a", "one"), file("c", "4444"), file("d/kept", "x")),)
    assert told(old, new) == [
        ("a", "modified", 2, ("content",)),
        ("b", "removed", -2, ()),
        ("c", "added", 4, ()),
        ("d/gone", "removed", -3, ()),
        ("d/kept", "added", 1, ()),
        ("e", "removed", 0, ()),
    ]


def test_content_of_one_length_that_differs_is_a_change() -> None:
    assert told(((file("a", "x"),),), ((file("a", "y"),),)) == [("a", "modified", 0, ("content",))]


def test_mode_owner_and_attributes_are_metadata_of_files_directories_and_links() -> None:
    old = ((file("a", "x"), directory("d"), file("e", "x")),)
    new = ((file("a", "x", mode=0o600, uid=1), directory("d", gid=5), file("e", "x", xattrs={"user.a": "1"})),)
    assert told(old, new) == [
        ("a", "metadata", 0, ("mode", "owner")),
        ("d", "metadata", 0, ("owner",)),
        ("e", "metadata", 0, ("xattrs",)),
    ]


def test_times_are_counted_and_not_listed() -> None:
    found = compare(((file("a", "x"), directory("d")),), ((file("a", "x", mtime=1), directory("d", mtime=2)),))
    assert (found.pairs, found.times_only) == ([], 2)


def test_another_target_another_device_and_another_type_are_changes() -> None:
    old = ((symlink("l", "a"), device("n", 1, 3), file("t", "12"), directory("u"), file("u/x", "1")),)
    new = ((symlink("l", "b"), device("n", 1, 5), directory("t"), file("t/y", "4"), file("u", "123")),)
    assert told(old, new) == [
        ("l", "modified", 0, ("target",)),
        ("n", "modified", 0, ("device",)),
        ("t", "modified", -2, ("type", "mode")),
        ("t/y", "added", 1, ()),
        ("u", "modified", 3, ("type", "mode")),
        ("u/x", "removed", -1, ()),
    ]


def test_how_layers_are_cut_makes_no_difference() -> None:
    one = ((directory("d"), file("d/a", "2"), file("d/c", "3")),)
    several = (
        (directory("d"), file("d/a", "1"), file("d/b", "x"), file("gone/x")),
        (file("d/a", "2"), whiteout("d/b"), whiteout("gone")),
        (file("d/c", "3"),),
    )
    assert told(one, several) == told(several, one) == []
    assert told(one, (*several, (opaque("d"),))) == [("d/a", "removed", -1, ()), ("d/c", "removed", -1, ())]


def test_a_directory_that_no_layer_lists_equals_one_with_the_mode_that_runtimes_give_it() -> None:
    assert told(((file("d/a"),),), ((directory("d", mode=0o755), file("d/a")),)) == []
    assert told(((file("d/a"),),), ((directory("d", mode=0o700), file("d/a")),))[0][0] == "d"


def test_which_of_its_names_an_archive_has_as_the_file_makes_no_difference() -> None:
    assert told(((file("a", "xyz"), hard_link("b", "a")),), ((file("b", "xyz"), hard_link("a", "b")),)) == []


def test_a_copy_in_place_of_a_link_costs_its_bytes() -> None:
    assert told(((file("a", "xyz"), hard_link("b", "a")),), ((file("a", "xyz"), file("b", "xyz")),)) == [
        ("b", "metadata", 3, ("links",))
    ]


_NAMES = st.sampled_from("abc")
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_ENTRIES = st.one_of(
    st.builds(file, _PATHS, st.sampled_from(["", "x", "yy", "zzz"])),
    st.builds(directory, _PATHS),
    st.builds(symlink, _PATHS, _PATHS),
    st.builds(hard_link, _PATHS, _PATHS),
    st.builds(whiteout, _PATHS),
)
_LAYERS = st.lists(st.lists(_ENTRIES, max_size=6).map(lambda entries: layer(*entries, compression="none")), max_size=3)


@given(_LAYERS, _LAYERS)
def test_deltas_sum_up_to_what_the_trees_differ_in_and_both_ways_tell_the_same(
    old: list[BuiltLayer], new: list[BuiltLayer]
) -> None:
    before, after = tree_of(*old), tree_of(*new)
    there, back = compare_trees(before, after), compare_trees(after, before)
    assert sum(each.told.delta for each in there.pairs) == after.size_of(after.root) - before.size_of(before.root)
    opposite = {"added": "removed", "removed": "added"}
    assert [(each.told.path, each.told.change, each.told.delta) for each in there.pairs] == [
        (each.told.path, opposite.get(each.told.change, each.told.change), -each.told.delta) for each in back.pairs
    ]
    assert compare_trees(before, before).pairs == []


def test_comparing_trees_takes_time_in_proportion_to_their_files() -> None:
    def tree(content: bytes) -> FileTree:
        return stack([bare.layer(*(bare.file(f"d{number // 200}/f{number}", content) for number in range(20_000)))])

    old, new = tree(b"1"), tree(b"2")
    assert len(old.nodes) == len(new.nodes) > 20_000
    started = time.process_time()
    assert len(compare_trees(old, new).pairs) == 20_000
    # Many times what it takes: something quadratic takes minutes.
    assert time.process_time() - started < 4
