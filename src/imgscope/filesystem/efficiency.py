"""dive's efficiency score and wasted bytes, by dive's own arithmetic, so that thresholds written for it carry over.

Per path: the smallest size it had in any layer, against the sum of its sizes in all layers. Only what is a
leaf in its layer counts; a whiteout of a directory counts as a version as large as the directory was,
a whiteout of a file as one of no size. Two things of dive are left out: it stops looking at a layer at the first
whiteout of something that is not there, and takes the directory that a whiteout removes for a file if the last
layer to touch it does not list it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import msgspec

from imgscope.filesystem.tree import FileTree
from imgscope.layer.index import EntryType, LayerEntry, LayerIndex
from imgscope.layer.whiteout import WHITEOUT_PREFIX

_DROPPED_PREFIX: Final = ".wh..wh.."


class PathVersions(msgspec.Struct, kw_only=True):
    """What dive knows of a path: in how many layers it stands, and its sizes there in bytes."""

    path: str
    count: int = 0
    smallest_size: int = 0
    total_size: int = 0


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


def dive_score(tree: FileTree) -> DiveScore:
    """Return what dive's rules judge the image by."""
    first_sizes, repeated = _versions(tree)
    smallest = total = sum(first_sizes.values())
    for versions in repeated.values():
        smallest += versions.smallest_size - first_sizes[versions.path]
        total += versions.total_size - first_sizes[versions.path]
    return DiveScore(
        efficiency=smallest / total if total else 1.0,
        wasted_bytes=sum(versions.total_size for versions in repeated.values()),
        user_size=sum(layer.unpacked_size for layer in tree.layers[1:]),
    )


def inefficient_paths(tree: FileTree) -> list[PathVersions]:
    """Return the paths that stand in several layers, largest first; their total sizes sum up to dive's wasted bytes."""
    _, repeated = _versions(tree)
    return sorted(repeated.values(), key=lambda path: (-path.total_size, path.path))


def _versions(tree: FileTree) -> tuple[dict[str, int], dict[str, PathVersions]]:
    """Return the size of every path where it first stands, and more about the few that stand in several layers."""
    first_sizes: dict[str, int] = {}
    repeated: dict[str, PathVersions] = {}
    for number, layer in enumerate(tree.layers):
        for path, size in dict(_leaf_sizes(tree, number, layer)).items():
            first = first_sizes.get(path)
            if first is None:
                first_sizes[path] = size
                continue
            versions = repeated.get(path) or PathVersions(path=path, count=1, smallest_size=first, total_size=first)
            versions.count += 1
            versions.smallest_size = min(versions.smallest_size, size)
            versions.total_size += size
            repeated[path] = versions
    return first_sizes, repeated


def _leaf_sizes(tree: FileTree, number: int, layer: LayerIndex) -> Iterator[tuple[str, int]]:
    parents = _parents(layer.entries)
    for entry in layer.entries:
        path = entry.path
        if WHITEOUT_PREFIX in path and entry.name.startswith(WHITEOUT_PREFIX):
            if not _is_dropped(entry):
                removed = _removed_path(path)
                yield removed, tree.removed_sizes.get((number, removed), 0)
        elif path and (entry.type is not EntryType.DIRECTORY or path not in parents):
            yield path, entry.size


def _removed_path(whiteout: str) -> str:
    directory, slash, name = whiteout.rpartition("/")
    return f"{directory}{slash}{name.removeprefix(WHITEOUT_PREFIX)}"


def _parents(entries: Iterable[LayerEntry]) -> set[str]:
    """Return which directories have entries in or below them; what is dropped does not count."""
    kept = (entry.path for entry in entries if _DROPPED_PREFIX not in entry.path or not _is_dropped(entry))
    parents: set[str] = set()
    for directory in {path[: path.rfind("/")] for path in kept if "/" in path}:
        above = directory
        while above and above not in parents:
            parents.add(above)
            above = above.rpartition("/")[0]
    return parents


def _is_dropped(entry: LayerEntry) -> bool:
    return entry.name.startswith(_DROPPED_PREFIX)
