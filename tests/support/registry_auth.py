"""Whom the tests' registry lets in."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Protocol

from tests.support.registry_exchange import TOKEN, Reply, Seen, refused


class Auth(Protocol):
    """How a registry lets requests in."""

    def challenge(self, seen: Seen) -> Reply | None:
        """Refuse a request, or let it through."""
        ...

    def issue(self, seen: Seen) -> Reply:
        """Answer what arrives at the token server."""
        ...


class Anonymous:
    """Lets everybody in."""

    def challenge(self, seen: Seen) -> Reply | None:
        return None

    def issue(self, seen: Seen) -> Reply:
        return Reply(status=404)


@dataclass(slots=True, kw_only=True)
class Basic:
    """Wants a user name and a password with every request."""

    username: str
    password: str

    def challenge(self, seen: Seen) -> Reply | None:
        if seen.headers.get("authorization") == basic(self.username, self.password):
            return None
        return refused(401, "UNAUTHORIZED", "authentication required").with_headers(
            www_authenticate='Basic realm="tests"'
        )

    def issue(self, seen: Seen) -> Reply:
        return Reply(status=404)


@dataclass(slots=True, kw_only=True)
class Bearer:
    """Wants a token from `realm`, its own token server by default, which wants a password or an identity token if any.

    `has_oauth` is whether the token server exchanges identity tokens by POST.
    """

    username: str | None = None
    password: str | None = None
    identity_token: str | None = None
    realm: str | None = None
    has_oauth: bool = True
    extra: str = ""
    answer: dict[str, object] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)

    def challenge(self, seen: Seen) -> Reply | None:
        scheme, _, token = seen.headers.get("authorization", "").partition(" ")
        if scheme == "Bearer" and token in self.tokens:
            return None
        realm = self.realm or f"{seen.scheme}://{seen.host}{TOKEN}"
        value = f'Bearer realm="{realm}",service="tests"{self.extra}'
        return refused(401, "UNAUTHORIZED", "authentication required").with_headers(www_authenticate=value)

    def issue(self, seen: Seen) -> Reply:
        if seen.method == "POST" and not self.has_oauth:
            return Reply(status=404)
        if not self._is_welcome(seen):
            return refused(401, "UNAUTHORIZED", "wrong credentials")
        token = f"granted-{len(self.tokens) + 1}"
        self.tokens.append(token)
        return Reply(body=json.dumps({"token": token, **self.answer}).encode())

    def revoke(self) -> None:
        """Let no token in that was issued so far."""
        self.tokens[:] = ["revoked" for _ in self.tokens]

    def _is_welcome(self, seen: Seen) -> bool:
        if self.identity_token is not None:
            exchanged = seen.parameters.get("refresh_token") == [self.identity_token]
            return exchanged or seen.headers.get("authorization") == basic("<token>", self.identity_token)
        if self.username is None or self.password is None:
            return "authorization" not in seen.headers
        return seen.headers.get("authorization") == basic(self.username, self.password)


def basic(username: str, password: str) -> str:
    """The value of an Authorization header."""
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"
