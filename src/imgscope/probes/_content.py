"""The content of files that probes asked for."""

from __future__ import annotations

from imgscope.errors import LimitError
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
        raise LimitError(
            f"/{printable(path)}{via} was not kept while reading: it is too large, sparse, or in an unexpected place"
        )
    return content
