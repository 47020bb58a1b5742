"""Collecting what is attached to an image, whatever place it was found in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from imgscope.errors import DocumentError, ImgscopeError
from imgscope.oci.artifact import Artifact, attached
from imgscope.oci.manifest import Descriptor, Manifest, parse_manifest
from imgscope.report import Attachment
from imgscope.sources._select import verified
from imgscope.sources.abilities import Attached

_MOST_ATTACHMENTS: Final = 1000
_MOST_MANIFESTS: Final = 8


class Collection:
    """Attachments by digest, each once however often it is found, and what stood in the way of finding more."""

    def __init__(self) -> None:
        self._found: dict[str, Attachment] = {}
        self._notes: dict[str, None] = {}

    def add(self, attachments: Iterable[Attachment]) -> None:
        """Take in what was found, up to a number that no honest image reaches."""
        for attachment in attachments:
            if len(self._found) == _MOST_ATTACHMENTS:
                self._notes[
                    f"more than {_MOST_ATTACHMENTS:,} things are attached to the image: the first are listed"
                ] = None
                return
            self._found.setdefault(attachment.digest, attachment)

    def attempt(self, look_up: Callable[[], Iterable[Attachment]]) -> None:
        """Take in what `look_up` finds; an `ImgscopeError` of it becomes a note."""
        try:
            self.add(look_up())
        except ImgscopeError as error:
            self.fail(error)

    def fail(self, error: ImgscopeError) -> None:
        """Take note of what went wrong."""
        self._notes[f"what is attached to the image could not all be looked up: {error.message}"] = None

    def result(self) -> Attached:
        """Return all of it in an order that does not depend on how it was found."""
        ordered = sorted(self._found.values(), key=lambda each: (each.kind, each.media_type, each.digest))
        return Attached(attachments=tuple(ordered), notes=tuple(self._notes))


def listed(descriptors: Iterable[Descriptor]) -> Iterable[Attachment]:
    """Yield the attachments that a list of referrers has, by what the list itself says of them."""
    for descriptor in descriptors:
        yield attachment(descriptor, attached(descriptor))


def attachment(descriptor: Descriptor, artifact: Artifact) -> Attachment:
    """Return `descriptor`, which is that artifact, as the report lists it."""
    return Attachment(
        kind=artifact.kind, digest=str(descriptor.digest), media_type=artifact.shown_type, size=descriptor.size
    )


def statements(descriptors: Iterable[Descriptor], fetch: Callable[[Descriptor], bytes]) -> Iterable[Attachment]:
    """Yield the in-toto statements in BuildKit's attestation manifests, which `fetch` gets (conformance C31)."""
    for descriptor in tuple(descriptors)[:_MOST_MANIFESTS]:
        body = verified(descriptor, fetch(descriptor), what="attestation manifest")
        manifest = parse_manifest(body, descriptor.media_type)
        if not isinstance(manifest, Manifest):
            raise DocumentError(f"the attestation manifest {descriptor.digest} is an index")
        yield from listed(manifest.layers)
