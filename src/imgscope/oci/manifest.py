"""Descriptors, manifests and indexes (image-spec, manifest.md and image-index.md; Docker schema 2)."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec

from imgscope.errors import DocumentError
from imgscope.oci.digest import Digest
from imgscope.oci.document import convert, parse_json
from imgscope.oci.platform import Platform

OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG: Final = "application/vnd.oci.image.config.v1+json"
DOCKER_INDEX: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG: Final = "application/vnd.docker.container.image.v1+json"

INDEX_TYPES: Final = (OCI_INDEX, DOCKER_INDEX)
MANIFEST_TYPES: Final = (OCI_MANIFEST, DOCKER_MANIFEST)
CONFIG_TYPES: Final = (OCI_CONFIG, DOCKER_CONFIG)
ACCEPTED: Final = INDEX_TYPES + MANIFEST_TYPES
_SCHEMA_1: Final = "application/vnd.docker.distribution.manifest.v1"

REFERENCE_TYPE: Final = "vnd.docker.reference.type"
REFERENCE_DIGEST: Final = "vnd.docker.reference.digest"


class Descriptor(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where content is and what it must be. `size` is in bytes, of the content as stored."""

    digest: Digest
    size: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
    media_type: str = ""
    urls: tuple[str, ...] | None = None
    annotations: dict[str, str] | None = None
    data: str | None = None
    artifact_type: str | None = None
    platform: Platform | None = None

    @property
    def is_attestation(self) -> bool:
        """Whether this is a BuildKit attestation beside an image, not an image."""
        marked = (self.annotations or {}).get(REFERENCE_TYPE) == "attestation-manifest"
        return marked or (self.platform is not None and self.platform.is_unknown)

    def is_attestation_of(self, digest: Digest) -> bool:
        """Whether this is a BuildKit attestation of the image whose manifest has that digest."""
        return self.is_attestation and (self.annotations or {}).get(REFERENCE_DIGEST) == digest

    @property
    def is_index(self) -> bool:
        """Whether the content is another index."""
        return self.media_type in INDEX_TYPES


class Manifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One image: its configuration and its layers, lowest first; artifacts may have none of these."""

    schema_version: int
    config: Descriptor
    layers: tuple[Descriptor, ...] = ()
    media_type: str | None = None
    artifact_type: str | None = None
    subject: Descriptor | None = None
    annotations: dict[str, str] | None = None

    @property
    def compressed_size(self) -> int:
        """Bytes of all layers as stored, known before any of them is fetched."""
        return sum(layer.size for layer in self.layers)

    @property
    def is_image(self) -> bool:
        """Whether the configuration is an image's, as nearly only images have it: see `artifact.artifact_of`."""
        return self.config.media_type in CONFIG_TYPES


class Index(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Several images under one name, usually one a platform."""

    schema_version: int
    manifests: tuple[Descriptor, ...]
    media_type: str | None = None
    artifact_type: str | None = None
    subject: Descriptor | None = None
    annotations: dict[str, str] | None = None


def parse_manifest(body: bytes, media_type: str | None = None) -> Manifest | Index:
    """Return the manifest or index in `body`, which came with `media_type` as its Content-Type, if any.

    Who fetched it saw to its size.

    Raises `DocumentError` for what could be read as either (CVE-2021-41190), for Docker's schema 1,
    and for anything else that is neither.
    """
    value = parse_json(body, what="manifest", limit=None)
    if not isinstance(value, dict):
        raise DocumentError("the manifest is malformed: expected a JSON object")
    declared = _declared_type(value, (media_type or "").partition(";")[0].strip().lower())
    _refuse_schema_1(value, declared)
    has_manifests = "manifests" in value
    if has_manifests and ("config" in value or "layers" in value):
        raise DocumentError("the manifest has both manifests and layers, so it could be read as two different images")
    if declared in INDEX_TYPES or (declared not in MANIFEST_TYPES and has_manifests):
        return convert(_without_nulls(value, "manifests"), Index, what="index")
    return convert(_without_nulls(value, "layers"), Manifest, what="manifest")


def canonical_type(document: Manifest | Index) -> str:
    """Return the document's media type, inferred from its content where it does not say (image-spec, "mediaType")."""
    if document.media_type:
        return document.media_type
    if isinstance(document, Index):
        return OCI_INDEX
    return DOCKER_MANIFEST if document.config.media_type == DOCKER_CONFIG else OCI_MANIFEST


def _declared_type(value: dict[str, Any], header: str) -> str:
    body = value.get("mediaType")
    body = body.lower() if isinstance(body, str) else ""
    # Content delivery networks answer text/plain or application/json; only a real claim can contradict.
    if header in ACCEPTED and body and body != header:
        raise DocumentError(f"the manifest says it is {body!r} but was sent as {header!r}")
    return body or header


def _without_nulls(value: dict[str, Any], items: str) -> dict[str, Any]:
    """Return a document without members that are null, as Go writes an empty list: that of `items` is one."""
    known = {name: member for name, member in value.items() if member is not None}
    return {items: [], **known} if items in value else known


def _refuse_schema_1(value: dict[str, Any], declared: str) -> None:
    if declared.startswith(_SCHEMA_1) or (value.get("schemaVersion") == 1 and "fsLayers" in value):
        raise DocumentError(
            "the image has a Docker schema 1 manifest, a format registries gave up in 2017 that lists no sizes",
            hint="push the image again with a current docker, buildah or skopeo",
        )
