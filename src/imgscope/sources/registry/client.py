"""One image in a registry, read over the OCI distribution API (distribution-spec, "Pull")."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

import httpx

from imgscope.errors import DocumentError, IntegrityError, NotFoundError, SourceError
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.oci.reference import Reference
from imgscope.sources._select import TopDocument, resolve_head
from imgscope.sources._variants import list_variants
from imgscope.sources.abilities import Attached, Variant
from imgscope.sources.base import ImageHead, SourceOptions, Traffic
from imgscope.sources.registry.answers import Asked
from imgscope.sources.registry.attachments import AttachmentLookup
from imgscope.sources.registry.auth import Authenticator
from imgscope.sources.registry.blob import BlobStream
from imgscope.sources.registry.credentials import Lookup, find_credential
from imgscope.sources.registry.elsewhere import FindElsewhere, hinting, nowhere
from imgscope.sources.registry.endpoint import Endpoint
from imgscope.sources.registry.session import DIGEST_HEADER, MANIFEST_HEADERS, Document, Session
from imgscope.sources.registry.tags import list_tags
from imgscope.sources.registry.token_server import TokenServer
from imgscope.sources.registry.transport import Transport
from imgscope.sources.registry.trust import Trust


class RegistrySource:
    """An `ImageSource` for an image in a registry. Connects when resolved, and not before.

    `endpoint` and `trust` are how the registry is reached, by default as `options` alone say. `http`, `sleep` and
    `credentials` replace the network, waiting and the user's credential files.
    """

    def __init__(
        self,
        reference: Reference,
        options: SourceOptions,
        *,
        endpoint: Endpoint | None = None,
        trust: Trust | None = None,
        http: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] | None = None,
        credentials: Callable[[Reference], Lookup] = find_credential,
    ) -> None:
        self._reference = reference
        self.elsewhere: FindElsewhere = nowhere
        self._cache = options.cache
        endpoint = endpoint or Endpoint.of(reference.endpoint, options.insecure_registries)
        self._transport = Transport(endpoint, options.limits, trust=trust, http=http, sleep=sleep)
        authenticator = Authenticator(
            reference,
            endpoint,
            TokenServer(self._transport, endpoint, options.limits),
            find_credential=lambda: credentials(reference),
        )
        self._session = Session(endpoint, self._transport, authenticator, options.limits)

    def resolve(self, platform: Platform | None) -> ImageHead:
        """Find the image in at most four requests, those to log in not counted; see `ImageSource.resolve`."""
        with hinting(self.elsewhere):
            head = resolve_head(
                self._top_document(),
                platform,
                fetch_manifest=self._fetch_manifest,
                fetch_config=self._fetch_configuration,
                reference=self._reference.familiar,
                source="registry",
            )
        return replace(head, notes=head.notes + self._session.notices.warnings, is_remote=True)

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        """Stream a layer, resumed where the connection breaks; see `ImageSource.open_blob`."""
        if length == 0:
            yield iter(())
            return
        end = None if length is None else start + length
        asked = Asked(reference=self._reference, kind="layer", name=descriptor.digest)
        try:
            stream = BlobStream(
                lambda headers: self._session.get(asked, headers),
                self._transport,
                start=start,
                end=end,
                size=descriptor.size,
            )
        except NotFoundError:
            if not descriptor.urls:
                raise
            raise _foreign(descriptor, self._reference) from None
        with closing(stream):
            yield iter(stream)

    def find_attachments(self, head: ImageHead) -> Attached:
        """Look up signatures, SBOMs and attestations; see `FindsAttachments`."""
        return AttachmentLookup(self._session, self._reference, self._fetch_manifest).find(head)

    def variants(self) -> tuple[Variant, ...]:
        """List the images for all platforms, with a request for each; see `ListsVariants`."""
        with hinting(self.elsewhere):
            return list_variants(
                self._top_document(),
                fetch_manifest=self._fetch_manifest,
                fetch_config=self._fetch_configuration,
                reference=self._reference.familiar,
            )

    def tags(self, progress: Callable[[int], object]) -> tuple[str, ...]:
        """List the tags of the repository that the image is in; see `ListsTags`."""
        return list_tags(self._session, self._reference, progress)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the registry wants users to know; see `ListsTags`."""
        return self._session.notices.warnings

    def traffic(self) -> Traffic:
        """Tell what was fetched so far, from the registry and from where it sent us."""
        return replace(self._transport.traffic(), rate_limit=self._session.notices.rate_limit)

    def close(self) -> None:
        """Let go of all connections; a layer that is being read ends with a `SourceError`."""
        self._transport.close()

    def _top_document(self) -> TopDocument:
        digest = self._reference.digest
        if digest is not None:
            return self._by_digest(digest)
        told = self._session.describe(self._asked_manifest(self._reference.target))
        # By a digest that cannot be verified, whatever is sent would be called the image.
        is_verifiable = told is not None and told.digest.hasher() is not None
        return self._by_digest(told.digest) if told is not None and is_verifiable else self._by_tag()

    def _by_digest(self, digest: Digest) -> TopDocument:
        document = self._session.get_document(self._asked_manifest(digest), MANIFEST_HEADERS)
        _check(document.body, digest, self._reference)
        return TopDocument(body=document.body, digest=digest, media_type=document.headers.get("content-type"))

    def _by_tag(self) -> TopDocument:
        document = self._session.get_document(self._asked_manifest(self._reference.target), MANIFEST_HEADERS)
        digest = _promised_digest(document, self._reference)
        return TopDocument(body=document.body, digest=digest, media_type=document.headers.get("content-type"))

    def _fetch_manifest(self, descriptor: Descriptor) -> bytes:
        return self._session.get_document(self._asked_manifest(descriptor.digest), MANIFEST_HEADERS).body

    def _fetch_configuration(self, descriptor: Descriptor) -> bytes:
        asked = Asked(reference=self._reference, kind="configuration", name=descriptor.digest)

        def fetch() -> bytes:
            return self._session.get_document(asked, {}).body

        return self._cache.document(descriptor.digest, fetch) if self._cache else fetch()

    def _asked_manifest(self, name: str) -> Asked:
        return Asked(reference=self._reference, kind="manifest", name=name)


