from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import FileTree
from imgscope.filesystem.waste import LayerChanges, layer_changes, wasted_copies
from imgscope.layer.index import LayerEntry
from imgscope.layer.whiteout import is_marker
from tests.filesystem.layers import directory, file, hard_link, layer, opaque, symlink, whiteout


def wasted(tree: FileTree) -> list[tuple[str, str, int, int, int]]:
    """Path, cause, size, layer and related layer of each wasted copy."""
    return sorted((each.path, each.cause, each.size, each.layer, each.related_layer) for each in wasted_copies(tree))


def test_a_file_in_one_layer_wastes_nothing() -> None:
    assert wasted(stack([layer(file("x", b"123")), layer(file("y", b"456"))])) == []


def test_a_deleted_file_is_wasted_where_it_came_from() -> None:
    assert wasted(stack([layer(file("x", b"123")), layer(whiteout("x"))])) == [("x", "deleted", 3, 0, 1)]


def test_a_deleted_directory_counts_by_all_its_files() -> None:
    base = layer(directory("d"), file("d/x", b"123"), file("d/e/y", b"4567"), file("d/empty"), symlink("d/l", "x"))
    assert wasted(stack([base, layer(whiteout("d"))])) == [("d/e/y", "deleted", 4, 0, 1), ("d/x", "deleted", 3, 0, 1)]
    assert wasted(stack([base, layer(opaque("d"))])) == wasted(stack([base, layer(whiteout("d"))]))


def test_what_was_removed_as_a_directory_is_told_as_that() -> None:
    base = layer(directory("d"), file("d/x", b"123"), file("d/e/y", b"4567"), file("z", b"1"))
    for gone in (whiteout("d"), opaque("d"), file("d", b"no directory any more")):
        assert {copy.told_as for copy in wasted_copies(stack([base, layer(gone, whiteout("z"))]))} == {"d/", "z"}
    assert {copy.told_as for copy in wasted_copies(stack([base, layer(opaque(""))]))} == {"d/", "z"}


def test_a_file_written_n_times_wastes_all_copies_but_the_last() -> None:
    tree = stack([layer(file("x", b"1")), layer(file("x", b"22")), layer(file("x", b"333"))])
    assert wasted(tree) == [("x", "overwritten", 1, 0, 1), ("x", "overwritten", 2, 1, 2)]


def test_a_file_that_only_changed_its_mode_is_wasted_where_it_shipped_again() -> None:
    tree = stack([layer(file("x", b"123")), layer(file("x", b"123", mode=0o600))])
    assert wasted(tree) == [("x", "metadataOnly", 3, 1, 0)]


def test_what_is_deleted_after_its_mode_changed_is_wasted_once_in_each_layer_that_ships_it() -> None:
    tree = stack([layer(file("x", b"123")), layer(file("x", b"123", mode=0o600)), layer(whiteout("x"))])
    assert wasted(tree) == [("x", "deleted", 3, 0, 2), ("x", "metadataOnly", 3, 1, 0)]


def test_equal_content_whose_mode_changed_is_wasted_once_in_each_layer_that_ships_it() -> None:
    names = ("a", "b")
    below, above = (layer(*(file(name, b"same", mode=mode) for name in names)) for mode in (0o644, 0o600))
    assert wasted(stack([below, above])) == [
        ("a", "duplicateContent", 4, 0, 0),
        ("a", "metadataOnly", 4, 1, 0),
        ("b", "metadataOnly", 4, 1, 0),
    ]


def test_equal_content_under_other_names_is_wasted_but_for_the_first() -> None:
    tree = stack([layer(file("a", b"same")), layer(file("b", b"same"), file("c", b"same"), file("d", b"else"))])
    assert wasted(tree) == [("a", "duplicateContent", 4, 1, 0), ("a", "duplicateContent", 4, 1, 0)]


def test_a_copy_is_wasted_for_one_cause_only() -> None:
    tree = stack([layer(file("a", b"same"), file("b", b"same")), layer(whiteout("b"))])
    assert wasted(tree) == [("b", "deleted", 4, 0, 1)]


