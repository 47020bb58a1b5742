"""Several trees held against the first of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imgscope.difference.several import DifferingPath, DifferingPaths, PathSide, SeveralTrees
from imgscope.filesystem.tree import FileTree
from tests.support.images import directory, file, hard_link
from tests.support.memory import tree_of

BASE = tree_of((file("etc/same", "1"), file("etc/conf", "1"), file("usr/lib/a", "x" * 100), directory("srv")))
OTHER = tree_of((file("etc/same", "1"), file("etc/conf", "22"), file("usr/lib/b", "y" * 300), directory("srv")))
THIRD = tree_of(
    (file("etc/same", "1", mode=0o600), file("etc/conf", "1"), file("usr/lib/a", "x" * 100), directory("srv"))
)


def compared(*trees: FileTree) -> DifferingPaths:
    several = SeveralTrees()
    for position, tree in enumerate(trees):
        several.take(position, tree)
    return several.finish()


def below(path: DifferingPath, *names: str) -> DifferingPath:
    for name in names:
        (path,) = (each for each in path.below() if each.name == name)
    return path


def test_equal_trees_have_nothing_that_differs() -> None:
    found = compared(BASE, BASE)
    assert found.root.below() == []
    assert not found.counts[1]


def test_directories_open_down_to_the_file_the_largest_change_first() -> None:
    root = compared(BASE, OTHER).root
    assert [each.name for each in root.below()] == ["usr", "etc"]
    assert [each.name for each in below(root, "usr", "lib").below()] == ["b", "a"]
    assert [each.name for each in below(root, "etc").below()] == ["conf"]
    assert below(root, "usr", "lib").is_directory
    assert not below(root, "usr", "lib", "b").is_directory


def test_each_path_says_what_happened_and_what_it_comes_to() -> None:
    root = compared(BASE, OTHER).root
    assert below(root, "usr", "lib", "b").side(1) == PathSide(size=300, delta=300, change="added")
    assert below(root, "usr", "lib", "a").side(1) == PathSide(size=None, delta=-100, change="removed")
    assert below(root, "etc", "conf").side(1) == PathSide(size=2, delta=1, change="modified", aspects=("content",))
    assert below(root, "usr").side(1) == PathSide(size=300, delta=200)
    assert below(root, "usr").side(0) == PathSide(size=100)


def test_a_tree_that_does_not_differ_at_a_path_has_what_the_first_one_has() -> None:
    found = compared(BASE, OTHER, THIRD)
    assert below(found.root, "etc", "same").side(1) == PathSide(size=1)
    assert below(found.root, "etc", "same").side(2) == PathSide(size=1, change="metadata", aspects=("mode",))
    assert below(found.root, "usr", "lib", "b").side(2) == PathSide(size=None)
    assert found.counts == {1: {"added": 1, "removed": 1, "modified": 1}, 2: {"metadata": 1}}


def test_a_directory_in_place_of_a_file_opens() -> None:
    root = compared(tree_of((file("a", "1"),)), tree_of((file("a/b", "22"),))).root
    assert below(root, "a").is_directory
    assert below(root, "a").side(1).change == "modified"
    assert below(root, "a", "b").side(1) == PathSide(size=2, delta=2, change="added")


def test_it_does_not_matter_in_which_order_the_trees_come() -> None:
    several = SeveralTrees()
    for position, tree in ((2, THIRD), (1, OTHER), (0, BASE)):
        several.take(position, tree)
    assert listed(several.finish().root) == listed(compared(BASE, OTHER, THIRD).root)


def test_where_the_first_cannot_be_read_the_next_one_stands_for_it() -> None:
    several = SeveralTrees()
    several.take(2, OTHER)
    several.take(1, BASE)
    found = several.finish()
    assert below(found.root, "usr", "lib", "b").side(2).change == "added"
    assert SeveralTrees().finish().root.below() == []


def listed(path: DifferingPath, above: str = "") -> list[tuple[str, int | None, dict[int, PathSide]]]:
    here = (f"{above}/{path.name}", path.first, path.others)
    return [here, *(row for each in path.below() for row in listed(each, here[0]))]


_TREES = st.dictionaries(
    st.sampled_from(["a", "b", "d/a", "d/b", "d/e/a", "f/a"]), st.text("xy", max_size=4), max_size=6
).map(lambda contents: tree_of(tuple(file(path, content) for path, content in contents.items())))


@given(st.lists(_TREES, min_size=2, max_size=3))
def test_deltas_sum_up_to_the_difference_of_the_trees(trees: list[FileTree]) -> None:
    root = compared(*trees).root
    for position, tree in enumerate(trees[1:], 1):
        first = trees[0].size_of(trees[0].root)
        assert root.side(position).delta == tree.size_of(tree.root) - first


def test_links_count_once() -> None:
    root = compared(tree_of((file("a", "xxx"),)), tree_of((file("a", "xxx"), hard_link("b", "a")))).root
    assert root.side(1).delta == 0
    assert below(root, "b").side(1).change == "added"


def test_paths_are_found_by_words_with_the_directories_that_lead_there() -> None:
    root = compared(BASE, OTHER).root
    assert {path.name for path in root.matching(["lib", "b"])} == {"", "usr", "lib", "a", "b"}
    assert {path.name for path in root.matching(["/b"])} == {"", "usr", "lib", "b"}
    assert {path.name for path in root.matching(["conf"])} == {"", "etc", "conf"}
    assert root.matching(["nowhere"]) == set()
