"""What is attached to an image in a registry: signatures, SBOMs, attestations (distribution-spec, "Listing Referrers").

Looked for where it can be, each place once: in the manifests that BuildKit puts into the index; by the API for what
refers to the image and its index, or by the tag that lists the same where there is no such API; by cosign's tags. The
last cost one request, and up to two more where it finds a signature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from imgscope.errors import DocumentError, ImgscopeError, NotFoundError
from imgscope.oci.artifact import COSIGN_TAGS, Artifact, referrers_tag
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import OCI_INDEX, Descriptor, Index, parse_manifest
from imgscope.oci.reference import Reference
from imgscope.report import Attachment
from imgscope.sources._attached import Collection, attachment, listed, statements
from imgscope.sources.abilities import Attached
from imgscope.sources.base import ImageHead
from imgscope.sources.registry.answers import Asked
from imgscope.sources.registry.pages import pages
from imgscope.sources.registry.session import MANIFEST_HEADERS, Session

_INDEX_HEADERS: Final = {"Accept": OCI_INDEX}
_MOST_PAGES: Final = 20


class AttachmentLookup:
    """Looks up what is attached to one image; `find` once. `fetch_manifest` gets a manifest, not yet verified."""

    def __init__(self, session: Session, reference: Reference, fetch_manifest: Callable[[Descriptor], bytes]) -> None:
        self._session = session
        self._reference = reference
        self._fetch_manifest = fetch_manifest
        self._found = Collection()
        self._has_api = True

    def find(self, head: ImageHead) -> Attached:
        """Return all that was found, and notes on what could not be looked up; raises no `ImgscopeError`."""
        # The index, where there is one, is what the name stands for, and so what is usually signed.
        subjects = [subject for subject in (head.index_digest, head.digest) if subject is not None]
        self._found.attempt(lambda: statements(head.attestations, self._fetch_manifest))
        for subject in subjects:
            self._find_referrers(subject)
        self._found.attempt(lambda: self._by_cosign_tags(subjects[0]))
        return self._found.result()

    def _find_referrers(self, subject: Digest) -> None:
        if self._has_api:
            try:
                self._found.add(self._by_api(subject))
            except ImgscopeError as error:
                self._has_api = False
                # That there is no such API is no failure.
                if not isinstance(error, NotFoundError):
                    self._found.fail(error)
        if not self._has_api:
            self._found.attempt(lambda: self._by_tag(subject))

    def _by_api(self, subject: Digest) -> Iterator[Attachment]:
        """Yield what the registry says refers to `subject`; not asked to filter, it has no filter to get wrong."""
        asked = Asked(reference=self._reference, kind="referrers", name=subject)
        # Not waited for where it fails: an image is worth reading without, and the tag may tell the same.
        for page in pages(self._session, asked, _INDEX_HEADERS, most=_MOST_PAGES, attempts=1):
            yield from listed(_index(page.body).manifests)

    def _by_tag(self, subject: Digest) -> Iterator[Attachment]:
        try:
            document = self._session.get_document(self._tagged(referrers_tag(subject)), MANIFEST_HEADERS)
        except NotFoundError:
            return
        # GitLab takes such a tag for the digest and answers with the image itself.
        if Digest.of(document.body) != subject:
            yield from listed(_index(document.body).manifests)

    def _by_cosign_tags(self, subject: Digest) -> Iterator[Attachment]:
        """Yield what cosign tagged; HEAD tells enough, and does not count as a pull (conformance C22)."""
        for ending, kind in COSIGN_TAGS.items():
            told = self._session.describe(self._tagged(referrers_tag(subject) + ending))
            if told is None:
                return
            yield attachment(told, Artifact(kind=kind, name=kind, media_type=told.media_type))

    def _tagged(self, tag: str) -> Asked:
        return Asked(reference=self._reference, kind="manifest", name=tag)


def _index(body: bytes) -> Index:
    index = parse_manifest(body)
    if not isinstance(index, Index):
        raise DocumentError("the list of what refers to the image is no index")
    return index
