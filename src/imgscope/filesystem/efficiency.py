"""dive's efficiency score and wasted bytes, by dive's own arithmetic, so that thresholds written for it carry over.

Per path: the smallest size it had in any layer, against the sum of its sizes in all layers. Only what is a
leaf in its layer counts; a whiteout of a directory counts as a version as large as the directory was,
a whiteout of a file as one of no size. Two things of dive are left out: it stops looking at a layer at the first
whiteout of something that is not there, and takes the directory that a whiteout removes for a file if the last
layer to touch it does not list it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from imgscope.filesystem.tree import FileTree
from imgscope.layer.index import EntryType, LayerEntry, LayerIndex
from imgscope.layer.whiteout import WHITEOUT_PREFIX

_DROPPED_PREFIX: Final = ".wh..wh.."


class PathVersions(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What dive knows of a path: in how many layers it stands, and its sizes there in bytes."""

    path: str
    count: int
    smallest_size: int
    total_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DiveScore:
    """What dive's rules judge an image by. `user_size` is the bytes of all layers but the lowest.

    `efficiency` is 1.0 for an image where no path stands in two layers.
    """

    efficiency: float
    wasted_bytes: int
    user_size: int

    @property
    def user_wasted_share(self) -> float:
        """The wasted bytes for each byte above the lowest layer, infinite where there are none such.

        dive calls it a percentage. Where nothing is wasted it has no number, and holds any limit; here that is 0.
        """
        if not self.wasted_bytes:
            return 0.0
        return self.wasted_bytes / self.user_size if self.user_size else math.inf


class ScoreCount:
    """Counts what `dive_score` judges by, one layer after the other, if need be while others are still read.

    `repeated` has all sizes of the few paths that stand in several layers, lowest first.
    """

    def __init__(self) -> None:
        self._user_size = 0
        self._first_sizes: dict[str, int] = {}
        self.repeated: dict[str, list[int]] = {}

    def add(self, tree: FileTree, number: int) -> None:
        """Count layer `number` of `tree`, which stands in its place there, as do those below it."""
        layer, first_sizes, repeated = tree.layers[number], self._first_sizes, self.repeated
        sizes = _leaf_sizes(tree, number, layer)
        sizes.pop("", None)
        for path in first_sizes.keys() & sizes.keys():
            repeated.setdefault(path, [first_sizes[path]]).append(sizes.pop(path))
        first_sizes.update(sizes)
        if number:
            self._user_size += layer.unpacked_size

    def score(self) -> DiveScore:
        """Return the score of the layers that were counted."""
        wasted = sum(map(sum, self.repeated.values()))
        once = sum(self._first_sizes.values()) - sum(sizes[0] for sizes in self.repeated.values())
        smallest, total = once + sum(map(min, self.repeated.values())), once + wasted
        return DiveScore(efficiency=smallest / total if total else 1.0, wasted_bytes=wasted, user_size=self._user_size)


def dive_score(tree: FileTree) -> DiveScore:
    """Return what dive's rules judge the image by."""
    return _counted(tree).score()


def inefficient_paths(tree: FileTree) -> list[PathVersions]:
    """Return the paths that stand in several layers, largest first; their total sizes sum up to dive's wasted bytes."""
    paths = (
        PathVersions(path=path, count=len(sizes), smallest_size=min(sizes), total_size=sum(sizes))
        for path, sizes in _counted(tree).repeated.items()
    )
    return sorted(paths, key=lambda path: (-path.total_size, path.path))


def _counted(tree: FileTree) -> ScoreCount:
    count = ScoreCount()
    for number in range(len(tree.layers)):
        count.add(tree, number)
    return count


def _leaf_sizes(tree: FileTree, number: int, layer: LayerIndex) -> dict[str, int]:
    """Return the size of each path that is a leaf in the layer; where it stands twice, that of the last."""
    entries, directory = layer.entries, EntryType.DIRECTORY
    if any(WHITEOUT_PREFIX in entry.path for entry in entries):
        return dict(_leaves(tree, number, entries))
    parents = _above_all({entry.path.rpartition("/")[0] for entry in entries})
    return {each.path: each.size for each in entries if each.type is not directory or each.path not in parents}


def _leaves(tree: FileTree, number: int, entries: Sequence[LayerEntry]) -> Iterator[tuple[str, int]]:
    # What is dropped does not count as something in a directory.
    parents = _above_all({entry.path.rpartition("/")[0] for entry in entries if not _is_dropped(entry)})
    for entry in entries:
        path = entry.path
        if WHITEOUT_PREFIX in path and entry.name.startswith(WHITEOUT_PREFIX):
            if not _is_dropped(entry):
                removed = _removed_path(path)
                yield removed, tree.removed_sizes.get((number, removed), 0)
        elif entry.type is not EntryType.DIRECTORY or path not in parents:
            yield path, entry.size


def _removed_path(whiteout: str) -> str:
    directory, slash, name = whiteout.rpartition("/")
    return f"{directory}{slash}{name.removeprefix(WHITEOUT_PREFIX)}"


def _above_all(directories: Iterable[str]) -> set[str]:
    """Return `directories` and all above them, the root among them."""
    parents = {""}
    for directory in directories:
        above = directory
        while above not in parents:
            parents.add(above)
            above = above.rpartition("/")[0]
    return parents


def _is_dropped(entry: LayerEntry) -> bool:
    return entry.name.startswith(_DROPPED_PREFIX)
