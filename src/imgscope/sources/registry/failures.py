"""Failed connections as sentences: what httpx raised, told by the cause underneath it."""

from __future__ import annotations

import socket
import ssl
import urllib.request
from collections.abc import Iterator
from typing import Final, Literal

import httpx

from imgscope.errors import SourceError

Kind = Literal["name", "refused", "timeout", "certificate", "not-tls", "proxy", "broken"]

_NOT_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "UNEXPECTED_MESSAGE"}
)


class ConnectionFailure(SourceError):
    """No answer came. `kind` says how far the attempt got."""

    def __init__(self, message: str, *, kind: Kind, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind


def connection_failure(error: Exception, host: str) -> ConnectionFailure:
    """Return the sentence for `error`, which kept `host` (with port if any) from answering."""
    kind = _kind_of(error)
    message, hint = _SENTENCES[kind]
    reason = f": {_reason(error)}" if kind in ("broken", "certificate") and _reason(error) else ""
    if kind in ("name", "refused", "timeout") and _has_proxy():
        hint += "; the environment names a proxy, which may be what failed"
    return ConnectionFailure(message.format(host=host) + reason, kind=kind, hint=hint.format(host=host))


_SENTENCES: Final[dict[Kind, tuple[str, str]]] = {
    "name": ("there is no host {host}, or its name cannot be looked up", "check the spelling and the network"),
    "refused": ("cannot connect to {host}", "check that a registry listens there, and its port"),
    "timeout": ("{host} did not answer in time", "run again; check the network, a firewall or HTTPS_PROXY"),
    "certificate": (
        "the certificate of {host} is not trusted",
        "trust its authority with SSL_CERT_FILE=FILE, or pass --insecure-registry {host}",
    ),
    "not-tls": (
        "{host} does not speak TLS",
        "where plain HTTP is what it should speak, pass --insecure-registry {host}",
    ),
    "proxy": ("the proxy for {host} refused the connection", "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"),
    "broken": ("the connection to {host} broke off", "run again; a proxy or firewall in between may close connections"),
}


_KINDS: Final[tuple[tuple[type[Exception], Kind], ...]] = (
    (ssl.SSLCertVerificationError, "certificate"),
    (socket.gaierror, "name"),
    (UnicodeError, "name"),
    (OverflowError, "name"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "broken"),
    (TimeoutError, "timeout"),
    (httpx.TimeoutException, "timeout"),
    (httpx.ProxyError, "proxy"),
)


def _kind_of(error: Exception) -> Kind:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError) and cause.reason in _NOT_TLS:
            return "not-tls"
        for exception, kind in _KINDS:
            if isinstance(cause, exception):
                return kind
    return "broken"


def _reason(error: Exception) -> str:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    return str(error)[:200] if isinstance(error, httpx.RemoteProtocolError) else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__


def _has_proxy() -> bool:
    return any(scheme != "no" for scheme in urllib.request.getproxies())
