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
        self._found: dict[str, int | None] = {}
        self._emptied = {
            entry.path.rpartition("/")[0]: number
            for number, layer in enumerate(tree.layers)
            for entry in layer.entries
            if entry.path.endswith(OPAQUE_WHITEOUT)
        }

    def layer_of(self, path: str) -> int | None:
        """Return the last layer that removed `path`, by itself or with a directory above it; None for none."""
        layer = self._files.get(path)
        return self._with_directory(path) if layer is None else layer

    def _with_directory(self, path: str) -> int | None:
        """Return the last layer that removed `path` as a directory, or with one above it.

        What is found for a directory is kept, as all that is below it asks again.
        """
        passed: list[str] = []
        layer: int | None = None
        while path and layer is None:
            if path in self._found:
                layer = self._found[path]
                break
            passed.append(path)
            layer = self._directories.get(path)
            path = path.rpartition("/")[0]
            if layer is None:
                layer = self._emptied.get(path)
            if layer is None:
                layer = self._in_place_of(path)
        self._found.update(dict.fromkeys(passed[1:], layer))
        return layer

    def _in_place_of(self, directory: str) -> int | None:
        """Return which layer has something else where a directory was."""
        node = self._tree.get(directory)
        return node.layer if node is not None and not node.is_directory else None