def test_a_deleted_file_that_lives_on_as_a_hard_link_is_not_wasted() -> None:
    base = layer(file("x", b"123"), hard_link("y", "x"))
    assert wasted(stack([base, layer(whiteout("x"))])) == []
    assert wasted(stack([base, layer(whiteout("x")), layer(whiteout("y"))])) == [("x", "deleted", 3, 0, 1)]


def test_hard_links_are_never_wasted_copies() -> None:
    base = layer(file("x", b"123"), hard_link("y", "x"))
    assert wasted(stack([base, layer(whiteout("y"))])) == []
    assert wasted(stack([base, layer(whiteout("x"), whiteout("y"))])) == [("x", "deleted", 3, 0, 1)]


def test_what_a_file_over_a_directory_removes_is_wasted() -> None:
    tree = stack([layer(file("d/x", b"123")), layer(file("d", b"4"))])
    assert wasted(tree) == [("d/x", "deleted", 3, 0, 1)]


def test_a_deleted_and_rewritten_file_wastes_its_first_copy() -> None:
    tree = stack([layer(file("x", b"123")), layer(whiteout("x")), layer(file("x", b"123"))])
    assert wasted(tree) == [("x", "deleted", 3, 0, 1)]


def test_a_file_listed_twice_in_a_layer_wastes_its_first_copy_there() -> None:
    assert wasted(stack([layer(file("x", b"1"), file("x", b"22"))])) == [("x", "overwritten", 1, 0, 0)]


def test_layers_tell_what_they_added_rewrote_and_removed() -> None:
    tree = stack(
        [
            layer(directory("d"), file("d/x", b"1"), file("d/y", b"22"), file("z", b"333"), symlink("l", "z")),
            layer(file("z", b"4444"), file("new", b"55555"), whiteout("d/x"), directory("d", mode=0o700)),
            layer(whiteout("d"), file("l", b"666666"), symlink("new", "z")),
        ]
    )
    assert layer_changes(tree) == (
        LayerChanges(added_files=3, added_bytes=6),
        LayerChanges(
            added_files=1, added_bytes=5, modified_files=1, modified_bytes=4, removed_files=1, removed_bytes=1
        ),
        LayerChanges(added_files=1, added_bytes=6, removed_files=2, removed_bytes=7),
    )


def test_what_a_layer_lists_twice_counts_once_among_its_changes() -> None:
    tree = stack([layer(file("x", b"1"), file("x", b"22"))])
    assert layer_changes(tree) == (LayerChanges(added_files=1, added_bytes=2),)


def test_whiteouts_are_no_files_that_a_layer_added() -> None:
    tree = stack([layer(file("d/x", b"1")), layer(whiteout("d/x"), opaque("d"), file(".wh..wh.plnk/1", b"22"))])
    assert layer_changes(tree)[1] == LayerChanges(removed_files=1, removed_bytes=1)


CONTENTS = st.sampled_from([b"", b"1", b"22", b"333"])
NAMES = st.sampled_from(["a", "b", "d/a", "d/b", "d/e/c"])
ENTRIES = st.one_of(
    st.builds(
        lambda path, content, mode: file(path, content, mode=mode), NAMES, CONTENTS, st.sampled_from([0o644, 0o600])
    ),
    st.builds(hard_link, NAMES, NAMES),
    st.builds(whiteout, st.sampled_from(["a", "b", "d", "d/a", "d/e"])),
    st.builds(opaque, st.sampled_from(["d", "d/e"])),
)


@given(st.lists(st.lists(ENTRIES, max_size=5), max_size=5))
def test_all_that_ships_is_wasted_but_for_one_copy_of_each_content_that_can_be_seen(
    shipped: list[list[LayerEntry]],
) -> None:
    tree = stack([layer(*entries) for entries in shipped])
    total = sum(entry.size for index in tree.layers for entry in index.entries if not is_marker(entry.path))
    seen = {node.content.fingerprint: node.size for node in tree.files if node.content is not None}
    assert sum(copy.size for copy in wasted_copies(tree)) == total - sum(seen.values())
