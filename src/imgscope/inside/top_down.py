"""Finding a file without reading more layers than that takes: from the top down, until lower ones cannot matter.

A path is decided once it leads to a file that the layers read so far list, with every directory and link on the way.
A directory that none of them lists could be a link in a layer below, so nothing is decided before one lists it. Each
layer that is not known yet is read to its end: of a path that it has twice the last counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final

from imgscope.filesystem.node import Node
from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import MOST_HOPS, FileTree
from imgscope.inside.finding import check_layer
from imgscope.layer.index import EntryType, LayerIndex
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.passing import PassingReader
from imgscope.reading import LayerReader, ReadingTerms
from imgscope.sources.base import ImageHead, ImageSource, StreamedSource, Traffic

_MOST_HELD: Final = 64 * 1024 * 1024


def tree_for(
    source: ImageSource, head: ImageHead, path: str, terms: ReadingTerms, *, top: int | None = None
) -> tuple[FileTree, ImageHead]:
    """Return a tree of as many layers of `head`, from the top, as decide what `path` leads to, and the head that holds.

    With `top` it is as that layer left it, and those above are not in it. Layers below the ones that decide are empty
    in it. Where nothing is decided, all layers are in it. Of an image that comes as one stream all are read. Raises
    `UsageError` where there is no layer `top`, and `Cancelled` soon after that was asked for; what goes wrong with a
    layer stands in it.
    """
    if isinstance(source, StreamedSource):
        passing = PassingReader(source, terms)
        passed = list(passing.read(head, jobs=1))
        return stack(passed[: _end(top, len(passed))], limits=terms.limits), passing.settled
    reader = LayerReader(source, terms)
    end = _end(top, len(head.manifest.layers))
    layers = [_nothing(descriptor) for descriptor in head.manifest.layers[:end]]
    tree, awaited = FileTree(), {""}
    for layer in reversed(range(end)):
        layers[layer] = reader.read_one(head, layer)
        if layer and not awaited.intersection(entry.name for entry in layers[layer].entries) and "" not in awaited:
            continue
        tree = stack(layers, limits=terms.limits)
        awaited = _awaited(tree, path)
        if not awaited or layers[layer].error is not None:
            break
    return tree, head


def _end(top: int | None, count: int) -> int:
    """Return how many layers an image of `count` of them has up to `top`."""
    if top is None:
        return count
    check_layer(top, count)
    return top + 1


def _awaited(tree: FileTree, path: str) -> set[str]:
    """Return the last components of what has to be known of lower layers before `path` is decided."""
    unlisted = {node.name for node in tree.nodes if node.entry is None and node.parent is not None}
    if unlisted:
        return unlisted
    node, hops = tree.root, 0
    waiting = path.split("/")[::-1]
    while waiting:
        name = waiting.pop()
        if name in ("", "."):
            continue
        if name == "..":
            node = node.parent or node
            continue
        child = (node.children or {}).get(name)
        if child is None:
            return {name} if node.is_directory else _awaited_of(node)
        if child.is_symlink:
            hops += 1
            if hops > MOST_HOPS:
                return set()
            node = tree.root if child.link_name.startswith("/") else node
            waiting.extend(child.link_name.split("/")[::-1])
            continue
        node = child
    return _awaited_of(node)


def _awaited_of(node: Node) -> set[str]:
    """Return what has to be known of the target of a hard link that no layer read so far has."""
    content = node.content
    if content is None or content.type is not EntryType.HARD_LINK:
        return set()
    return {content.link_name.rstrip("/").rpartition("/")[2]}


def _nothing(descriptor: Descriptor) -> LayerIndex:
    return LayerIndex(
        digest=str(descriptor.digest),
        diff_id="",
        compression="unknown",
        compressed_size=descriptor.size,
        tar_size=0,
        unpacked_size=0,
        file_count=0,
        entries=(),
        captured={},
    )


class HoldingSource:
    """A source that keeps the bytes of the last layer that was read to its end, so that it need not be fetched again.

    At most 64 MiB are kept.
    """

    def __init__(self, source: ImageSource) -> None:
        self._source = source
        self._held: tuple[Descriptor, list[bytes]] | None = None

    def resolve(self, platform: Platform | None) -> ImageHead:
        """Do what the source does."""
        return self._source.resolve(platform)

    def open_blob(
        self, descriptor: Descriptor, start: int = 0, length: int | None = None
    ) -> AbstractContextManager[Iterator[bytes]]:
        """Give a blob, or what is kept of it."""
        if start or length is not None:
            return self._source.open_blob(descriptor, start, length)
        return self._whole(descriptor)

    def traffic(self) -> Traffic:
        """Do what the source does."""
        return self._source.traffic()

    def close(self) -> None:
        """Do what the source does, and let go of what is kept."""
        self._held = None
        self._source.close()

    @contextmanager
    def _whole(self, descriptor: Descriptor) -> Iterator[Iterator[bytes]]:
        if self._held is not None and self._held[0] == descriptor:
            yield iter(self._held[1])
            return
        self._held = None
        with self._source.open_blob(descriptor) as chunks:
            yield self._kept(chunks, descriptor)

    def _kept(self, chunks: Iterable[bytes], descriptor: Descriptor) -> Iterator[bytes]:
        kept: list[bytes] = []
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size <= _MOST_HELD:
                kept.append(chunk)
            else:
                kept.clear()
            yield chunk
        if size <= _MOST_HELD:
            self._held = (descriptor, kept)
