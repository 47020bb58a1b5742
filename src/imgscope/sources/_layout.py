"""An OCI image layout (image-spec, image-layout.md), whether its files are in a directory or in an archive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Final

import msgspec

from imgscope.errors import DocumentError, NotFoundError, UsageError
from imgscope.limits import Limits
from imgscope.oci.digest import Digest
from imgscope.oci.document import decode
from imgscope.oci.manifest import OCI_INDEX, Descriptor, Index, parse_manifest
from imgscope.oci.platform import Platform
from imgscope.oci.reference import same_image
from imgscope.sources._files import FileStore, Place, read_file
from imgscope.sources._layout_attachments import attached_in_layout, without_attached
from imgscope.sources._select import TopDocument, resolve_head, verified
from imgscope.sources._variants import list_variants
from imgscope.sources.abilities import Attached, Variant
from imgscope.sources.base import ImageHead, Traffic
from imgscope.text import format_names

MARK: Final = "oci-layout"
INDEX: Final = "index.json"

_VERSION: Final = "1.0.0"
_LARGEST_MARK: Final = 64 * 1024
# The specification's, and what containerd and Docker add: the whole name, where the first is only a tag.
_NAMES: Final = ("org.opencontainers.image.ref.name", "io.containerd.image.name")


class _Mark(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    image_layout_version: str


class LayoutSource:
    """One image of a layout (`ImageSource`). `place` names it by tag, whole name or digest, if there are several."""

    def __init__(self, files: FileStore, place: Place, limits: Limits) -> None:
        self._files = files
        self._place = place
        self._limits = limits

    def resolve(self, platform: Platform | None) -> ImageHead:
        """Find the image; raises `UsageError` where several could be meant."""
        self._check_version()
        return resolve_head(
            self._top(),
            platform,
            fetch_manifest=self._document,
            fetch_config=self._document,
            reference=self._place.reference,
            source=self._place.scheme,
        )

    def find_attachments(self, head: ImageHead) -> Attached:
        """Find signatures, SBOMs and attestations in the layout; see `FindsAttachments`."""
        return attached_in_layout(head, self._index, _names, self._document)

    def variants(self) -> tuple[Variant, ...]:
        """List the images for all platforms; see `ListsVariants`."""
        self._check_version()
        return list_variants(
            self._top(), fetch_manifest=self._document, fetch_config=self._document, reference=self._place.reference
        )

    def open_blob(
        self, descriptor: Descriptor, start: int = 0, length: int | None = None
    ) -> AbstractContextManager[Iterator[bytes]]:
        """Give the bytes of a blob."""
        return self._files.open(_blob_name(descriptor.digest), start, length)

    def traffic(self) -> Traffic:
        """Nothing is fetched: the files are here."""
        return Traffic()

    def close(self) -> None:
        """End all reading."""
        self._files.close()

    def _other_than_layout(self) -> str:
        """Return what to do where there is no layout."""
        if self._place.scheme == "oci-archive":
            return f"what docker save writes is named docker-archive:{self._place.path}"
        return "name the directory that has it, or make one with: skopeo copy docker://NAME oci:DIRECTORY"

    def _check_version(self) -> None:
        try:
            body = read_file(self._files, MARK, limit=_LARGEST_MARK)
        except NotFoundError as error:
            raise NotFoundError(f"{error.message}: it is no OCI layout", hint=self._other_than_layout()) from None
        mark = decode(body, _Mark, what=MARK)
        if mark.image_layout_version != _VERSION:
            raise DocumentError(
                f"the OCI layout {self._files.label} has version {mark.image_layout_version!r}: {_VERSION} is read"
            )

    def _document(self, descriptor: Descriptor) -> bytes:
        try:
            return read_file(
                self._files, _blob_name(descriptor.digest), limit=self._limits.document_size, setting="document-size"
            )
        except NotFoundError as error:
            raise NotFoundError(
                error.message, hint="the layout holds only a part; try another --platform, or copy the image again"
            ) from None

    def _top(self) -> TopDocument:
        """Return the document that the name stands for."""
        candidates = self._candidates()
        if len(candidates) == 1:
            only = candidates[0]
            content = verified(only, self._document(only), what="manifest")
            return TopDocument(body=content, digest=only.digest, media_type=only.media_type)
        if _are_variants(candidates):
            chosen = {descriptor.digest for descriptor in candidates}
            return TopDocument(
                body=_narrowed(self._index_body, chosen), digest=Digest.of(self._index_body), media_type=OCI_INDEX
            )
        raise UsageError(
            f"the OCI layout {self._files.label} holds {len(candidates)} images: {_listed(candidates)}",
            hint=f"name one of them, as in {self._place}:{_shown(candidates[0])}",
        )

    @cached_property
    def _index_body(self) -> bytes:
        return read_file(self._files, INDEX, limit=self._limits.document_size, setting="document-size")

    @cached_property
    def _index(self) -> Index:
        index = parse_manifest(self._index_body, OCI_INDEX)
        if not isinstance(index, Index):
            raise DocumentError(f"{INDEX} in {self._files.label} is no image index")
        return index

    def _candidates(self) -> list[Descriptor]:
        """Return what the name may mean; what is attached to images only where nothing else has that name."""
        images = [descriptor for descriptor in self._index.manifests if not descriptor.is_attestation]
        if not images:
            raise NotFoundError(f"the OCI layout {self._files.label} holds no image")
        name = self._place.name
        named = [descriptor for descriptor in images if name is None or _is_called(descriptor, name)]
        if not named:
            raise NotFoundError(
                f"the OCI layout {self._files.label} has no image {name!r}; it has: {_listed(images)}",
                hint=f"name one of them, as in {self._place}:{_shown(images[0])}",
            )
        # An image with two names is listed twice, and what cosign saves with it has its name.
        once = {descriptor.digest: descriptor for descriptor in named}
        return without_attached(list(once.values()), _names, self._document)


def _names(descriptor: Descriptor) -> list[str]:
    annotations = descriptor.annotations or {}
    return [annotations[key] for key in _NAMES if annotations.get(key)]


def _is_called(descriptor: Descriptor, name: str) -> bool:
    names = _names(descriptor)
    return name == descriptor.digest or name in names or any(same_image(each, name) for each in names)


def _listed(images: list[Descriptor]) -> str:
    return format_names(_shown(descriptor) for descriptor in images)


def _shown(descriptor: Descriptor) -> str:
    """Return what to call an image by: its longest name, else its digest."""
    return max(_names(descriptor), key=len, default=descriptor.digest)


def _are_variants(images: list[Descriptor]) -> bool:
    """Tell whether these are one image for several platforms, listed without an index of their own."""
    names = {tuple(_names(descriptor)) for descriptor in images}
    platforms = {descriptor.platform for descriptor in images}
    return len(names) == 1 and None not in platforms and len(platforms) == len(images)


def _narrowed(body: bytes, digests: set[Digest]) -> bytes:
    """Return the index in `body` with only those of its manifests."""
    index = json.loads(body)
    index["manifests"] = [each for each in index["manifests"] if each["digest"] in digests]
    return json.dumps(index).encode()


def _blob_name(digest: Digest) -> str:
    return f"blobs/{digest.algorithm}/{digest.encoded}"
