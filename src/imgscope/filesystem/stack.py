"""Building a FileTree: each layer's whiteouts first, on what lower layers left, then its entries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import ChangeKind, FileTree, Replacement, TreeAnomaly
from imgscope.layer.index import EntryType, LayerEntry, LayerIndex

WHITEOUT_PREFIX: Final = ".wh."
_METADATA_PREFIX: Final = ".wh..wh."
_OPAQUE: Final = ".wh..wh..opq"


def stack(layers: Sequence[LayerIndex]) -> FileTree:
    """Return the tree of `layers`, lowest first. Never raises: what does not fit is an anomaly of the tree."""
    tree = FileTree(layers)
    for number, layer in enumerate(tree.layers):
        _Application(tree, number).apply(layer)
    return tree


class _Application:
    """One layer on its way onto the tree."""

    def __init__(self, tree: FileTree, layer: int) -> None:
        self._tree = tree
        self._layer = layer
        # Entries come grouped by directory; remembering where each one is spares walking down to it again.
        self._directories: dict[str, Node] = {"": tree.root}

    def apply(self, layer: LayerIndex) -> None:
        ordinary: list[LayerEntry] = []
        hidden: set[str] = set()
        for entry in layer.entries:
            if WHITEOUT_PREFIX in entry.path and _is_marker(entry.path):
                target = self._hide(entry.path)
                if target is not None:
                    hidden.add(target)
            else:
                ordinary.append(entry)
        self._directories = {"": self._tree.root}
        for entry in ordinary:
            if hidden and entry.path in hidden:
                self._remark(entry.path, "is in one layer both removed and present, which runtimes read differently")
            self._add(entry)

    def _hide(self, path: str) -> str | None:
        """Carry out the whiteout at `path`; return the path it removes, if it names one."""
        parent_path, _, name = path.rpartition("/")
        if name == _OPAQUE:
            directory = self._tree.resolve(parent_path)
            for child in list((directory.children if directory else None) or {}):
                self._remove(self._tree.get(f"{directory.path}/{child}" if directory else child))
            return None
        if name.startswith(_METADATA_PREFIX) or f"/{_METADATA_PREFIX}" in f"/{path}":
            return None
        removed = name.removeprefix(WHITEOUT_PREFIX)
        if not removed:
            self._remark(path, "is a whiteout that names nothing")
            return None
        parent = self._tree.resolve(parent_path)
        node = (parent.children or {}).get(removed) if parent else None
        target = f"{parent_path}/{removed}" if parent_path else removed
        if node is None:
            self._remark(target, "is removed without being in a lower layer")
            return target
        if node.is_directory:
            self._tree.removed_sizes[self._layer, target] = _content_size(node)
        self._remove(node)
        return target

    def _remove(self, node: Node | None) -> None:
        if node is None or node.parent is None or node.parent.children is None:
            return
        self._record_removal(node)
        del node.parent.children[node.name]

    def _record_removal(self, top: Node) -> None:
        for node in top.walk():
            if node.entry is not None and not node.is_directory:
                self._record(node, "removed", None)

    def _record(self, node: Node, kind: ChangeKind, after: LayerEntry | None) -> None:
        if node.entry is None:
            return
        self._tree.replacements.append(
            Replacement(
                path=node.path,
                layer=self._layer,
                kind=kind,
                before=node.entry,
                before_layer=node.layer,
                after=after,
            )
        )

    def _add(self, entry: LayerEntry) -> None:
        if not entry.path:
            self._tree.root.entry, self._tree.root.layer = entry, self._layer
            return
        parent_path, _, name = entry.path.rpartition("/")
        parent = self._directories.get(parent_path) or self._directory(parent_path)
        children = parent.children if parent.children is not None else {}
        existing = children.get(name)
        if existing is not None and existing.is_directory and entry.type is EntryType.DIRECTORY:
            existing.entry = existing.content = entry
            existing.layer = existing.content_layer = self._layer
            return
        node = Node(name, parent, entry, self._layer)
        if entry.type is EntryType.HARD_LINK:
            self._link(node, entry)
        if existing is not None:
            self._replace(existing, node, entry)
        children[name] = node

    def _replace(self, existing: Node, node: Node, entry: LayerEntry) -> None:
        if existing.layer == self._layer and existing.entry is not None:
            self._remark(entry.path, "stands more than once in one layer")
        if existing.is_directory:
            self._record_removal(existing)
        elif existing.entry is not None:
            before, after = existing.content, node.content
            same = before is not None and after is not None and before.same_content(after)
            self._record(existing, "metadata" if same else "modified", entry)
        if existing.is_directory or existing.is_symlink:
            self._directories = {"": self._tree.root}

    def _link(self, node: Node, entry: LayerEntry) -> None:
        target = self._tree.get(entry.link_name.removeprefix("./").strip("/")) or self._tree.resolve(entry.link_name)
        if target is None or target.is_directory:
            self._remark(entry.path, "is a hard link to a file that is not there")
            return
        node.content, node.content_layer = target.content, target.content_layer

    def _directory(self, path: str) -> Node:
        """Return the directory at `path`, links followed as runtimes do, made where no layer lists it."""
        node = self._tree.root
        for name in path.split("/"):
            children = node.children if node.children is not None else {}
            child = children.get(name)
            if child is not None and child.is_symlink and child.entry is not None:
                led = self._tree.resolve(child.entry.link_name, base=node)
                child = led if led is not None and led.is_directory else child
            if child is None or child.children is None:
                if child is not None:
                    self._remark(child.path, "is no directory but has entries below it")
                    self._record(child, "removed", None)
                child = Node(name, node, None, self._layer)
                children[name] = child
            node = child
        self._directories[path] = node
        return node

    def _remark(self, path: str, message: str) -> None:
        if len(self._tree.anomalies) < 1000:
            self._tree.anomalies.append(TreeAnomaly(layer=self._layer, path=path, message=message))


def _is_marker(path: str) -> bool:
    name = path[path.rfind("/") + 1 :]
    return name.startswith(WHITEOUT_PREFIX) or f"/{_METADATA_PREFIX}" in f"/{path}"


def _content_size(top: Node) -> int:
    return sum(node.size for node in top.walk() if not node.is_hard_link)
