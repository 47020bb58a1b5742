"""dive's efficiency score, by dive's own arithmetic, so that thresholds written for it carry over.

Per path: the smallest size it had in any layer, against the sum of its sizes in all layers. Only what is a
leaf in its layer counts; a whiteout of a directory counts as a version as large as the directory was,
a whiteout of a file as one of no size.
"""

from __future__ import annotations

from imgscope.filesystem.stack import WHITEOUT_PREFIX
from imgscope.filesystem.tree import FileTree
from imgscope.layer.index import EntryType, LayerIndex


def efficiency(tree: FileTree) -> float:
    """Return the score, 1.0 for an image where no path stands in two layers."""
    smallest: dict[str, int] = {}
    total: dict[str, int] = {}
    for number, layer in enumerate(tree.layers):
        for path, size in _leaf_sizes(tree, number, layer).items():
            smallest[path] = min(smallest.get(path, size), size)
            total[path] = total.get(path, 0) + size
    discovered = sum(total.values())
    return sum(smallest.values()) / discovered if discovered else 1.0


def _leaf_sizes(tree: FileTree, number: int, layer: LayerIndex) -> dict[str, int]:
    parents: set[str] = set()
    for entry in layer.entries:
        above = entry.path.rpartition("/")[0]
        while above and above not in parents:
            parents.add(above)
            above = above.rpartition("/")[0]
    sizes: dict[str, int] = {}
    for entry in layer.entries:
        directory, _, name = entry.path.rpartition("/")
        if name.startswith(WHITEOUT_PREFIX):
            path = (
                f"{directory}/{name.removeprefix(WHITEOUT_PREFIX)}" if directory else name.removeprefix(WHITEOUT_PREFIX)
            )
            sizes[path] = tree.removed_sizes.get((number, path), 0)
        elif entry.path not in parents or entry.type is not EntryType.DIRECTORY:
            sizes[entry.path] = entry.size
    return sizes
