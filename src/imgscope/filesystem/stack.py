"""Building a FileTree: each layer's whiteouts first, on what lower layers left, then its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import MOST_HOPS, ChangeKind, FileTree, Replacement, TreeAnomaly
from imgscope.layer.index import MOST_ANOMALIES, EntryType, LayerEntry, LayerIndex
from imgscope.layer.whiteout import METADATA_PREFIX, OPAQUE_WHITEOUT, WHITEOUT_PREFIX, is_marker
from imgscope.limits import DEFAULT_LIMITS, Limits


def stack(
    layers: Iterable[LayerIndex],
    *,
    limits: Limits = DEFAULT_LIMITS,
    watch: Callable[[FileTree], object] = lambda _: None,
) -> FileTree:
    """Return the tree of `layers`, lowest first, each taken when those below it are in place.

    Never raises on its own: what does not fit is an anomaly of the tree. Directories that no layer lists are made, as
    many as `limits` allows entries; beyond that the tree has an `error`. `watch` is shown the tree after each layer:
    it may look with `FileTree.get` and `FileTree.resolve`, but ask for nothing that is true of a whole tree only.
    """
    tree = FileTree()
    unlisted_left = limits.entry_count
    for number, layer in enumerate(layers):
        tree.layers += (layer,)
        application = _Application(tree, number, unlisted_left, limits)
        application.apply(layer)
        unlisted_left = application.unlisted_left
        watch(tree)
    return tree


class _Application:
    """One layer on its way onto the tree. `unlisted_left` is how many unlisted directories may still be made."""

    def __init__(self, tree: FileTree, layer: int, unlisted_left: int, limits: Limits) -> None:
        self.unlisted_left = unlisted_left
        self._tree = tree
        self._layer = layer
        self._limits = limits
        # Entries come grouped by directory; remembering where each one is spares walking down to it again.
        self._directories: dict[str, Node] = {"": tree.root}

    def apply(self, layer: LayerIndex) -> None:
        ordinary: list[LayerEntry] = []
        hidden: set[str] = set()
        for entry in layer.entries:
            if is_marker(entry.path):
                target = self._hide(entry.path)
                if target is not None:
                    hidden.add(target)
            else:
                ordinary.append(entry)
        for entry in ordinary:
            if hidden:
                self._remark_hidden(entry.path, hidden)
            self._add(entry)

    def _remark_hidden(self, path: str, hidden: set[str]) -> None:
        """Say once of each of the `hidden` paths that the layer that removes it has it, or something below it."""
        for removed in hidden.intersection((path, *_above(path))):
            hidden.remove(removed)
            self._remark(removed, "is in one layer both removed and present, which runtimes read differently")

    def _hide(self, path: str) -> str | None:
        """Carry out the whiteout at `path`; return the path it removes, if it names one."""
        parent_path, _, name = path.rpartition("/")
        if name == OPAQUE_WHITEOUT:
            self._empty(self._tree.resolve(parent_path))
            return None
        if name.startswith(METADATA_PREFIX) or f"/{METADATA_PREFIX}" in f"/{path}":
            return None
        removed = name.removeprefix(WHITEOUT_PREFIX)
        if removed in ("", ".", ".."):
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

    def _empty(self, directory: Node | None) -> None:
        if directory is None or directory.children is None:
            return
        for child in list(directory.children.values()):
            self._remove(child, removed_with=directory.path or None)

    def _remove(self, node: Node, *, removed_with: str | None = None) -> None:
        self._record_removal(node, removed_with=removed_with)
        if node.parent is not None and node.parent.children is not None:
            del node.parent.children[node.name]

    def _record_removal(self, top: Node, *, removed_with: str | None = None) -> None:
        together = removed_with or (top.path if top.is_directory else None)
        for node in top.walk():
            if not node.is_directory:
                self._record(node, "removed", None, removed_with=together)

    def _record(
        self, node: Node, kind: ChangeKind, after: LayerEntry | None, *, removed_with: str | None = None
    ) -> None:
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
                removed_with=removed_with,
            )
        )

    def _add(self, entry: LayerEntry) -> None:
        if not entry.path:
            self._set_root(entry)
            return
        parent_path, _, name = entry.path.rpartition("/")
        parent = self._directories.get(parent_path) or self._directory(parent_path)
        if parent is None or parent.children is None:
            return
        existing = parent.children.get(name)
        if existing is not None and existing.is_directory and entry.type is EntryType.DIRECTORY:
            existing.entry = existing.content = entry
            existing.layer = existing.content_layer = self._layer
            return
        node = Node(name, parent, entry, self._layer)
        if entry.type is EntryType.HARD_LINK:
            self._link(node, entry)
        if existing is not None:
            self._replace(existing, node, entry)
        parent.children[name] = node

    def _set_root(self, entry: LayerEntry) -> None:
        if entry.type is not EntryType.DIRECTORY:
            self._remark("", "is the root of the image and not a directory")
            return
        root = self._tree.root
        root.entry = root.content = entry
        root.layer = root.content_layer = self._layer

    def _replace(self, existing: Node, node: Node, entry: LayerEntry) -> None:
        if existing.layer == self._layer and existing.entry is not None:
            self._remark(entry.path, "stands more than once in one layer")
        if existing.is_directory:
            self._record_removal(existing)
        else:
            before, after = existing.content, node.content
            same = before is not None and after is not None and before.same_content(after)
            self._record(existing, "metadata" if same else "modified", entry)
        if existing.is_directory or existing.is_symlink:
            self._directories = {"": self._tree.root}

    def _link(self, node: Node, entry: LayerEntry) -> None:
        directory, _, name = entry.link_name.rstrip("/").rpartition("/")
        parent = self._tree.resolve(directory)
        target = (parent.children or {}).get(name) if parent else None
        if target is None or target.is_directory:
            self._remark(entry.path, "is a hard link to a file that is not there")
            return
        node.content, node.content_layer = target.content, target.content_layer

    def _directory(self, path: str) -> Node | None:
        """Return the directory at `path`, links followed as runtimes do, made where no layer lists it.

        None where there cannot be one: too deep, or one too many.
        """
        node, hops = self._tree.root, 0
        waiting = path.split("/")[::-1]
        while waiting:
            name = waiting.pop()
            if name in ("", "."):
                continue
            if name == "..":
                node = node.parent or node
                continue
            child = (node.children or {}).get(name)
            if child is not None and child.is_symlink and hops < MOST_HOPS:
                hops += 1
                node = self._tree.root if child.link_name.startswith("/") else node
                waiting.extend(child.link_name.split("/")[::-1])
                continue
            if child is None or not child.is_directory:
                child = self._make_directory(name, node, child)
            if child is None:
                return None
            node = child
        if hops and len(node.path) > self._limits.path_size:
            self._remark(path, "leads through links to a place too deep to be read")
            return None
        self._directories[path] = node
        return node

    def _make_directory(self, name: str, parent: Node, existing: Node | None) -> Node | None:
        if existing is not None:
            self._remark(existing.path, "is no directory but has entries below it")
            self._record(existing, "removed", None)
            self._directories = {"": self._tree.root}
        self.unlisted_left -= 1
        if self.unlisted_left < 0:
            most = self._limits.entry_count
            self._tree.error = f"layers have entries in more than {most:,} directories that no layer lists"
            return None
        node = Node(name, parent, None, self._layer)
        if parent.children is not None:
            parent.children[name] = node
        return node

    def _remark(self, path: str, message: str) -> None:
        if len(self._tree.anomalies) < MOST_ANOMALIES:
            self._tree.anomalies.append(TreeAnomaly(layer=self._layer, path=path, message=message))


def _above(path: str) -> Iterator[str]:
    end = path.rfind("/")
    while end > 0:
        yield path[:end]
        end = path.rfind("/", 0, end)


def _content_size(top: Node) -> int:
    return sum(node.size for node in top.walk() if not node.is_hard_link)
