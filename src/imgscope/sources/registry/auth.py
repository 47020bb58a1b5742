"""Answering a registry's challenge: Basic, or a Bearer token from its token server (distribution-spec, "token auth").

Credentials go to the registry itself and to a token server on its own site, or known by name to be its provider's, and
nowhere else (conformance C57).
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

from imgscope.errors import AuthenticationError
from imgscope.oci.reference import HUB, Reference
from imgscope.sources.registry.challenge import Challenge
from imgscope.sources.registry.credentials import Credential, Lookup
from imgscope.sources.registry.endpoint import Endpoint
from imgscope.sources.registry.hosts import is_token_server_of
from imgscope.sources.registry.token_server import TokenRequest, TokenServer, basic

_PULL_SCOPE: Final = re.compile(r"repository:[a-z0-9][a-z0-9._/-]*:pull")

_MOST_QUOTED: Final = 5
_LONGEST_QUOTE: Final = 40


class Authenticator:
    """Knows what to put in the Authorization header for one repository. Safe to use from several threads."""

    def __init__(
        self,
        reference: Reference,
        endpoint: Endpoint,
        token_server: TokenServer,
        *,
        find_credential: Callable[[], Lookup],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reference = reference
        self._endpoint = endpoint
        self._token_server = token_server
        self._find_credential = find_credential
        self._clock = clock
        self._lock = threading.RLock()
        self._lookup: Lookup | None = None
        self._challenge: Challenge | None = None
        self._header: str | None = None
        self._expires = float("inf")
        self._withheld_from: str | None = None

    def header(self) -> str | None:
        """Return the value to send, renewed if it has run out; None before the first challenge."""
        with self._lock:
            if self._header is not None and self._challenge is not None and self._clock() >= self._expires:
                self._fetch_token(self._challenge)
            return self._header

    def answer(self, challenges: Sequence[Challenge], rejected: str | None) -> None:
        """Log in as the registry asks for, which has `rejected` the header of that value if any.

        Raises `AuthenticationError` where that is not possible or was already tried.
        """
        with self._lock:
            if self._header is not None and self._header != rejected:
                return
            by_scheme = {challenge.scheme: challenge for challenge in reversed(challenges)}
            if "bearer" in by_scheme:
                self._fetch_token(by_scheme["bearer"])
            elif "basic" in by_scheme:
                self._use_basic(rejected)
            else:
                asked = _shortened([challenge.scheme for challenge in challenges]) or "nothing that it names"
                raise AuthenticationError(
                    f"{self._reference.registry} asks for an authentication that is not known here: {asked}",
                    hint="imgscope knows Basic and Bearer",
                )

    def refusal(self, said: str = "") -> AuthenticationError:
        """Return the error for a registry that gives no access, `said` being what it said, if anything."""
        registry, repository = self._reference.registry, self._reference.repository
        message = f"{registry} gives no access to {repository}{said}; {self._login()}"
        log_in = "docker login" if registry == HUB else f"docker login {registry}"
        if self._lookup is None or self._lookup.credential is None:
            hint = f"check the name; if the repository is private, log in with: {log_in}"
        else:
            hint = f"check that these credentials may pull it, or log in again with: {log_in}"
        return AuthenticationError(message, hint=hint)

    @property
    def withheld_from(self) -> str | None:
        """The token server that credentials were not sent to because it is not on the registry's own site."""
        return self._withheld_from

    def redact(self, text: str) -> str:
        """Return `text` without anything that was sent to authenticate, should a server repeat it."""
        with self._lock:
            credential = self._lookup.credential if self._lookup else None
            secrets = [self._header.partition(" ")[2]] if self._header else []
        secrets += [credential.secret] if credential else []
        for secret in filter(None, secrets):
            text = text.replace(secret, "[redacted]")
        return text

    def _login(self) -> str:
        lookup = self._lookup or Lookup()
        if lookup.credential is None:
            said = "no credentials were found for it"
        elif self._withheld_from is not None:
            said = (
                f"the credentials from {lookup.credential.origin} were not used, as it wants them sent to "
                f"{self._withheld_from}, which is not on its own site"
            )
        else:
            said = f"the credentials from {lookup.credential.origin} were used"
        return "; ".join([said, *lookup.problems])

    def _credential(self) -> Credential | None:
        if self._lookup is None:
            self._lookup = self._find_credential()
        return self._lookup.credential

    def _use_basic(self, rejected: str | None) -> None:
        credential = self._credential()
        if credential is None or credential.kind == "bearer":
            raise self.refusal()
        header = basic(credential)
        if header == rejected:
            raise self.refusal()
        self._header, self._expires = header, float("inf")

    def _fetch_token(self, challenge: Challenge) -> None:
        credential = self._credential()
        if credential is not None and credential.kind == "bearer":
            if self._header is not None:
                raise self.refusal()
            self._header = f"Bearer {credential.secret}"
            return
        realm = self._token_server.checked_realm(challenge.parameters.get("realm", ""))
        self._withheld_from = None
        if credential is not None and not is_token_server_of(realm.host, self._endpoint.name):
            self._withheld_from, credential = realm.host, None
        token = self._token_server.fetch(
            TokenRequest(
                realm=realm,
                service=challenge.parameters.get("service"),
                scopes=self._scopes(challenge),
                credential=credential,
            )
        )
        if token is None:
            raise self.refusal()
        self._challenge = challenge
        self._header = f"Bearer {token.text}"
        # Counted from now by this machine's clock: the server's need not agree with it.
        self._expires = self._clock() + token.lifetime

    def _scopes(self, challenge: Challenge) -> tuple[str, ...]:
        ours = f"repository:{self._reference.repository}:pull"
        theirs = challenge.parameters.get("scope", "")
        if challenge.parameters.get("error") != "insufficient_scope" or not _PULL_SCOPE.fullmatch(theirs):
            return (ours,)
        return tuple(dict.fromkeys((ours, theirs)))


def _shortened(schemes: Sequence[str]) -> str:
    more = ", …" if len(schemes) > _MOST_QUOTED else ""
    return ", ".join(scheme[:_LONGEST_QUOTE] for scheme in schemes[:_MOST_QUOTED]) + more
