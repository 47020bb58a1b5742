"""What pulling an image would do: its manifest, and the first byte of a layer."""

from __future__ import annotations

from typing import Final, Literal

import httpx

from imgscope.oci.digest import Digest
from imgscope.oci.manifest import ACCEPTED, Index, Manifest, parse_manifest
from imgscope.oci.reference import Reference
from imgscope.sources.registry.answers import Asked
from imgscope.sources.registry.diagnosis.step import Finding, failed, ok, skipped
from imgscope.sources.registry.session import Document, Session
from imgscope.sources.registry.transport import Transport, authority
from imgscope.text import format_count, format_size

_MANIFEST_HEADERS: Final = {"Accept": ", ".join(ACCEPTED)}
_FIRST_BYTE: Final = {"Range": "bytes=0-0"}


class Pull:
    """Checks to be made in the order in which they stand; each may raise `ImgscopeError` instead."""

    def __init__(self, reference: Reference, session: Session, transport: Transport, *, has_repository: bool) -> None:
        self._reference = reference
        self._session = session
        self._transport = transport
        self._has_repository = has_repository
        self._found: Manifest | Index | None = None
        self._answer: httpx.Response | None = None

    def manifest(self) -> Finding:
        """Ask for the manifest with HEAD and GET, as an inspection does."""
        if not self._has_repository:
            return skipped(f"name an image to try: {self._reference.registry}/REPOSITORY[:TAG]")
        headers = self._session.probe(self._asked("manifest", self._reference.target), _MANIFEST_HEADERS)
        document = self._document(self._reference.target)
        promised = self._reference.digest or document.headers.get("docker-content-digest")
        if promised and _is_altered(document.body, Digest(promised)):
            return failed(
                f"the manifest that {self._reference.registry} sent does not match its digest {promised}",
                "the registry or a proxy in between altered it",
            )
        self._found = parse_manifest(document.body, document.headers.get("content-type"))
        if isinstance(self._found, Index):
            what = f"an index of {format_count(len(self._found.manifests), 'manifest')}"
        else:
            what = f"an image of {format_count(len(self._found.layers), 'layer')}"
        return ok(f"{self._reference.target} is {what} ({'GET' if headers is None else 'HEAD and GET'})")

    def blob(self) -> Finding:
        """Ask for the first byte of a layer."""
        if self._found is None:
            return skipped("no image was named")
        image = self._first_image(self._found)
        if image is None:
            return skipped("the index lists no image")
        descriptor = next((layer for layer in image.layers if not layer.urls), image.config)
        self._answer = self._session.get(self._asked("layer", descriptor.digest), _FIRST_BYTE)
        self._transport.finish(self._answer)
        return ok(f"the first of {format_size(descriptor.size)} arrives")

    def redirect(self) -> Finding:
        """Tell who sent the blob."""
        if self._answer is None:
            return skipped("no blob was fetched")
        host = authority(self._answer.url)
        if self._session.is_ours(self._answer):
            return ok(f"none: {host} sends blobs itself")
        return ok(f"blobs come from {host}, which has to be reachable, too")

    def range(self) -> Finding:
        """Tell whether only the byte that was asked for was sent."""
        if self._answer is None:
            return skipped("no blob was fetched")
        if self._answer.status_code == httpx.codes.PARTIAL_CONTENT:
            return ok("parts of blobs can be asked for")
        return failed(
            f"{authority(self._answer.url)} sends whole blobs only",
            "images can be read; a download that breaks off starts over",
        )

    def _first_image(self, found: Manifest | Index) -> Manifest | None:
        if isinstance(found, Manifest):
            return found
        listed = [each for each in found.manifests if not each.is_attestation and not each.is_index]
        if not listed:
            return None
        document = self._document(listed[0].digest)
        image = parse_manifest(document.body, document.headers.get("content-type"))
        return image if isinstance(image, Manifest) else None

    def _document(self, name: str) -> Document:
        return self._session.get_document(self._asked("manifest", name), _MANIFEST_HEADERS)

    def _asked(self, kind: Literal["manifest", "layer"], name: str) -> Asked:
        return Asked(reference=self._reference, kind=kind, name=name)


def _is_altered(body: bytes, promised: Digest) -> bool:
    hasher = promised.hasher()
    if hasher is None:
        return False
    hasher.update(body)
    return not promised.matches(hasher)
