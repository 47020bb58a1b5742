"""Which layer brought a package: all share one database file that every layer rewrites, or each has a file."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from imgscope.filesystem.node import Node
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


def unchanged_since(tree: FileTree) -> dict[str, int]:
    """Return for each path that a layer only gave another owner, mode or time the layer that brought its content."""
    since: dict[str, int] = {}
    for replaced in tree.replacements:
        if replaced.kind == "metadata":
            since.setdefault(replaced.path, replaced.before_layer)
        else:
            since.pop(replaced.path, None)
    return since


def bringing_layer(tree: FileTree, node: Node) -> int:
    """Return the layer since which the file `node` has had the content that it has, if that was kept.

    Layers that only gave it another owner or mode brought nothing.
    """
    layer = node.content_layer
    if node.content is None:
        return layer
    versions = [version for version in tree.captured_versions(node.content.path) if version[0] <= layer]
    for number, content in reversed(versions):
        if content != versions[-1][1]:
            break
        layer = number
    return layer
