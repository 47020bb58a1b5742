"""Which layer brought a package, when all packages share one database file that every layer rewrites."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from imgscope.filesystem.tree import FileTree

Key = TypeVar("Key", bound=Hashable)


def bringing_layers(tree: FileTree, path: str, keys: Callable[[bytes], Iterable[Key]]) -> dict[Key, int]:
    """Return for each key of the database at `path` the layer since which it has been there without a break.

    `keys` lists what one version of the database holds; a key has to name the package and its version.
    """
    since: dict[Key, int] = {}
    for layer, content in tree.captured_versions(path):
        since = {key: since.get(key, layer) for key in keys(content)}
    return since
