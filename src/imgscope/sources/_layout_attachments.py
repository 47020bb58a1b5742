"""What is attached to an image in an OCI layout: listed beside it in index.json, by name or by what it refers to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from imgscope.errors import ImgscopeError, NotFoundError
from imgscope.oci.artifact import COSIGN_TAGS, Artifact, Kind, artifact_of, attached, referrers_tag
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor, Index, Manifest, parse_manifest
from imgscope.report import Attachment
from imgscope.sources._attached import Collection, attachment, listed, statements
from imgscope.sources._select import Fetch, is_listed_as_artifact, verified
from imgscope.sources.abilities import Attached
from imgscope.sources.base import ImageHead

Names = Callable[[Descriptor], list[str]]
"""Gives the names that index.json has for what it lists."""

_MOST_LOOKUPS: Final = 256
_SAVED_BY_COSIGN: Final[Mapping[str, Kind]] = {
    "dev.cosignproject.cosign/sigs": "signature",
    "dev.cosignproject.cosign/atts": "attestation",
    "dev.cosignproject.cosign/sboms": "sbom",
}
"""What `cosign save` marks with the annotation `kind`; the image itself has another one."""

_TAG_OF_ATTACHED: Final = re.compile(r"(?:.*:)?[a-z0-9.+_]+-[0-9a-f]{64}(?:\.sig|\.att|\.sbom)?")


def attached_in_layout(head: ImageHead, index: Index, names: Names, fetch: Fetch) -> Attached:
    """Return what in `index`, a layout's index.json, is attached to the image of `head`; `fetch` reads manifests."""
    found = Collection()
    beside = [each for each in index.manifests if each.is_attestation_of(head.digest)]
    found.attempt(lambda: statements({each.digest: each for each in (*head.attestations, *beside)}.values(), fetch))
    subjects = {digest for digest in (head.index_digest, head.digest) if digest is not None}
    own_names = {name for each in index.manifests if each.digest in subjects for name in names(each)}
    others = [each for each in index.manifests if each.digest not in subjects and not each.is_attestation]
    for descriptor in others[:_MOST_LOOKUPS]:
        kind = _kind_by_name(descriptor, subjects, own_names, names)
        if kind is not None:
            artifact = Artifact(kind=kind, name=kind, media_type=descriptor.media_type)
            found.add([attachment(descriptor, artifact)])
        else:
            found.attempt(partial(_by_content, descriptor, subjects, names, fetch))
    return found.result()


def without_attached(images: list[Descriptor], names: Names, fetch: Fetch) -> list[Descriptor]:
    """Return those of `images`, all that a layout lists, that are attached to none of them; all, if that is none."""
    kept = [each for each in images if not (is_listed_as_artifact(each) or _is_named_as_attached(each, names))]
    if 1 < len(kept) <= _MOST_LOOKUPS:
        kept = [each for each in kept if not _refers(each, fetch)]
    return kept or images


def _is_named_as_attached(descriptor: Descriptor, names: Names) -> bool:
    by_cosign = _saved_by_cosign(descriptor) is not None
    return by_cosign or any(_TAG_OF_ATTACHED.fullmatch(name) for name in names(descriptor))


def _saved_by_cosign(descriptor: Descriptor) -> Kind | None:
    return _SAVED_BY_COSIGN.get((descriptor.annotations or {}).get("kind", ""))


def _refers(descriptor: Descriptor, fetch: Fetch) -> bool:
    try:
        return parse_manifest(fetch(descriptor), descriptor.media_type).subject is not None
    except ImgscopeError:
        # What is wrong with it is said when it is the one that is asked for.
        return False


def _kind_by_name(descriptor: Descriptor, subjects: set[Digest], own_names: set[str], names: Names) -> Kind | None:
    """Return what `descriptor` is to the image by cosign's tags, or by its mark and the image's own names."""
    tags = _tags(descriptor, names)
    for subject in subjects:
        for ending, kind in COSIGN_TAGS.items():
            if referrers_tag(subject) + ending in tags:
                return kind
    saved = names(descriptor)
    return _saved_by_cosign(descriptor) if not saved or own_names.intersection(saved) else None


def _by_content(descriptor: Descriptor, subjects: set[Digest], names: Names, fetch: Fetch) -> Iterator[Attachment]:
    """Yield what `descriptor` lists as attached to one of `subjects`, or itself if it refers to one."""
    document = _document(descriptor, fetch)
    if document is None:
        return
    tags = _tags(descriptor, names)
    if isinstance(document, Index) and any(referrers_tag(subject) in tags for subject in subjects):
        yield from listed(document.manifests)
    elif document.subject is not None and document.subject.digest in subjects:
        yield attachment(descriptor, _artifact(descriptor, document))


def _tags(descriptor: Descriptor, names: Names) -> set[str]:
    return {name.rpartition(":")[2] for name in names(descriptor)}


def _artifact(descriptor: Descriptor, document: Manifest | Index) -> Artifact:
    told = artifact_of(document) if isinstance(document, Manifest) else None
    if told is None:
        return attached(descriptor)
    return replace(told, media_type=descriptor.artifact_type or told.media_type)


def _document(descriptor: Descriptor, fetch: Fetch) -> Manifest | Index | None:
    """Return what `descriptor` describes; None where the layout, which may hold only a part, does not have it."""
    try:
        body = fetch(descriptor)
    except NotFoundError:
        return None
    return parse_manifest(verified(descriptor, body, what="manifest"), descriptor.media_type)
