"""From an index to the manifest of one platform, and on to its configuration: the same for every source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from imgscope.errors import DocumentError, IntegrityError, NotFoundError
from imgscope.oci.config import parse_config
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor, Index, Manifest, canonical_type, parse_manifest
from imgscope.oci.platform import Platform, choose
from imgscope.sources.base import ImageHead

_DEEPEST_INDEX: Final = 4

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
    wanted = platform or Platform.default()
    document = parse_manifest(top.body, top.media_type)
    digest, notes = top.digest, []
    available: tuple[Platform, ...] = ()
    for _ in range(_DEEPEST_INDEX):
        if isinstance(document, Manifest):
            break
        chosen = _choose(document, wanted, reference)
        if not available:
            available = tuple(d.platform.normalized() for d in _images(document) if d.platform)
        if chosen.platform and not _same_architecture(chosen.platform, wanted):
            notes.append(f"there is no image for {wanted}: showing the one for {chosen.platform.normalized()}")
        digest = chosen.digest
        document = parse_manifest(verified(chosen, fetch_manifest(chosen), what="manifest"), chosen.media_type)
    if isinstance(document, Index):
        raise DocumentError(f"the image {reference} is an index of indexes more than {_DEEPEST_INDEX} deep")
    _refuse_artifact(document, reference)
    config = parse_config(verified(document.config, fetch_config(document.config), what="image configuration"))
    return ImageHead(
        reference=reference,
        source=source,
        digest=digest,
        media_type=canonical_type(document),
        manifest=document,
        config=config,
        platform=config.platform,
        index_digest=top.digest if digest != top.digest else None,
        available_platforms=available or (config.platform,),
        notes=tuple(notes),
    )


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


def _images(index: Index) -> list[Descriptor]:
    return [descriptor for descriptor in index.manifests if not descriptor.is_attestation]


def _choose(index: Index, wanted: Platform, reference: str) -> Descriptor:
    candidates = _images(index)
    if len(candidates) == 1 and candidates[0].platform is None:
        return candidates[0]
    position = choose([descriptor.platform or Platform() for descriptor in candidates], wanted)
    if position is not None:
        return candidates[position]
    nested = [descriptor for descriptor in candidates if descriptor.is_index]
    if len(nested) == 1:
        return nested[0]
    offered = ", ".join(dict.fromkeys(str(d.platform.normalized()) for d in candidates if d.platform)) or "none"
    raise NotFoundError(
        f"the image {reference} has no variant for {wanted}; it has: {offered}",
        hint="choose one of them with --platform",
    )


def _same_architecture(chosen: Platform, wanted: Platform) -> bool:
    return chosen.normalized().architecture == wanted.normalized().architecture


def _refuse_artifact(manifest: Manifest, reference: str) -> None:
    if manifest.is_image:
        return
    kind = manifest.artifact_type or manifest.config.media_type or "an unknown kind"
    raise DocumentError(
        f"{reference} is no container image but an artifact of type {kind}",
        hint="imgscope reads images; a Helm chart, WASM module or signature has its own tools",
    )
