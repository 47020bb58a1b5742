"""What a file of an image holds, read from the one layer that has it, and from that no further than needed.

Which layer that is, and which of its entries, is known from a tree. The bytes are held against the fingerprint that the
entry got when its layer was read to its end and verified; the digest of the layer itself can be told only at its end,
which is read as well where `verified` asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import xxhash

from imgscope.errors import ImgscopeError, IntegrityError, LayerError, LimitError, UsageError
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.inside.finding import find
from imgscope.layer.contents import member_content
from imgscope.layer.index import EntryType, LayerEntry, LayerIndex
from imgscope.layer.read import Received
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.sources.base import ImageHead, ImageSource

_WHAT: Final = {
    EntryType.DIRECTORY: "a directory",
    EntryType.CHARACTER_DEVICE: "a character device",
    EntryType.BLOCK_DEVICE: "a block device",
    EntryType.FIFO: "a named pipe",
    EntryType.HARD_LINK: "a hard link to a file that is not there",
}


def find_file(tree: FileTree, path: str) -> Node:
    """Return the file that `path` leads to, all links followed inside the image.

    Raises `UsageError` where nothing is there or something else than a file, and `LayerError` where that cannot be
    told because not all of the image could be read.
    """
    node = find(tree, path)
    if node.is_file:
        return node
    shown = f"/{path.strip('/')}"
    what = "a directory" if node.is_directory or node.content is None else _WHAT[node.content.type]
    hint = f"list it with: imgscope ls IMAGE {shown}" if node.is_directory else "only files have content"
    raise UsageError(f"{shown} is {what}", hint=hint)


def read_file(
    source: ImageSource,
    head: ImageHead,
    tree: FileTree,
    path: str,
    *,
    most: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    received: Received = lambda _: None,
) -> bytes:
    """Return the content of the file that `path` leads to, or its first `most` bytes.

    Raises what `find_file` and `open_file` do.
    """
    node = find_file(tree, path)
    kept = bytearray()
    with open_file(source, head, tree, node, limits=limits, received=received) as pieces:
        for piece in pieces:
            kept += piece
            if most is not None and len(kept) >= most:
                return bytes(kept[:most])
    return bytes(kept)


@contextmanager
def open_file(
    source: ImageSource,
    head: ImageHead,
    tree: FileTree,
    node: Node,
    *,
    verified: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    received: Received = lambda _: None,
) -> Iterator[Iterator[memoryview]]:
    """Give the content of the file `node` of `tree`, the image of `head` in `source`, piece by piece.

    `source` may be opened anew, but has to be resolved before. A piece is there until the next one is asked for. At
    the end the content has to have the fingerprint that the file had when its layer was read; with `verified`, the
    layer is read to its end after that, and has to have its digest. What probes kept of a file is not fetched again.
    `received` is told how many bytes of the layer have come in, and may raise `Cancelled`. Raises, on entry or while
    iterating, `SourceError`, `LayerError`, `IntegrityError` and `LimitError`.
    """
    assert node.content is not None
    layer, entry = tree.layers[node.content_layer], node.content
    if entry.size > limits.unpacked_size:
        raise LimitError(
            f"/{node.path} has more than the {limits.unpacked_size:,} bytes that are read of an image",
            setting="unpacked-size",
        )
    kept = layer.captured.get(entry.path)
    if not verified and kept is not None and xxhash.xxh3_128_digest(kept) == entry.fingerprint:
        yield iter((memoryview(kept),))
        return
    descriptor = head.manifest.layers[node.content_layer]
    with source.open_blob(descriptor) as chunks:
        stored = member_content(
            _told(chunks, received),
            descriptor,
            position=_position(layer, entry),
            expected=entry,
            limits=limits,
            to_the_end=verified,
        )
        yield _named(stored, layer.digest)


def _position(layer: LayerIndex, entry: LayerEntry) -> int:
    """Return which member of the archive `entry` is: of a path that is listed twice, exactly the one that counts."""
    return next(number for number, each in enumerate(layer.entries) if each is entry)


def _told(chunks: Iterable[bytes], received: Received) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        received(size)
        yield chunk


def _named(pieces: Iterator[memoryview], digest: str) -> Iterator[memoryview]:
    """Yield `pieces`, and say which layer it is that an error is about."""
    try:
        yield from pieces
    except (LayerError, IntegrityError) as error:
        raise _about(error, digest) from None


def _about(error: ImgscopeError, digest: str) -> ImgscopeError:
    return type(error)(f"layer {digest} {error.message}", hint=error.hint)
