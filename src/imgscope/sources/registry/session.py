"""Requests for one repository at one registry: the scheme found out, logged in when asked to, failures told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import httpx

from imgscope.errors import DocumentError, ImgscopeError, LimitError, SourceError
from imgscope.limits import Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import ACCEPTED, Descriptor
from imgscope.sources.registry import answers, retry
from imgscope.sources.registry.answers import Asked, Reported
from imgscope.sources.registry.auth import Authenticator
from imgscope.sources.registry.challenge import parse_challenges
from imgscope.sources.registry.endpoint import Endpoint
from imgscope.sources.registry.failures import ConnectionFailure
from imgscope.sources.registry.notices import Notices
from imgscope.sources.registry.transport import Transport, authority, same_origin

MANIFEST_HEADERS: Final = {"Accept": ", ".join(ACCEPTED)}
DIGEST_HEADER: Final = "docker-content-digest"

_LOGINS: Final = 2
_ROOT: Final = "/v2/"
_UNTOUCHED: Final = ("", "identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A manifest, index, configuration or list as it was received, from `url` in the end.

    `next_page` is the address of what follows it, as the registry wrote it (RFC 8288, "next").
    """

    body: bytes
    headers: httpx.Headers
    url: httpx.URL
    next_page: str | None = None


class Session:
    """What a source asks a registry. Safe to use from several threads once one request was answered."""

    def __init__(self, endpoint: Endpoint, transport: Transport, authenticator: Authenticator, limits: Limits) -> None:
        self._endpoint = endpoint
        self._transport = transport
        self._authenticator = authenticator
        self._limits = limits
        self._base: httpx.URL | None = None
        self.notices = Notices()

    def ping(self) -> httpx.Response:
        """Return the answer, whichever it is, to a request for the root of the API; finish it."""
        return self._send_path("GET", self._endpoint.path + _ROOT, {})

    def probe(self, asked: Asked, headers: Mapping[str, str]) -> httpx.Headers | None:
        """Ask with HEAD and return the headers of a good answer, or None where only GET can tell.

        A challenge is answered, so that the GET that follows is let in.
        """
        response = self._send("HEAD", asked, headers)
        self._transport.discard(response)
        self._note(response)
        if self._is_challenge(response):
            self._log_in(response, None)
        elif response.status_code in retry.RETRIED_STATUSES:
            raise self._failure(asked, response, b"")
        return response.headers if response.status_code == httpx.codes.OK else None

    def describe(self, asked: Asked) -> Descriptor | None:
        """Ask for a manifest with HEAD and return what that told of it, or None where only GET can tell."""
        headers = self.probe(asked, MANIFEST_HEADERS)
        return _described(headers, self._limits.document_size) if headers is not None else None

    def get_document(self, asked: Asked, headers: Mapping[str, str], *, attempts: int = retry.ATTEMPTS) -> Document:
        """Return a small document, read to its end; raises `SourceError` and its children, or `LimitError`.

        What passes is waited out for as many `attempts`.
        """
        for failures in range(1, attempts + 1):
            response = self.get(asked, headers, attempts=attempts)
            encoding = response.headers.get("content-encoding", "").lower()
            if encoding not in _UNTOUCHED:
                self._transport.finish(response)
                raise SourceError(
                    f"{authority(response.url)} sent the {asked.kind} {asked.name} compressed with {encoding[:40]}, "
                    "though asked not to",
                    hint="a proxy in between alters what the registry sends",
                )
            try:
                body = self._transport.read(
                    response, self._limits.document_size, what=asked.noun, setting="document-size"
                )
                following = response.links.get("next", {}).get("url")
                return Document(body=body, headers=response.headers, url=response.url, next_page=following)
            except ConnectionFailure as failure:
                if failures == attempts or failure.kind == "slow":
                    raise
            self._transport.wait(retry.backoff(failures))
        raise AssertionError("the last attempt returns or raises")

    def get(self, asked: Asked, headers: Mapping[str, str], *, attempts: int = retry.ATTEMPTS) -> httpx.Response:
        """Return a good answer (200 or 206), its body not yet read; raises `SourceError` and its children."""
        response = self._send("GET", asked, headers, attempts)
        for _ in range(_LOGINS):
            if not self._is_challenge(response):
                break
            rejected = response.request.headers.get("authorization")
            self._transport.discard(response)
            self._log_in(response, rejected)
            response = self._send("GET", asked, headers, attempts)
        self._note(response)
        if response.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
            raise self._failure(asked, response, self._transport.read_start(response, self._limits.error_body_size))
        if answers.is_web_page(response):
            self._transport.finish(response)
            raise self._failure(asked, response, b"")
        return response

    def _send(
        self, method: str, asked: Asked, headers: Mapping[str, str], attempts: int = retry.ATTEMPTS
    ) -> httpx.Response:
        # The address of a further page is the registry's own, and so has the endpoint's path already.
        path = asked.page or self._endpoint.path + asked.path
        return self._send_path(method, path, headers, attempts)

    def _send_path(
        self, method: str, path: str, headers: Mapping[str, str], attempts: int = retry.ATTEMPTS
    ) -> httpx.Response:
        if self._base is None:
            return self._first_contact(method, path, headers)
        url, authorization = _url(self._base, path), self._authenticator.header()
        return self._transport.send(method, url, headers=headers, authorization=authorization, attempts=attempts)

    def _first_contact(self, method: str, path: str, headers: Mapping[str, str]) -> httpx.Response:
        """Send the first request with the first scheme that works, so that finding out costs no request of its own."""
        failure: ConnectionFailure | None = None
        doubtful: httpx.Response | None = None
        for scheme in self._endpoint.schemes:
            is_last = scheme == self._endpoint.schemes[-1]
            base = self._endpoint.base(scheme)
            try:
                response = self._transport.send(method, _url(base, path), headers=headers, patient=is_last)
            except ConnectionFailure as error:
                # That a certificate is not accepted shows that this is the right scheme.
                failure = error if failure is None or error.is_about_certificates else failure
                continue
            self._base = base
            if doubtful is not None:
                self._transport.finish(doubtful)
            if is_last or scheme != "http" or response.status_code != httpx.codes.BAD_REQUEST:
                return response
            # So does a TLS server answer plain HTTP, but so may a registry that found fault with the request.
            doubtful = response
        if doubtful is not None and (failure is None or not failure.is_about_certificates):
            return doubtful
        assert failure is not None
        self._base = None
        raise failure

    def _is_challenge(self, response: httpx.Response) -> bool:
        """Tell whether the registry itself asks to log in; what it redirected to never gets credentials."""
        return response.status_code == httpx.codes.UNAUTHORIZED and self.is_ours(response)

    def is_ours(self, response: httpx.Response) -> bool:
        """Tell whether the registry itself answered, and not whom it redirected to."""
        return self._base is not None and same_origin(response.url, self._base)

    def _log_in(self, response: httpx.Response, rejected: str | None) -> None:
        challenges = parse_challenges(response.headers.get_list("www-authenticate"))
        if not challenges:
            # gcr.io leaves the challenge out where it does not know the repository.
            general = self._transport.send("GET", _url(response.url, self._endpoint.path + _ROOT), headers={})
            self._transport.discard(general)
            challenges = parse_challenges(general.headers.get_list("www-authenticate"))
        self._authenticator.answer(challenges, rejected)

    def _note(self, response: httpx.Response) -> None:
        if self.is_ours(response):
            self.notices.note(response.headers, self._authenticator.redact)

    def _failure(self, asked: Asked, response: httpx.Response, body: bytes) -> ImgscopeError:
        reported = Reported.parse(body)
        reported = replace(reported, message=self._authenticator.redact(reported.message))
        return answers.failure(asked, response, reported, refusal=self._authenticator.refusal)


def _described(headers: httpx.Headers, largest: int) -> Descriptor | None:
    """Return what HEAD told of a manifest, or None where that is not enough to rely on; raises `LimitError`."""
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()) or int(length[:19]) == 0:
        return None
    size = int(length[:19])
    if size > largest:
        raise LimitError(f"the manifest has {size:,} bytes: at most {largest:,} are read", setting="document-size")
    try:
        digest = Digest(headers.get(DIGEST_HEADER, ""))
    except DocumentError:
        return None
    media_type = headers.get("content-type", "").partition(";")[0].strip()
    return Descriptor(digest=digest, size=size, media_type=media_type)


def _url(base: httpx.URL, path: str) -> httpx.URL:
    return base.copy_with(raw_path=path.encode("ascii"))
