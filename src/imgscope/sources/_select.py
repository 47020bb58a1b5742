"""From an index to the manifest of one platform, and on to its configuration: the same for every source."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from imgscope.errors import DocumentError, IntegrityError, LimitError, NotFoundError
from imgscope.oci.artifact import Artifact, artifact_of, attached
from imgscope.oci.config import ImageConfig, parse_config
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import CONFIG_TYPES, Descriptor, Index, Manifest, canonical_type, parse_manifest
from imgscope.oci.platform import Platform, choose
from imgscope.sources.base import ImageHead
from imgscope.text import format_names

DEEPEST_INDEX: Final = 4
_MOST_LOOKUPS: Final = 32
_MOST_DOCUMENTS: Final = 256
_MOST_LISTED: Final = 3

Fetch = Callable[[Descriptor], bytes]
"""Gives the whole, small content of a descriptor, not yet verified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopDocument:
    """The manifest or index that a name stands for, as it was received."""

    body: bytes
    digest: Digest
    media_type: str | None = None


def resolve_head(
    top: TopDocument,
    platform: Platform | None,
    *,
    fetch_manifest: Fetch,
    fetch_config: Fetch,
    reference: str,
    source: str,
) -> ImageHead:
    """Follow `top` through its indexes to the image for `platform` and return its head.

    Raises `DocumentError`, `IntegrityError`, `NotFoundError` where no image suits the platform, and whatever the
    two fetchers raise.
    """
    search = _Search((platform or Platform.default()).normalized(), reference, fetch_manifest, fetch_config)
    document = parse_manifest(top.body, top.media_type)
    found = search.find(document, top.digest)
    if found is None:
        refuse_index_without_images(document, reference)
        raise NotFoundError(
            f"the image {reference} has no variant for {search.wanted}; it has: {search.offered()}",
            hint="choose one of them with --platform",
        )
    manifest, digest = found
    refuse_artifact(manifest, reference)
    config = search.config(manifest)
    # Who names no platform takes what there is, unless an index had others to choose from.
    asked = platform is not None or digest != top.digest
    return ImageHead(
        reference=reference,
        source=source,
        digest=digest,
        media_type=canonical_type(manifest),
        manifest=manifest,
        config=config,
        platform=config.platform,
        index_digest=top.digest if digest != top.digest else None,
        available_platforms=tuple(search.seen) or (config.platform,),
        attestations=tuple(search.attestations.values()),
        notes=notes_on_platform(config.platform, search.wanted) if asked else (),
    )


def notes_on_platform(found: Platform, wanted: Platform) -> tuple[str, ...]:
    """Return what has to be said where the image found is for another machine than the one wanted."""
    if (found.os, found.architecture) == (wanted.os, wanted.architecture) or not found.architecture:
        return ()
    return (f"there is no image for {wanted}: showing the one for {found}",)


def verified(descriptor: Descriptor, body: bytes, *, what: str) -> bytes:
    """Return `body` if it has the size and digest of `descriptor`; raises `IntegrityError`."""
    if len(body) != descriptor.size:
        raise IntegrityError(f"the {what} has {len(body):,} bytes instead of the {descriptor.size:,} it should have")
    hasher = descriptor.digest.hasher()
    if hasher is not None:
        hasher.update(body)
        if not descriptor.digest.matches(hasher):
            raise IntegrityError(f"the {what} does not match its digest {descriptor.digest}")
    return body


