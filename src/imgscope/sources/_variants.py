"""Every image that a name may stand for, one a platform: the same for every source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from imgscope.errors import DocumentError, ImgscopeError, LimitError
from imgscope.oci.artifact import artifact_of
from imgscope.oci.config import parse_config
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor, Index, Manifest, parse_manifest
from imgscope.oci.platform import Platform
from imgscope.sources._select import (
    DEEPEST_INDEX,
    Fetch,
    TopDocument,
    content_of,
    is_listed_as_artifact,
    refuse_artifact,
    refuse_index_without_images,
)
from imgscope.sources._together import together
from imgscope.sources.abilities import Variant

_MOST_VARIANTS: Final = 256
_AT_ONCE: Final = 8


def list_variants(
    top: TopDocument, *, fetch_manifest: Fetch, fetch_config: Fetch, reference: str
) -> tuple[Variant, ...]:
    """Follow `top` through its indexes and return the image for each platform; configurations only where needed.

    An image whose manifest cannot be read is listed with what is wrong with it. Raises `DocumentError` where there
    is no image, `LimitError` for an index beyond reason, and for the indexes themselves whatever the fetchers raise.
    """
    document = parse_manifest(top.body, top.media_type)
    listing = _Listing(reference=reference, fetch_manifest=fetch_manifest, fetch_config=fetch_config)
    if isinstance(document, Manifest):
        refuse_artifact(document, reference)
        return (listing.measured(document, top.digest, None),)
    refuse_index_without_images(document, reference)
    found = together(listing.variant, list(listing.images(document)), threads=_AT_ONCE)
    return tuple(variant for variant in found if variant is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listing:
    reference: str
    fetch_manifest: Fetch
    fetch_config: Fetch
    visited: set[Digest] = field(default_factory=set)

    def images(self, index: Index, depth: int = 0) -> Iterator[Descriptor]:
        """Yield the images in `index` and the indexes in it, each once (conformance C34)."""
        if depth == DEEPEST_INDEX:
            raise DocumentError(
                f"the image {self.reference} is an index of indexes more than {DEEPEST_INDEX} deep",
                hint="name the image that is meant by its digest",
            )
        for descriptor in index.manifests:
            if descriptor.digest in self.visited or descriptor.is_attestation or is_listed_as_artifact(descriptor):
                continue
            self.visited.add(descriptor.digest)
            if len(self.visited) > _MOST_VARIANTS:
                raise LimitError(
                    f"the image {self.reference} lists more than the {_MOST_VARIANTS} images that are read",
                    hint="name one of them by its digest, or choose it with --platform",
                )
            document = self._document(descriptor) if descriptor.is_index else None
            if isinstance(document, Index):
                yield from self.images(document, depth + 1)
            else:
                yield descriptor

    def variant(self, descriptor: Descriptor) -> Variant | None:
        """Return the image behind `descriptor`, or None where it is none."""
        try:
            document = self._document(descriptor)
            if not isinstance(document, Manifest) or artifact_of(document) is not None:
                return None
            return self.measured(document, descriptor.digest, descriptor.platform)
        except ImgscopeError as error:
            platform = (descriptor.platform or Platform()).normalized()
            return Variant(platform=platform, digest=descriptor.digest, compressed_size=None, problem=error.message)

    def measured(self, manifest: Manifest, digest: Digest, platform: Platform | None) -> Variant:
        """Return the image of `manifest`, whose platform its configuration tells where the index does not."""
        if platform is None:
            body = content_of(manifest.config, self.fetch_config, what="image configuration")
            platform = parse_config(body).platform
        return Variant(platform=platform.normalized(), digest=digest, compressed_size=manifest.compressed_size)

    def _document(self, descriptor: Descriptor) -> Manifest | Index:
        return parse_manifest(content_of(descriptor, self.fetch_manifest, what="manifest"), descriptor.media_type)