def _promised_digest(document: Document, reference: Reference) -> Digest:
    """Return the digest of what a tag stands for, which the registry's own word has to agree with."""
    promised = document.headers.get(DIGEST_HEADER)
    if promised is None:
        return Digest.of(document.body)
    try:
        digest = Digest(promised)
    except DocumentError:
        raise IntegrityError(
            f"{reference.registry} sent no digest but {promised[:80]!r} for {reference.familiar}",
            hint="this is the registry's fault, or a proxy's in between",
        ) from None
    _check(document.body, digest, reference)
    return digest if digest.hasher() is not None else Digest.of(document.body)


def _check(body: bytes, digest: Digest, reference: Reference) -> None:
    hasher = digest.hasher()
    if hasher is None:
        return
    hasher.update(body)
    if not digest.matches(hasher):
        raise IntegrityError(
            f"the manifest that {reference.registry} sent for {reference.familiar} does not match its digest {digest}",
            hint="the registry or a proxy in between altered it; push the image again",
        )


def _foreign(descriptor: Descriptor, reference: Reference) -> SourceError:
    hosts = ", ".join(dict.fromkeys(_host(url) for url in (descriptor.urls or ())[:5]))
    return SourceError(
        f"{reference.registry} does not have the layer {descriptor.digest}: its manifest says to fetch it from {hosts}",
        hint="layers are not fetched from other places that an image names; push the image with all its layers",
    )


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host or "nowhere"
    except httpx.InvalidURL:
        return "nowhere"
