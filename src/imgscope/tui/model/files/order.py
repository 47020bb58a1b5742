"""In which order what is in a directory is listed."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final, Literal, TypeVar

from imgscope.filesystem.layer_view import LayerChangeKind
from imgscope.tui.model.files.source import FileItem, FileSource

Item = TypeVar("Item")
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


def in_order(source: FileSource, items: Iterable[FileItem], order: FileOrder) -> list[FileItem]:
    """Return `items` of `source` sorted: the largest, the first by name, or the most changed at first."""
    return sorted_in_parts(items, _key(source, order))


def sorted_in_parts(items: Iterable[Item], key: Callable[[Item], tuple[int | str, ...]]) -> list[Item]:
    """Return `items` sorted by `key`; meant for threads beside the one that answers keys."""
    # One call of sorted holds the interpreter's lock from its beginning to its end, and keys would have to wait.
    waiting = iter(items)
    chunks = list(iter(lambda: sorted(islice(waiting, _CHUNK), key=key), []))
    return chunks[0] if len(chunks) == 1 else list(heapq.merge(*chunks, key=key))


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
