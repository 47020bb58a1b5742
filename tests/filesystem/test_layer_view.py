"""One layer by itself: what it added, changed and removed."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.filesystem.layer_view import LayerNode, layer_view
from tests.support.images import BuiltLayer, Entry, directory, file, hard_link, layer, opaque, symlink, whiteout
from tests.support.memory import tree_of

BELOW = layer(
    directory("etc"),
    file("etc/kept", "1"),
    file("etc/changed", "12"),
    file("etc/gone", "123"),
    directory("var"),
    directory("var/cache"),
    directory("var/cache/empty"),
    file("var/cache/a", "1234"),
    file("var/cache/deep/b", "12345"),
    symlink("lib", "usr/lib"),
    directory("usr/lib"),
)


def view(*entries: Entry, below: BuiltLayer = BELOW) -> dict[str, str]:
    """The kind of every path of a layer of `entries`; what only leads on is ""."""
    root = layer_view(tree_of(below, layer(*entries)), 1)
    return {node.path: node.kind or "" for node in walk(root) if node.path}


def walk(node: LayerNode) -> Iterator[LayerNode]:
    yield node
    for name in sorted(node.children):
        yield from walk(node.children[name])


def test_files_that_were_not_there_are_added() -> None:
    assert view(file("etc/new", "x")) == {"etc": "", "etc/new": "added"}


def test_files_with_other_content_are_modified() -> None:
    assert view(file("etc/changed", "other")) == {"etc": "", "etc/changed": "modified"}


def test_files_with_the_same_content_changed_only_in_metadata() -> None:
    assert view(file("etc/changed", "12", mode=0o600)) == {"etc": "", "etc/changed": "metadata"}


def test_directories_that_were_not_there_are_added_listed_or_not() -> None:
    assert view(file("opt/a/b", "x")) == {"opt": "added", "opt/a": "added", "opt/a/b": "added"}
    assert view(directory("opt"), file("opt/b", "x")) == {"opt": "added", "opt/b": "added"}


def test_directories_that_were_there_change_by_mode_and_owner_but_not_by_time() -> None:
    assert view(directory("etc", mtime=5)) == {"etc": ""}
    assert view(directory("etc", mode=0o700)) == {"etc": "metadata"}
    assert view(directory("etc", uid=7)) == {"etc": "metadata"}


def test_whiteouts_are_shown_as_what_they_remove() -> None:
    assert view(whiteout("etc/gone")) == {"etc": "", "etc/gone": "removed"}


def test_a_removed_directory_is_shown_with_everything_that_was_in_it() -> None:
    assert view(whiteout("var/cache")) == {
        "var": "",
        "var/cache": "removed",
        "var/cache/a": "removed",
        "var/cache/deep": "removed",
        "var/cache/deep/b": "removed",
        "var/cache/empty": "removed",
    }


def test_an_emptied_directory_stays_and_what_was_in_it_is_removed() -> None:
    assert view(opaque("var/cache"), file("var/cache/a", "new")) == {
        "var": "",
        "var/cache": "",
        "var/cache/a": "modified",
        "var/cache/deep": "removed",
        "var/cache/deep/b": "removed",
        "var/cache/empty": "removed",
    }


def test_a_file_in_place_of_a_directory_removes_what_was_in_it() -> None:
    assert view(file("var/cache/deep", "now a file")) == {
        "var": "",
        "var/cache": "",
        "var/cache/deep": "modified",
        "var/cache/deep/b": "removed",
    }


def test_a_directory_that_is_removed_and_made_anew_is_there() -> None:
    assert view(whiteout("var/cache"), file("var/cache/new", "x")) == {
        "var": "",
        "var/cache": "",
        "var/cache/a": "removed",
        "var/cache/deep": "removed",
        "var/cache/deep/b": "removed",
        "var/cache/empty": "removed",
        "var/cache/new": "added",
    }


def test_paths_through_a_link_are_compared_with_what_the_link_leads_to() -> None:
    below = layer(symlink("lib", "usr/lib"), file("usr/lib/x", "1"))
    assert view(file("lib/x", "2"), below=below) == {"usr": "", "usr/lib": "", "usr/lib/x": "modified"}


def test_what_a_layer_adds_and_removes_below_a_linked_directory_is_shown_where_the_link_leads() -> None:
    below = layer(symlink("bin", "usr/bin"), file("usr/bin/old", "1"))
    changes = {"usr": "", "usr/bin": "", "usr/bin/app": "added", "usr/bin/old": "removed"}
    assert view(file("bin/app", "x"), whiteout("bin/old"), below=below) == changes


def test_a_directory_that_is_emptied_through_a_link_is_shown_with_what_was_in_it() -> None:
    below = layer(symlink("var/run", "../run"), directory("run/empty"), file("run/lock/pid", "1"))
    changes = {"run": "", "run/empty": "removed", "run/lock": "removed", "run/lock/pid": "removed"}
    assert view(opaque("var/run"), below=below) == changes


def test_links_count_as_the_layer_itself_has_them_by_then() -> None:
    below = layer(symlink("bin", "usr/bin"), file("usr/bin/old", "1"), directory("opt"))
    replaced = view(directory("bin"), file("bin/app", "x"), below=below)
    assert replaced == {"bin": "modified", "bin/app": "added"}
    made = view(symlink("sbin", "/opt/../usr/./bin"), file("sbin/app", "x"), below=below)
    assert made == {"sbin": "added", "usr": "", "usr/bin": "", "usr/bin/app": "added"}
    removed = view(whiteout("bin"), file("bin/app", "x"), below=below)
    assert removed == {"bin": "modified", "bin/app": "added"}
    looped = view(symlink("loop", "loop"), file("loop/app", "x"), below=below)
    assert looped["loop/app"] == "added"


def test_the_lowest_layer_adds_everything() -> None:
    root = layer_view(tree_of(BELOW), 0)
    assert {node.kind for node in walk(root) if node.path} == {"added"}
    assert root.shipped_size == 1 + 2 + 3 + 4 + 5


def test_sizes_are_what_the_layer_ships_and_what_it_hides() -> None:
    tree = tree_of(BELOW, layer(file("etc/changed", "other"), whiteout("etc/gone"), whiteout("var/cache")))
    root = layer_view(tree, 1)
    assert (root.shipped_size, root.removed_size) == (5, 3 + 4 + 5)
    assert root.children["var"].removed_size == 9
    assert root.children["etc"].children["gone"].removed_size == 3


def test_what_is_removed_and_shipped_anew_is_not_counted_as_removed() -> None:
    root = layer_view(tree_of(BELOW, layer(opaque("var/cache"), file("var/cache/a", "new"))), 1)
    assert (root.shipped_size, root.removed_size) == (3, 5)


def test_a_file_that_is_listed_twice_counts_once() -> None:
    root = layer_view(tree_of(BELOW, layer(file("etc/new", "12"), file("etc/new", "123"))), 1)
    assert root.shipped_size == 3
    assert root.children["etc"].children["new"].kind == "added"


def test_hard_links_ship_nothing() -> None:
    root = layer_view(tree_of(BELOW, layer(file("etc/new", "12"), hard_link("etc/same", "etc/new"))), 1)
    assert root.shipped_size == 2
    assert root.children["etc"].children["same"].kind == "added"
