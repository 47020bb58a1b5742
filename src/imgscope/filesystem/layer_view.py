"""One layer by itself: what it added, changed and removed, as a tree."""

from __future__ import annotations

from typing import Final, Literal

from imgscope.filesystem.node import Node, path_of
from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import MOST_HOPS, FileTree
from imgscope.layer.index import EntryType, LayerEntry
from imgscope.layer.whiteout import OPAQUE_WHITEOUT, WHITEOUT_PREFIX
from imgscope.limits import DEFAULT_LIMITS

_LONGEST_PATH: Final = DEFAULT_LIMITS.path_size

LayerChangeKind = Literal["added", "modified", "metadata", "removed"]


class LayerNode:
    """A path that one layer did something to, or that leads to one.

    `kind` is None for directories that were there before and only lead on. `entry` is what the layer has at the
    path; of what it removed, what was there before; None where neither is known. `shipped_size` are the bytes that
    the layer has in and below the path, `removed_size` those below it that it made invisible.
    """

    __slots__ = ("children", "entry", "kind", "name", "parent", "removed_size", "shipped_size")

    def __init__(self, name: str, parent: LayerNode | None) -> None:
        self.name = name
        self.parent = parent
        self.kind: LayerChangeKind | None = None
        self.entry: LayerEntry | None = None
        self.children: dict[str, LayerNode] = {}
        self.shipped_size = 0
        self.removed_size = 0

    @property
    def path(self) -> str:
        """The path from the image's root, without a leading slash; empty for the root itself."""
        return path_of(self)

    @property
    def is_directory(self) -> bool:
        """Whether this is a directory, or was one, or has changes below it."""
        return bool(self.children) or self.entry is None or self.entry.type is EntryType.DIRECTORY


def layer_view(tree: FileTree, number: int) -> LayerNode:
    """Return the root of what layer `number` did to the layers below it.

    Whiteouts are shown as what they remove, entries below links to directories where these lead; directories count as
    changed by mode and owner, not by time.
    """
    return _View(tree, number).build()


class _View:
    """One view in the making."""

    def __init__(self, tree: FileTree, number: int) -> None:
        self._tree = tree
        self._number = number
        self._below = stack(tree.layers[:number])
        self._root = LayerNode("", None)
        self._directories: dict[str, str | None] = {}

    def build(self) -> LayerNode:
        for replacement in self._tree.replacements:
            if replacement.layer == self._number > replacement.before_layer and replacement.kind == "removed":
                self._remove(replacement.path, replacement.before)
        for layer, path in self._tree.removed_sizes:
            if layer == self._number:
                self._remove_directory(self._below.locate(path))
        entries = self._tree.layers[self._number].entries
        for entry in entries:
            if entry.name == OPAQUE_WHITEOUT:
                self._empty(self._below.resolve(entry.path.rpartition("/")[0]))
        for entry in entries:
            if entry.path and f"/{WHITEOUT_PREFIX}" not in f"/{entry.path}":
                self._ship(entry)
        return self._root

    def _remove(self, path: str, before: LayerEntry) -> None:
        node = self._node(path)
        node.kind, node.entry = "removed", before
        if before.type is EntryType.FILE:
            _add_up(node, removed=before.size)

    def _remove_directory(self, gone: Node | None) -> None:
        """Mark `gone` and the directories below it, which replacements do not list."""
        for below in gone.walk() if gone is not None else ():
            node = self._node(below.path)
            if below.is_directory and node.entry is None:
                node.kind, node.entry = "removed", below.entry

    def _empty(self, directory: Node | None) -> None:
        for child in ((directory.children if directory else None) or {}).values():
            if child.is_directory:
                self._remove_directory(child)

    def _ship(self, entry: LayerEntry) -> None:
        path = self._real(entry.path)
        if path is None:
            return
        node, before = self._node(path), self._below.get(path)
        if EntryType.SYMLINK in (entry.type, node.entry.type if node.entry else None) or (before and before.is_symlink):
            self._directories.clear()
        if node.entry is not None and node.entry.type is EntryType.FILE:
            # What is removed and shipped anew is a change, and of what is listed twice the last counts.
            removed = node.kind == "removed"
            _add_up(node, shipped=0 if removed else -node.entry.size, removed=-node.entry.size if removed else 0)
        if entry.type is EntryType.FILE:
            _add_up(node, shipped=entry.size)
        node.kind, node.entry = _kind(before, entry), entry
        above = node.parent
        while above is not None and above.kind == "removed":
            if above.entry is not None and above.entry.type is not EntryType.DIRECTORY:
                above.kind, above.entry = "modified", None
            else:
                above.kind = None
            above = above.parent

    def _real(self, path: str) -> str | None:
        """Return where the layer's entry at `path` comes to be, links above it followed; None where it is left out."""
        parent, _, name = path.rpartition("/")
        if parent not in self._directories:
            self._directories[parent] = self._followed(parent)
        directory = self._directories[parent]
        return f"{directory}/{name}" if directory else name if directory is not None else None

    def _followed(self, path: str) -> str | None:
        """Return the directory that `path` means while the layer is unpacked; None for one that is too deep."""
        # Of each directory on the way: its name, what this layer made of it so far, and what was there before.
        way: list[tuple[str, LayerNode | None, Node | None]] = [("", self._root, self._below.root)]
        waiting, hops, length = path.split("/")[::-1], 0, 0
        while waiting:
            name = waiting.pop()
            if name in ("", "."):
                continue
            if name == "..":
                if len(way) > 1:
                    length -= len(way.pop()[0]) + 1
                continue
            _, changed, below = way[-1]
            now = changed.children.get(name) if changed is not None else None
            before = (below.children or {}).get(name) if below is not None else None
            target = _link_name(now, before) if hops < MOST_HOPS else None
            if target is None:
                way.append((name, now, before))
                length += len(name) + 1
            else:
                hops += 1
                if target.startswith("/"):
                    way, length = way[:1], 0
                waiting.extend(target.split("/")[::-1])
            if hops and length > _LONGEST_PATH:
                return None
        return "/".join(name for name, _, _ in way[1:])

    def _node(self, path: str) -> LayerNode:
        """Return the node at `path`, made with all above it where it is not there yet."""
        node = self._root
        for name in path.split("/"):
            child = node.children.get(name)
            if child is None:
                child = node.children[name] = LayerNode(name, node)
                # Directories that layers do not list are made by what is in them.
                child.kind = None if self._below.get(child.path) else "added"
            node = child
        return node


def _link_name(now: LayerNode | None, before: Node | None) -> str | None:
    """Return the target if there is a link where the layer made `now` of what was there `before`."""
    if now is not None and now.kind == "removed":
        return None
    if now is not None and now.entry is not None:
        return now.entry.link_name if now.entry.type is EntryType.SYMLINK else None
    return before.link_name if before is not None and before.is_symlink else None


def _kind(before: Node | None, entry: LayerEntry) -> LayerChangeKind | None:
    if before is None:
        return "added"
    if entry.type is not EntryType.DIRECTORY:
        same = before.content is not None and before.content.same_content(entry)
        return "metadata" if same else "modified"
    if not before.is_directory:
        return "modified"
    if before.entry is None:
        return None
    owner_and_mode = (before.entry.mode, before.entry.uid, before.entry.gid)
    return None if owner_and_mode == (entry.mode, entry.uid, entry.gid) else "metadata"


def _add_up(node: LayerNode, *, shipped: int = 0, removed: int = 0) -> None:
    above: LayerNode | None = node
    while above is not None:
        above.shipped_size += shipped
        above.removed_size += removed
        above = above.parent
