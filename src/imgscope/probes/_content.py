"""The content of files that probes asked for."""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.errors import LimitError
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.text import printable


def content_of(tree: FileTree, path: str) -> bytes | None:
    """Return the content of the file that `path` leads to, or None where there is no file.

    Raises `LimitError` where there is one whose content was not kept, because what it says would be missing.
    """
    content = tree.captured(path)
    node = tree.resolve(path)
    if content is None and node is not None and node.is_file:
        via = "" if node.path == path else f" leads to /{printable(node.path)}, which"
        if node.is_hard_link and node.content is not None:
            target = printable(node.content.path)
            raise LimitError(f"/{printable(path)}{via} is a hard link to /{target}, which was not kept while reading")
        raise LimitError(
            f"/{printable(path)}{via} was not kept while reading: it is too large, sparse, or in an unexpected place"
        )
    return content


def content_of_node(tree: FileTree, node: Node | None) -> bytes | None:
    """Return what was kept of the content of `node`, if anything was."""
    if node is None or node.content is None:
        return None
    return tree.layers[node.content_layer].captured.get(node.content.path)


def files_below(top: Node, *, beside: str | None = None) -> Iterator[Node]:
    """Yield the files in and below the directory `top`, without those in directories that are called `beside`."""
    waiting = [top]
    while waiting:
        for node in (waiting.pop().children or {}).values():
            if node.is_directory:
                if node.name != beside:
                    waiting.append(node)
            elif node.is_file:
                yield node
