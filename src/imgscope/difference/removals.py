"""Which layers of an image removed what lower ones had."""

from __future__ import annotations

from imgscope.filesystem.tree import FileTree
from imgscope.layer.whiteout import OPAQUE_WHITEOUT


class Removals:
    """Which layers of an image removed what lower ones had."""

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        self._files = {
            replacement.path: replacement.layer for replacement in tree.replacements if replacement.kind == "removed"
        }
        self._directories = {path: layer for layer, path in tree.removed_sizes}
        self._emptied = {
            entry.path.rpartition("/")[0]: number
            for number, layer in enumerate(tree.layers)
            for entry in layer.entries
            if entry.path.endswith(OPAQUE_WHITEOUT)
        }

    def layer_of(self, path: str) -> int | None:
        """Return the last layer that removed `path`, by itself or with a directory above it; None for none."""
        layer = self._files.get(path)
        above = path
        while layer is None and above:
            layer = self._directories.get(above)
            above = above.rpartition("/")[0]
            if layer is None:
                layer = self._emptied.get(above)
            if layer is None:
                layer = self._in_place_of(above)
        return layer

    def _in_place_of(self, directory: str) -> int | None:
        """Return which layer has something else where a directory was."""
        node = self._tree.get(directory)
        return node.layer if node is not None and not node.is_directory else None
