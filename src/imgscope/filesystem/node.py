"""One path of an image's file system."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from imgscope.layer.index import EntryType, LayerEntry


class Named(Protocol):
    """A name in a directory; the root has no parent, and no name that counts."""

    @property
    def name(self) -> str:
        """The last component of the path."""
        ...

    @property
    def parent(self) -> Named | None:
        """The directory that holds it."""
        ...


def path_of(node: Named) -> str:
    """Return the path of `node` from the root, without a leading slash; empty for the root itself."""
    names: list[str] = []
    above: Named | None = node
    while above is not None and above.parent is not None:
        names.append(above.name)
        above = above.parent
    return "/".join(reversed(names))


class Node:
    """A path that exists in the stacked image.

    `entry` is None for directories that no layer lists but that hold something. `layer` is the position of the
    layer that last changed the path itself. `children` is None for everything but directories. `content` is the
    entry whose bytes a hard link shares, in layer `content_layer`; for other nodes both are their own.
    """

    __slots__ = ("children", "content", "content_layer", "entry", "layer", "name", "parent")

    def __init__(self, name: str, parent: Node | None, entry: LayerEntry | None, layer: int) -> None:
        self.name = name
        self.parent = parent
        self.entry = entry
        self.layer = layer
        self.content = entry
        self.content_layer = layer
        is_directory = entry is None or entry.type is EntryType.DIRECTORY
        self.children: dict[str, Node] | None = {} if is_directory else None

    @property
    def path(self) -> str:
        """The path from the image's root, without a leading slash; empty for the root itself."""
        return path_of(self)

    @property
    def is_directory(self) -> bool:
        """Whether this holds other nodes."""
        return self.children is not None

    @property
    def is_file(self) -> bool:
        """Whether this has content of its own: a regular file, or a hard link to one."""
        return self.content is not None and self.content.type is EntryType.FILE

    @property
    def is_symlink(self) -> bool:
        """Whether this leads to another path: a symbolic link, or a hard link to one."""
        return self.content is not None and self.content.type is EntryType.SYMLINK

    @property
    def link_name(self) -> str:
        """The target of a symbolic link as the archive has it; empty for anything else."""
        return self.content.link_name if self.content is not None and self.is_symlink else ""

    @property
    def is_hard_link(self) -> bool:
        """Whether this shares the content of another path, which counts it."""
        return self.entry is not None and self.entry.type is EntryType.HARD_LINK

    @property
    def size(self) -> int:
        """Bytes of the file's content, for each name of it; 0 for anything but files. See `FileTree.size_of`."""
        return self.content.size if self.content is not None else 0

    def walk(self) -> Iterator[Node]:
        """Yield this node and everything below it, parents first, names in order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            if node.children:
                waiting.extend(node.children[name] for name in sorted(node.children, reverse=True))
