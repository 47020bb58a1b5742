"""An image source in memory, and inspecting what it holds in one call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from imgscope import analyze
from imgscope.errors import SourceError
from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import FileTree
from imgscope.layer.index import LayerIndex
from imgscope.layer.read import read_layer
from imgscope.layer.wants import Wants
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.sources._select import TopDocument, resolve_head
from imgscope.sources.base import ImageHead, Traffic
from tests.support.images import BuiltImage, BuiltLayer, Entry, Step, image, layer

_CHUNK = 64 * 1024


class MemorySource:
    """Holds one image. Blobs in `replaced` have other bytes than they should; those that are None are missing."""

    def __init__(self, built: BuiltImage, *, replaced: Mapping[str, bytes | None] | None = None) -> None:
        self._built = built
        self._blobs: dict[str, bytes | None] = {**built.documents, **built.blobs, **(replaced or {})}
        self._fetched = 0
        self.is_closed = False

    def resolve(self, platform: Platform | None) -> ImageHead:
        return resolve_head(
            TopDocument(
                body=self._built.manifest,
                digest=Digest(self._built.manifest_digest),
                media_type=self._built.manifest_media_type,
            ),
            platform,
            fetch_manifest=self._fetch,
            fetch_config=self._fetch,
            reference="example.com/app:1",
            source="memory",
        )

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        blob = self._fetch(descriptor)[start : None if length is None else start + length]
        yield (blob[position : position + _CHUNK] for position in range(0, len(blob), _CHUNK))

    def traffic(self) -> Traffic:
        return Traffic(bytes_fetched=self._fetched)

    def close(self) -> None:
        self.is_closed = True

    def _fetch(self, descriptor: Descriptor) -> bytes:
        blob = self._blobs[descriptor.digest]
        if blob is None:
            raise SourceError(f"there is no blob {descriptor.digest}", hint="push the image again")
        self._fetched += len(blob)
        return blob


def inspect(
    *steps: BuiltLayer | Step,
    config: Mapping[str, Any] | None = None,
    replaced: Mapping[str, bytes | None] | None = None,
) -> analyze.Inspection:
    """Inspect an image of `steps`, lowest first, whose containers start with `config`."""
    return analyze.inspect_source(MemorySource(image(steps, config=config), replaced=replaced))


def tree_of(*layers: BuiltLayer | tuple[Entry, ...]) -> FileTree:
    """The stacked tree of `layers`, lowest first, with all that probes want captured."""
    wants = analyze.all_wants()
    return stack([_index(each if isinstance(each, BuiltLayer) else layer(*each), wants) for each in layers])


def _index(built: BuiltLayer, wants: Wants) -> LayerIndex:
    descriptor = Descriptor(digest=Digest(built.digest), size=len(built.blob))
    return read_layer([built.blob], descriptor, diff_id=Digest(built.diff_id), wants=wants)
