"""What the layers hold in vain, by why, and what each layer changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.layer.index import EntryType

Cause = Literal["deleted", "overwritten", "metadataOnly", "duplicateContent"]
_CAUSES: Final[dict[str, Cause]] = {"removed": "deleted", "modified": "overwritten", "metadata": "metadataOnly"}


class WastedCopy(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One copy of a file's content that did not need to ship: `size` bytes, in layer number `layer`.

    `related_layer` is the one with the other copy, or the one that removed it, with all else in the directory
    `removed_with` if that is set.
    """

    path: str
    cause: Cause
    size: int
    layer: int
    related_layer: int
    removed_with: str | None = None

    @property
    def told_as(self) -> str:
        """What to call it to a person: its path, or that of the directory that was removed, ending with a slash."""
        return self.path if self.removed_with is None else f"{self.removed_with}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerChanges:
    """What one layer did to the files below it; bytes are those of the files it added, rewrote or removed.

    Whiteouts are no files here.
    """

    added_files: int = 0
    added_bytes: int = 0
    modified_files: int = 0
    modified_bytes: int = 0
    removed_files: int = 0
    removed_bytes: int = 0


def wasted_copies(tree: FileTree) -> Iterator[WastedCopy]:
    """Yield every copy but the one that is kept (N-1); files without content waste nothing."""
    live = {id(node.content) for node in tree.nodes if node.content is not node.entry}
    shipped: dict[int, int] = {}
    for replacement in tree.replacements:
        before = replacement.before
        if before.type is not EntryType.FILE or not before.size or id(before) in live:
            continue
        cause = _CAUSES[replacement.kind]
        # Whoever re-moded a file shipped it again for nothing: that copy is in vain, and the first the one to keep, or
        # to blame should it go, too. In the other cases the copy from before was in vain.
        first = shipped.get(id(before), replacement.before_layer)
        blamed, related = first, replacement.layer
        if cause == "metadataOnly":
            blamed, related = related, first
            shipped[id(replacement.after)] = first
        yield WastedCopy(
            path=replacement.path,
            cause=cause,
            size=before.size,
            layer=blamed,
            related_layer=related,
            removed_with=replacement.removed_with,
        )
    yield from _duplicates(tree, shipped)


def _duplicates(tree: FileTree, shipped: Mapping[int, int]) -> Iterator[WastedCopy]:
    """Yield the files whose content stands at another path, too; `shipped` has the layers of what was re-moded."""
    by_layer: list[list[Node]] = [[] for _ in tree.layers]
    for node in tree.files:
        if node.size:
            by_layer[shipped.get(id(node.content), node.content_layer)].append(node)
    first: dict[bytes, tuple[int, Node]] = {}
    for layer, nodes in enumerate(by_layer):
        for node in nodes:
            fingerprint = node.content.fingerprint if node.content is not None else None
            if fingerprint is None:
                continue
            original = first.get(fingerprint)
            if original is None:
                first[fingerprint] = layer, node
                continue
            yield WastedCopy(
                path=original[1].path,
                cause="duplicateContent",
                size=node.size,
                layer=layer,
                related_layer=original[0],
            )


def layer_changes(tree: FileTree) -> tuple[LayerChanges, ...]:
    """Return what each layer did, lowest first. What it lists twice counts once, as it was in the end."""
    modified, removed, uncounted = ([[0, 0] for _ in tree.layers] for _ in range(3))
    for replacement in tree.replacements:
        before, after = replacement.before, replacement.after
        if before.type is not EntryType.FILE:
            continue
        counter, size = removed, before.size
        if replacement.before_layer == replacement.layer:
            counter = uncounted
        elif after is not None and after.type is EntryType.FILE:
            counter, size = modified, after.size
        counter[replacement.layer][0] += 1
        counter[replacement.layer][1] += size
    return tuple(
        LayerChanges(
            added_files=max(layer.file_count - modified[number][0] - uncounted[number][0], 0),
            added_bytes=max(layer.unpacked_size - modified[number][1] - uncounted[number][1], 0),
            modified_files=modified[number][0],
            modified_bytes=modified[number][1],
            removed_files=removed[number][0],
            removed_bytes=removed[number][1],
        )
        for number, layer in enumerate(tree.layers)
    )
