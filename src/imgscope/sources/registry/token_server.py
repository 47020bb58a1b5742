"""Fetching a Bearer token from the server that a registry names (distribution-spec, "token auth" and "oauth2")."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from imgscope.errors import ImgscopeError, SourceError
from imgscope.limits import Limits
from imgscope.oci.document import parse_json
from imgscope.sources.registry.credentials import TOKEN, Credential
from imgscope.sources.registry.endpoint import Endpoint
from imgscope.sources.registry.transport import Transport, authority

_CLIENT: Final = "imgscope"
_LONGEST_REALM: Final = 8 * 1024
_SHORTEST_LIFETIME: Final = 60.0
# No run is as long. A number of a thousand digits is one in JSON, too.
_LONGEST_LIFETIME: Final = 365 * 24 * 3600.0
_REFUSED: Final = (401, 403)
_NO_OAUTH: Final = (404, 405)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRequest:
    """What to ask for: access to `scopes` of `service`, in the name of `credential` or of nobody."""

    realm: httpx.URL
    service: str | None
    scopes: tuple[str, ...]
    credential: Credential | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A Bearer token and the seconds that it is good for."""

    text: str = field(repr=False)
    lifetime: float


def basic(credential: Credential) -> str:
    """Return the Basic authorization of a user name and password or identity token."""
    pair = f"{credential.username or '<token>'}:{credential.secret}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


class TokenServer:
    """Talks to the token server of one registry."""

    def __init__(self, transport: Transport, endpoint: Endpoint, limits: Limits) -> None:
        self._transport = transport
        self._endpoint = endpoint
        self._limits = limits

    def checked_realm(self, realm: str) -> httpx.URL:
        """Return the URL that a challenge names, if a token may be asked for there; raises `SourceError`."""
        if len(realm) > _LONGEST_REALM:
            raise self._objection("names a token server by an address that is longer than any")
        try:
            url = httpx.URL(realm).copy_with(fragment=None)
        except (httpx.InvalidURL, ValueError):
            raise self._objection("names no token server") from None
        objection = self._endpoint.objection(url)
        if objection is None and url.scheme == "http" and not self._endpoint.allows_http:
            objection = "is not encrypted"
        if objection is not None:
            raise self._objection(f"names {authority(url) or 'no host'} as its token server, which {objection}")
        return url

    def fetch(self, request: TokenRequest) -> Token | None:
        """Return a token, or None where the server refuses to give one. Raises `SourceError` for other failures."""
        credential = request.credential
        if credential is not None and credential.kind == "identity":
            response = self._exchange_identity(request, credential)
            if response.status_code in _NO_OAUTH:
                self._transport.discard(response)
                response = self._get(request)
        else:
            response = self._get(request)
        body = self._transport.read(
            response, self._limits.token_body_size, what="an answer of a token server", setting="token-body-size"
        )
        if response.status_code in _REFUSED:
            return None
        host = authority(response.url)
        if response.status_code != httpx.codes.OK:
            raise SourceError(
                f"the token server {host} of {self._endpoint.host} answered with status {response.status_code}",
                hint="run again later",
            )
        return parse_token(body, host)

    def _get(self, request: TokenRequest) -> httpx.Response:
        parameters = request.realm.params
        if request.service is not None:
            parameters = parameters.set("service", request.service)
        parameters = parameters.remove("scope")
        for scope in request.scopes:
            parameters = parameters.add("scope", scope)
        return self._transport.send(
            "GET",
            request.realm.copy_with(params=parameters),
            headers={"Accept": "application/json"},
            authorization=basic(request.credential) if request.credential else None,
        )

    def _exchange_identity(self, request: TokenRequest, credential: Credential) -> httpx.Response:
        form = {
            "grant_type": "refresh_token",
            "service": request.service or self._endpoint.host,
            "client_id": _CLIENT,
            "scope": " ".join(request.scopes),
            "refresh_token": credential.secret,
        }
        return self._transport.send("POST", request.realm, headers={"Accept": "application/json"}, form=form)

    def _objection(self, what: str) -> SourceError:
        return SourceError(
            f"{self._endpoint.host} {what}",
            hint="no credentials were sent; this is the registry's fault, or somebody's in between",
        )


def parse_token(body: bytes, host: str) -> Token:
    """Return the token in the answer of the token server `host`. Raises `SourceError` where there is none."""
    try:
        answer = parse_json(body, what="token")
    except ImgscopeError:
        # What the parser says could quote the answer, and the answer holds a secret.
        answer = None
    fields: Mapping[str, Any] = answer if isinstance(answer, dict) else {}
    text = fields.get("token") or fields.get("access_token")
    if not isinstance(text, str) or not TOKEN.fullmatch(text):
        raise SourceError(f"the token server {host} answered without a token", hint="run again later")
    lifetime = fields.get("expires_in")
    seconds = lifetime if isinstance(lifetime, int | float) else _SHORTEST_LIFETIME
    return Token(text=text, lifetime=float(min(max(seconds, _SHORTEST_LIFETIME), _LONGEST_LIFETIME)))
