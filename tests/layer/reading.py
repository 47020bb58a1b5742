"""Reading archives from memory, in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imgscope.layer._elf_content import ElfContent
from imgscope.layer.index import LayerEntry, LayerIndex
from imgscope.layer.read import read_layer
from imgscope.layer.wants import Want, Wants
from imgscope.limits import DEFAULT_LIMITS, Budget, Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor

LAYER_TYPE = "application/vnd.oci.image.layer.v1.tar"


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    """`content` in chunks of `size` bytes."""
    return (content[position : position + size] for position in range(0, len(content), size))


def read(
    blob: bytes,
    *,
    chunk_size: int = 64 * 1024,
    chunks: Iterable[bytes] | None = None,
    diff_id: Digest | None = None,
    wants: Iterable[str | Want] = (),
    limits: Limits = DEFAULT_LIMITS,
    budget: Budget | None = None,
    media_type: str = LAYER_TYPE,
) -> LayerIndex:
    """The index of the layer whose blob has the bytes `blob`; `chunks` are what comes instead of them."""
    return read_layer(
        pieces(blob, chunk_size) if chunks is None else chunks,
        Descriptor(media_type=media_type, digest=Digest.of(blob), size=len(blob)),
        diff_id=diff_id,
        wants=Wants(wants),
        limits=limits,
        budget=budget,
    )


def only_entry(blob: bytes) -> LayerEntry:
    """The one entry of a layer that has one and is in order."""
    index = read(blob)
    assert index.error is None
    (entry,) = index.entries
    return entry


def held_size(content: ElfContent) -> int:
    """How many bytes of a file are held."""
    return sum(len(held) for _, _, held in content._windows)
