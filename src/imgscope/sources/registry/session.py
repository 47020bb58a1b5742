"""Requests for one repository at one registry: the scheme found out, logged in when asked to, failures told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import httpx

from imgscope.errors import ImgscopeError, SourceError
from imgscope.limits import Limits
from imgscope.oci.document import LARGEST_DOCUMENT
from imgscope.sources.registry import answers, retry
from imgscope.sources.registry.answers import Asked, Reported
from imgscope.sources.registry.auth import Authenticator
from imgscope.sources.registry.challenge import parse_challenges
from imgscope.sources.registry.endpoint import Endpoint
from imgscope.sources.registry.failures import ConnectionFailure
from imgscope.sources.registry.notices import Notices
from imgscope.sources.registry.transport import Transport, authority, same_origin

_LOGINS: Final = 2
_ROOT: Final = "/v2/"
_UNTOUCHED: Final = ("", "identity")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A manifest, index or configuration as it was received."""

    body: bytes
    headers: httpx.Headers


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

    def get_document(self, asked: Asked, headers: Mapping[str, str]) -> Document:
        """Return a small document, read to its end; raises `SourceError` and its children, or `LimitError`."""
        for failures in range(1, retry.ATTEMPTS + 1):
            response = self.get(asked, headers)
            encoding = response.headers.get("content-encoding", "").lower()
            if encoding not in _UNTOUCHED:
                self._transport.finish(response)
                raise SourceError(
                    f"{authority(response.url)} sent the {asked.kind} {asked.name} compressed with {encoding[:40]}, "
                    "though asked not to",
                    hint="a proxy in between alters what the registry sends",
                )
            try:
                body = self._transport.read(response, LARGEST_DOCUMENT, what=f"a {asked.kind}")
                return Document(body=body, headers=response.headers)
            except ConnectionFailure:
                if failures == retry.ATTEMPTS:
                    raise
            self._transport.wait(retry.backoff(failures))
        raise AssertionError("the last attempt returns or raises")

    def get(self, asked: Asked, headers: Mapping[str, str]) -> httpx.Response:
        """Return a good answer (200 or 206), its body not yet read; raises `SourceError` and its children."""
        response = self._send("GET", asked, headers)
        for _ in range(_LOGINS):
            if not self._is_challenge(response):
                break
            rejected = response.request.headers.get("authorization")
            self._transport.discard(response)
            self._log_in(response, rejected)
            response = self._send("GET", asked, headers)
        self._note(response)
        if response.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
            raise self._failure(asked, response, self._transport.read_start(response, self._limits.error_body_size))
        if answers.is_web_page(response):
            self._transport.finish(response)
            raise answers.web_page(response)
        return response

    def _send(self, method: str, asked: Asked, headers: Mapping[str, str]) -> httpx.Response:
        return self._send_path(method, self._endpoint.path + asked.path, headers)

    def _send_path(self, method: str, path: str, headers: Mapping[str, str]) -> httpx.Response:
        if self._base is None:
            return self._first_contact(method, path, headers)
        authorization = self._authenticator.header()
        return self._transport.send(method, _url(self._base, path), headers=headers, authorization=authorization)

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


def _url(base: httpx.URL, path: str) -> httpx.URL:
    return base.copy_with(raw_path=path.encode("ascii"))
