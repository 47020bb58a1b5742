"""Two trees held against each other, path by path: about a tenth of a second for 80,000 files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from imgscope.difference.document import ChangedPath, FileChange
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.inside.state import changed_aspects, entry_of, state_of

_OF_CONTENT: Final = frozenset(("type", "content", "target", "device"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePair:
    """A path of which only one image has a node, or both have nodes that differ; `told` is how."""

    old: Node | None
    new: Node | None
    told: ChangedPath


@dataclass(slots=True)
class TreeDifference:
    """The paths that differ, parents first, and how many others differ in their time only."""

    pairs: list[NodePair] = field(default_factory=list)
    times_only: int = 0


def compare_trees(old: FileTree, new: FileTree) -> TreeDifference:
    """Return what differs between two trees: content by its fingerprint, mode, owner, extended attributes, targets.

    The deltas sum up to the difference between the sizes of the trees. Of several names of one content the first by
    path counts for it, so that it does not matter which of them an archive has as the file and which as links.
    """
    found = TreeDifference()
    comparison = _Comparison(_charged(old), _charged(new), found)
    comparison.compare(old.root, new.root)
    return found


def _charged(tree: FileTree) -> dict[int, int]:
    """Return by the identity of nodes what each name of a content that has several counts for."""
    linked = {id(node.content) for node in tree.nodes if node.is_hard_link}
    charged: dict[int, int] = {}
    seen: set[int] = set()
    for node in tree.nodes if linked else ():
        if id(node.content) in linked:
            charged[id(node)] = 0 if id(node.content) in seen else node.size
            seen.add(id(node.content))
    return charged


class _Comparison:
    """One comparison: `old` and `new` are what `_charged` returns."""

    def __init__(self, old: dict[int, int], new: dict[int, int], found: TreeDifference) -> None:
        self._old = old
        self._new = new
        self._found = found

    def compare(self, old_root: Node, new_root: Node) -> None:
        waiting: list[tuple[Node | None, Node | None]] = [(old_root, new_root)]
        while waiting:
            old, new = waiting.pop()
            if old is not None and new is not None:
                self._both(old, new)
            else:
                self._one(old, new)
            waiting.extend(_children(old, new))

    def _both(self, old: Node, new: Node) -> None:
        before, after = entry_of(old), entry_of(new)
        delta = self._new.get(id(new), new.size) - self._old.get(id(old), old.size)
        if before is after and not delta:
            return
        aspects = changed_aspects(before, after)
        if aspects in ((), ("time",)) and not delta:
            # Directories that no layer lists have no time.
            self._found.times_only += bool(aspects) and old.entry is not None and new.entry is not None
            return
        told = tuple(aspect for aspect in aspects if aspect != "time")
        change: FileChange = "modified" if _OF_CONTENT.intersection(told) else "metadata"
        self._add(old, new, change, delta, told or ("links",))

    def _one(self, old: Node | None, new: Node | None) -> None:
        if new is not None:
            self._add(old, new, "added", self._new.get(id(new), new.size), ())
        elif old is not None:
            self._add(old, new, "removed", -self._old.get(id(old), old.size), ())

    def _add(
        self, old: Node | None, new: Node | None, change: FileChange, delta: int, aspects: tuple[str, ...]
    ) -> None:
        told = ChangedPath(
            path=(new or old).path,  # type: ignore[union-attr]
            change=change,
            delta=delta,
            aspects=aspects,
            old=state_of(entry_of(old)) if old is not None else None,
            new=state_of(entry_of(new)) if new is not None else None,
        )
        self._found.pairs.append(NodePair(old=old, new=new, told=told))


def _children(old: Node | None, new: Node | None) -> Iterator[tuple[Node | None, Node | None]]:
    """Yield what is in either directory under one name, the last name first."""
    before, after = (old.children if old else None) or {}, (new.children if new else None) or {}
    for name in sorted(before.keys() | after.keys(), reverse=True):
        yield before.get(name), after.get(name)
