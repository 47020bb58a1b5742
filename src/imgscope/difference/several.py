"""Several trees held against the first of them: the paths that differ, as one tree that opens down to each file."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from imgscope.difference.document import FileChange
from imgscope.difference.trees import NodePair, compare_trees
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree


@dataclass(frozen=True, slots=True, kw_only=True)
class PathSide:
    """What one tree has at a path, held against the first.

    `size` are the bytes in and below it, None where there is nothing; `delta` those that it has more than the first,
    summed up over all paths below. `change` is None where only what is below differs, or nothing does.
    """

    size: int | None
    delta: int = 0
    change: FileChange | None = None
    aspects: tuple[str, ...] = ()


class DifferingPath:
    """A path at which, or below which, not all trees are the same.

    `first` is what the first tree has there; `others`, by their positions, are those of the other trees that differ.
    """

    __slots__ = ("_below", "first", "is_directory", "name", "others")

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_directory = False
        self.first: int | None = None
        self.others: dict[int, PathSide] = {}
        self._below: dict[str, DifferingPath] | None = None

    def side(self, position: int) -> PathSide:
        """Return what the tree at `position` has: where it does not differ, what the first one has."""
        return self.others.get(position) or PathSide(size=self.first)

    def below(self) -> list[DifferingPath]:
        """Return what differs in this directory, those paths first whose size does most in any of the trees."""
        return sorted((self._below or {}).values(), key=lambda path: (-path.largest_delta, path.name))

    @property
    def largest_delta(self) -> int:
        """The most bytes that a tree has more than the first, or less, in and below this path."""
        return max((abs(side.delta) for side in self.others.values()), default=0)

    def within(self, name: str) -> DifferingPath:
        """Return what is called `name` in this directory, as something that differs."""
        if self._below is None:
            self._below = {}
        if name not in self._below:
            self._below[name] = DifferingPath(name)
        return self._below[name]

    def matching(self, words: Sequence[str]) -> set[DifferingPath]:
        """Return the paths below this that have all of `words`, in any case, and the directories that lead there."""
        texts = [(self, -1, "")]
        # Those that are found on the way are appended, and so their turn comes.
        for number, (path, _, text) in enumerate(texts):
            texts.extend((each, number, f"{text}/{each.name.casefold()}") for each in path.inside())
        found: set[DifferingPath] = set()
        for path, parent, text in reversed(texts[1:]):
            if path in found or all(word in text for word in words):
                found.update((path, texts[parent][0]))
        return found

    def inside(self) -> Iterator[DifferingPath]:
        """Yield what differs in this directory, in no order."""
        yield from (self._below or {}).values()


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferingPaths:
    """The `root` of what differs, and by the positions of trees how many paths differ in each of the ways."""

    root: DifferingPath
    counts: Mapping[int, Mapping[FileChange, int]]


class SeveralTrees:
    """Takes trees one after the other, from any thread, and keeps of each only what differs from the first.

    The first is the one at position 0. As long as that may still come, others wait for it.
    """

    def __init__(self) -> None:
        self._root = DifferingPath("")
        self._counts: dict[int, Counter[FileChange]] = {}
        self._first: FileTree | None = None
        self._waiting: dict[int, FileTree] = {}
        self._taking = threading.Lock()

    def take(self, position: int, tree: FileTree) -> None:
        """Hold the tree at `position` against the first, or keep it until that is there."""
        with self._taking:
            self._waiting[position] = tree
            if position == 0 or self._first is not None:
                self._compare_waiting()

    def finish(self) -> DifferingPaths:
        """Return what differs, after the last tree was taken: where there is none at 0, from the lowest of them."""
        with self._taking:
            self._compare_waiting()
            self._first = None
            return DifferingPaths(root=self._root, counts=self._counts)

    def _compare_waiting(self) -> None:
        for position in sorted(self._waiting):
            tree = self._waiting.pop(position)
            if self._first is None:
                self._first = tree
            else:
                self._compare(self._first, position, tree)

    def _compare(self, first: FileTree, position: int, tree: FileTree) -> None:
        pairs = compare_trees(first, tree).pairs
        self._counts[position] = Counter(pair.told.change for pair in pairs)
        changed = _sums(self._root, pairs)
        _Filling(first, tree, position, changed).fill(self._root, first.root, tree.root)


@dataclass(slots=True)
class _Sum:
    """The bytes that a path and all below it come to, and how the path itself differs, if it does."""

    delta: int = 0
    change: FileChange | None = None
    aspects: tuple[str, ...] = ()


def _sums(root: DifferingPath, pairs: list[NodePair]) -> dict[int, _Sum]:
    """Make the paths of `pairs` known to `root`; return by their identity what each of them comes to."""
    sums: dict[int, _Sum] = {}
    for pair in pairs:
        path, told = root, pair.told
        sums.setdefault(id(path), _Sum()).delta += told.delta
        for name in told.path.split("/") if told.path else ():
            path = path.within(name)
            sums.setdefault(id(path), _Sum()).delta += told.delta
        sums[id(path)].change, sums[id(path)].aspects = told.change, told.aspects
    return sums


class _Filling:
    """Tells paths what the first tree and the one at `position` have there; `changed` is what `_sums` returns."""

    def __init__(self, first: FileTree, tree: FileTree, position: int, changed: dict[int, _Sum]) -> None:
        self._first = first
        self._tree = tree
        self._position = position
        self._changed = changed

    def fill(self, root: DifferingPath, old_root: Node, new_root: Node) -> None:
        """Fill in `root` and all paths below it."""
        waiting: list[tuple[DifferingPath, Node | None, Node | None]] = [(root, old_root, new_root)]
        while waiting:
            path, old, new = waiting.pop()
            found = self._changed.get(id(path))
            if found is None:
                continue
            path.first = self._first.size_of(old) if old is not None else None
            path.is_directory |= any(node is not None and node.is_directory for node in (old, new))
            path.others[self._position] = PathSide(
                size=self._tree.size_of(new) if new is not None else None,
                delta=found.delta,
                change=found.change,
                aspects=found.aspects,
            )
            before, after = (old.children if old else None) or {}, (new.children if new else None) or {}
            waiting.extend((each, before.get(each.name), after.get(each.name)) for each in path.inside())
