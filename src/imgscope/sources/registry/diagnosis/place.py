"""All that can be found out about one place that may have an image: a registry, or a mirror of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

import httpx

from imgscope.errors import ImgscopeError, SourceError
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import ACCEPTED, Descriptor, Index, Manifest, parse_manifest
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry import answers
from imgscope.sources.registry.answers import Asked
from imgscope.sources.registry.auth import Authenticator
from imgscope.sources.registry.challenge import Challenge, parse_challenges
from imgscope.sources.registry.configuration.places import Place
from imgscope.sources.registry.credentials import Lookup
from imgscope.sources.registry.diagnosis import connection
from imgscope.sources.registry.diagnosis.step import Finding, Step, failed, ok, skipped, told
from imgscope.sources.registry.failures import ConnectionFailure
from imgscope.sources.registry.session import Session
from imgscope.sources.registry.token_server import TokenServer
from imgscope.sources.registry.transport import Transport, authority
from imgscope.sources.registry.trust import Trust
from imgscope.text import format_count, format_size

_MANIFEST_HEADERS: Final = {"Accept": ", ".join(ACCEPTED)}
_FIRST_BYTE: Final = {"Range": "bytes=0-0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """What to diagnose and how to get there, as for `RegistrySource`; `has_repository` is as for `Target`."""

    place: Place
    has_repository: bool
    options: SourceOptions
    trust: Trust
    lookup: Lookup
    http: httpx.BaseTransport | None = None
    sleep: Callable[[float], object] | None = None


class PlaceDiagnosis:
    """Asks one place step by step; what a failed step leaves unknown is skipped. `close` it."""

    def __init__(self, patient: Patient) -> None:
        self._patient = patient
        self._place = patient.place
        self._reference = patient.place.reference
        endpoint, limits = patient.place.endpoint, patient.options.limits
        self._url = endpoint.base(endpoint.schemes[0])
        self._transport = Transport(endpoint, limits, trust=patient.trust, http=patient.http, sleep=patient.sleep)
        self._authenticator = Authenticator(
            self._reference,
            endpoint,
            TokenServer(self._transport, endpoint, limits),
            find_credential=lambda: patient.lookup,
        )
        self._session = Session(endpoint, self._transport, self._authenticator, limits)
        self._first: httpx.Response | None = None
        self._tls: Finding | None = None
        self._manifest: Manifest | Index | None = None
        self._blob: httpx.Response | None = None

    def steps(self) -> Iterator[Step]:
        """Yield each step when it was taken."""
        checks: tuple[tuple[str, Callable[[], Finding], bool], ...] = (
            ("credentials", self._credentials, False),
            ("proxy", self._proxy, True),
            ("name", self._name, True),
            ("connection", self._connection, True),
            ("TLS", self._check_tls, True),
            ("clock", self._clock, False),
            ("challenge", self._challenge, True),
            ("login", self._log_in, True),
            ("manifest", self._fetch_manifest, True),
            ("blob", self._fetch_blob, True),
            ("redirect", self._redirect, False),
            ("range", self._range, False),
            ("rate limit", self._rate_limit, False),
        )
        obstacle: str | None = None
        for name, check, is_needed in checks:
            finding = skipped(f"not tried, because of {obstacle}") if obstacle else _told(check)
            step = Step(name=name, finding=finding, is_needed=is_needed)
            obstacle = f"the failed {name}" if step.is_in_the_way else obstacle
            yield step

    def close(self) -> None:
        """Let go of all connections."""
        self._transport.close()

    def _credentials(self) -> Finding:
        lookup = self._patient.lookup
        if lookup.problems:
            return failed("; ".join(lookup.problems), "correct it, or log in again; until then it is passed over")
        if lookup.credential is None:
            return ok(f"none are stored for {self._reference.registry}: it is asked without")
        return ok(f"from {lookup.credential.origin}")

    def _proxy(self) -> Finding:
        return connection.proxy_finding(authority(self._url), self._transport.proxy_for(self._url))

    def _name(self) -> Finding:
        if self._patient.http is not None:
            return skipped("there is no network")
        return connection.name_finding(self._url, self._transport.proxy_for(self._url))

    def _connection(self) -> Finding:
        host = authority(self._url)
        try:
            response = self._session.ping()
        except ConnectionFailure as failure:
            if not failure.is_about_certificates and failure.kind != "not-tls":
                raise
            self._tls = told(failure)
            return ok(f"{host} accepts connections")
        self._tls = connection.tls_finding(response, self._place, self._patient.trust)
        self._transport.finish(response)
        self._first = response
        return ok(f"{host} answers, with status {response.status_code}")

    def _check_tls(self) -> Finding:
        assert self._tls is not None
        return self._tls

    def _clock(self) -> Finding:
        return connection.clock_finding(self._answer, datetime.now(UTC))

    def _challenge(self) -> Finding:
        if answers.is_web_page(self._answer):
            return told(answers.web_page(self._answer))
        if self._answer.status_code == httpx.codes.OK:
            return ok("none: everybody may ask")
        if self._answer.status_code != httpx.codes.UNAUTHORIZED:
            return failed(
                f"{authority(self._answer.url)} answered with status {self._answer.status_code} when asked for /v2/",
                "check that this is a registry; every registry answers there",
            )
        said = [
            f"{challenge.scheme.capitalize()} from {_realm(challenge.parameters.get('realm', ''))}"
            if challenge.scheme == "bearer"
            else challenge.scheme.capitalize()
            for challenge in self._challenges
        ]
        if not said:
            return failed("it wants a login but does not say which", "this is the registry's fault")
        return ok(f"it wants a login: {' or '.join(said)}")

    def _log_in(self) -> Finding:
        if self._answer.status_code != httpx.codes.UNAUTHORIZED:
            return skipped("none is needed")
        is_bearer = any(challenge.scheme == "bearer" for challenge in self._challenges)
        if is_bearer and not self._patient.has_repository:
            return skipped(f"a token is for one repository: name one, {self._reference.registry}/REPOSITORY")
        credential = self._patient.lookup.credential
        self._authenticator.answer(self._challenges, None)
        if is_bearer:
            given = f"a token for repository:{self._reference.repository}:pull was given"
            if withheld := self._authenticator.withheld_from:
                return ok(f"{given}, but without credentials: {withheld} is not on the site of the registry")
            return ok(f"{given}, {'with these' if credential else 'without'} credentials")
        again = self._session.ping()
        self._transport.finish(again)
        if again.status_code == httpx.codes.UNAUTHORIZED:
            return told(self._authenticator.refusal())
        return ok("the credentials are accepted")

    def _fetch_manifest(self) -> Finding:
        if not self._patient.has_repository:
            return skipped(f"name an image to try: {self._reference.registry}/REPOSITORY[:TAG]")
        asked = self._asked("manifest", self._reference.target)
        headers = self._session.probe(asked, _MANIFEST_HEADERS)
        body, received = self._document(asked)
        promised = self._reference.digest or received.get("docker-content-digest")
        if promised and _is_altered(body, Digest(promised)):
            return failed(
                f"the manifest that {self._reference.registry} sent does not match its digest {promised}",
                "the registry or a proxy in between altered it",
            )
        self._manifest = parse_manifest(body, received.get("content-type"))
        ways = "GET" if headers is None else "HEAD and GET"
        if isinstance(self._manifest, Index):
            what = f"an index of {format_count(len(self._manifest.manifests), 'manifest')}"
        else:
            what = f"an image of {format_count(len(self._manifest.layers), 'layer')}"
        return ok(f"{self._reference.target} is {what} ({ways})")

    def _fetch_blob(self) -> Finding:
        if self._manifest is None:
            return skipped("no image was named")
        manifest = self._manifest
        if isinstance(manifest, Index):
            listed = [each for each in manifest.manifests if not each.is_attestation and not each.is_index]
            if not listed:
                return skipped("the index lists no image")
            body, received = self._document(self._asked("manifest", listed[0].digest))
            image = parse_manifest(body, received.get("content-type"))
        else:
            image = manifest
        if not isinstance(image, Manifest):
            return skipped("the index lists no image")
        return self._fetch_first_byte(image.layers[0] if image.layers else image.config)

    def _fetch_first_byte(self, descriptor: Descriptor) -> Finding:
        self._blob = self._session.get(self._asked("layer", descriptor.digest), _FIRST_BYTE)
        self._transport.finish(self._blob)
        return ok(f"the first of {format_size(descriptor.size)} arrives")

    def _redirect(self) -> Finding:
        if self._blob is None:
            return skipped("no blob was fetched")
        host = authority(self._blob.url)
        if host == authority(self._answer.url):
            return ok(f"none: {host} sends blobs itself")
        return ok(f"blobs come from {host}, which has to be reachable, too")

    def _range(self) -> Finding:
        if self._blob is None:
            return skipped("no blob was fetched")
        if self._blob.status_code == httpx.codes.PARTIAL_CONTENT:
            return ok("parts of blobs can be asked for")
        return failed(
            f"{authority(self._blob.url)} sends whole blobs only",
            "images can be read; a download that breaks off starts over",
        )

    def _rate_limit(self) -> Finding:
        limit = self._session.notices.rate_limit
        return ok(limit) if limit else skipped(f"{self._reference.registry} tells of none")

    @property
    def _answer(self) -> httpx.Response:
        if self._first is None:
            raise SourceError("there was no answer")
        return self._first

    @property
    def _challenges(self) -> list[Challenge]:
        return parse_challenges(self._answer.headers.get_list("www-authenticate"))

    def _document(self, asked: Asked) -> tuple[bytes, httpx.Headers]:
        document = self._session.get_document(asked, _MANIFEST_HEADERS)
        return document.body, document.headers

    def _asked(self, kind: Literal["manifest", "layer"], name: str) -> Asked:
        return Asked(reference=self._reference, kind=kind, name=name)


def _told(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except ImgscopeError as error:
        return told(error)


def _is_altered(body: bytes, promised: Digest) -> bool:
    hasher = promised.hasher()
    if hasher is None:
        return False
    hasher.update(body)
    return not promised.matches(hasher)


def _realm(realm: str) -> str:
    try:
        return authority(httpx.URL(realm)) or "nowhere"
    except httpx.InvalidURL:
        return "nowhere"
