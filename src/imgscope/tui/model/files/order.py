"""In which order what is in a directory is listed."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection
from itertools import islice
from typing import Final, Literal

from imgscope.filesystem.layer_view import LayerChangeKind
from imgscope.tui.model.files.source import FileItem, FileSource

FileOrder = Literal["size", "name", "change"]
ORDERS: Final[tuple[FileOrder, ...]] = ("size", "name", "change")

_RANKS: Final[dict[LayerChangeKind | None, int]] = {"added": 0, "modified": 1, "metadata": 2, "removed": 3, None: 4}
_CHUNK: Final = 4096


def following(order: FileOrder) -> FileOrder:
    """Return the order that comes after `order`, around the end."""
    return ORDERS[(ORDERS.index(order) + 1) % len(ORDERS)]


def order_phrase(order: FileOrder, source: FileSource) -> str:
    """Return how the list is sorted, in words: by change where one layer's are marked, else by the layer itself."""
    return "by layer" if order == "change" and source.layer is None else f"by {order}"


def in_order(source: FileSource, items: Collection[FileItem], order: FileOrder) -> list[FileItem]:
    """Return `items` of `source` sorted: the largest, the first by name, or the most changed at first."""
    key = _key(source, order)
    if len(items) <= _CHUNK:
        return sorted(items, key=key)
    # One call of sorted holds the interpreter's lock from its beginning to its end, and keys would have to wait.
    waiting = iter(items)
    chunks = iter(lambda: sorted(islice(waiting, _CHUNK), key=key), [])
    return list(heapq.merge(*chunks, key=key))


def _key(source: FileSource, order: FileOrder) -> Callable[[FileItem], tuple[int | str, ...]]:
    weight, kind, origin = source.weight, source.kind, source.origin
    if order == "name":
        return lambda item: (item.name,)
    if order == "size":
        return lambda item: (-weight(item), item.name)
    if source.layer is None:
        return lambda item: (-_or_none(origin(item)), -weight(item), item.name)
    return lambda item: (_RANKS[kind(item)], -weight(item), item.name)


def _or_none(layer: int | None) -> int:
    return -1 if layer is None else layer