@dataclass(slots=True)
class _Search:
    """The way from a document to the manifest for one platform.

    `seen` are the platforms that were on offer, `attestations` what stands beside the manifest on the way to it.
    """

    wanted: Platform
    reference: str
    fetch_manifest: Fetch
    fetch_config: Fetch
    seen: dict[Platform, None] = field(default_factory=dict)
    attestations: dict[Digest, Descriptor] = field(default_factory=dict)
    lookups: int = 0
    documents: int = 0
    visited: set[Digest] = field(default_factory=set)

    def find(self, document: Manifest | Index, digest: Digest, depth: int = 0) -> tuple[Manifest, Digest] | None:
        """Return the manifest that suits, with its digest, or None where none does."""
        if isinstance(document, Manifest):
            return document, digest
        if depth == DEEPEST_INDEX:
            raise DocumentError(
                f"the image {self.reference} is an index of indexes more than {DEEPEST_INDEX} deep",
                hint="name the image that is meant by its digest",
            )
        for descriptor in self._worth_following(document):
            if descriptor.digest not in self.visited:
                self.visited.add(descriptor.digest)
                found = self.find(self._document(descriptor), descriptor.digest, depth + 1)
                if found is not None:
                    beside = (each for each in document.manifests if each.is_attestation_of(found[1]))
                    self.attestations |= {each.digest: each for each in beside}
                    return found
        return None

    def config(self, manifest: Manifest) -> ImageConfig:
        """Return the configuration that `manifest` names, verified."""
        body = content_of(manifest.config, self.fetch_config, what="image configuration")
        return parse_config(body)

    def offered(self) -> str:
        """List the platforms that were seen, for people."""
        return format_names(map(str, self.seen)) or "none"

    def _worth_following(self, index: Index) -> Iterator[Descriptor]:
        """Yield the image that suits best; where none does, the indexes, whose content is not known before."""
        images = [descriptor for descriptor in index.manifests if not descriptor.is_attestation]
        if len(images) == 1 and images[0].platform is None:
            yield images[0]
            return
        platforms = list(self._platforms(images))
        position = choose(platforms, self.wanted)
        if position is not None:
            yield images[position]
            return
        yield from (descriptor for descriptor in images if descriptor.is_index)

    def _platforms(self, images: list[Descriptor]) -> Iterator[Platform]:
        """Yield the platforms of `images`; nothing more is fetched once there is one that suits exactly."""
        is_found = False
        for descriptor in images:
            platform = descriptor.platform
            if platform is None and not descriptor.is_index and not is_found:
                platform = self._platform_by_config(descriptor)
            platform = (platform or Platform()).normalized()
            if platform.os:
                self.seen[platform] = None
            is_found = is_found or platform == self.wanted
            yield platform

    def _platform_by_config(self, descriptor: Descriptor) -> Platform | None:
        """Return the platform of an image whose index does not say it (conformance C6)."""
        if is_listed_as_artifact(descriptor):
            return None
        self.lookups += 1
        if self.lookups > _MOST_LOOKUPS:
            return None
        document = self._document(descriptor)
        if not isinstance(document, Manifest) or artifact_of(document) is not None:
            return None
        return self.config(document).platform

    def _document(self, descriptor: Descriptor) -> Manifest | Index:
        self.documents += 1
        if self.documents > _MOST_DOCUMENTS:
            raise LimitError(
                f"the image {self.reference} leads to more than the {_MOST_DOCUMENTS} manifests that are read "
                f"to find one for {self.wanted}",
                hint="name the image that is meant by its digest",
            )
        body = content_of(descriptor, self.fetch_manifest, what="manifest")
        return parse_manifest(body, descriptor.media_type)


def content_of(descriptor: Descriptor, fetch: Fetch, *, what: str) -> bytes:
    """Return the verified content of `descriptor`: what it carries itself (image-spec, "data"), else fetched."""
    if descriptor.data is None:
        return verified(descriptor, fetch(descriptor), what=what)
    try:
        body = base64.b64decode(descriptor.data, validate=True)
    except (binascii.Error, ValueError):
        raise DocumentError(f"the {what} {descriptor.digest} is included as data that are not base64") from None
    return verified(descriptor, body, what=what)


def is_listed_as_artifact(descriptor: Descriptor) -> bool:
    """Tell whether an index says itself that what it lists is no image."""
    return bool(descriptor.artifact_type) and descriptor.artifact_type not in CONFIG_TYPES


def refuse_artifact(manifest: Manifest, reference: str) -> None:
    """Raise `DocumentError`, which says what it is, for a manifest that is no image's (conformance C28)."""
    artifact = artifact_of(manifest)
    if artifact is not None:
        raise DocumentError(f"{reference} is no container image but {artifact.phrase}", hint=_hint(artifact))


def refuse_index_without_images(document: Manifest | Index, reference: str) -> None:
    """Raise `DocumentError` for an index that lists only other things, or nothing (conformance C28)."""
    if isinstance(document, Manifest) or not all(map(_is_no_image, document.manifests)):
        return
    if not document.manifests:
        raise DocumentError(f"{reference} is an index that lists nothing", hint="push the image again")
    listed = list(dict.fromkeys(attached(each).phrase for each in document.manifests))
    more = " and more" if len(listed) > _MOST_LISTED else ""
    raise DocumentError(
        f"{reference} lists no container image but {', '.join(listed[:_MOST_LISTED])}{more}",
        hint="name the image that these belong to",
    )


def _is_no_image(descriptor: Descriptor) -> bool:
    return descriptor.is_attestation or is_listed_as_artifact(descriptor)


def _hint(artifact: Artifact) -> str:
    if artifact.name == "Helm chart":
        return "imgscope reads container images; helm show all oci://NAME reads a chart"
    if artifact.kind == "other":
        return "imgscope reads container images; other artifacts are fetched with: oras pull NAME"
    return "name the image that it belongs to, to see what is attached to that"
