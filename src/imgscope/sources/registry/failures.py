"""Failed connections as sentences: what httpx raised, told by the cause underneath it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Final, Literal

import httpx

from imgscope.errors import SourceError
from imgscope.sources._pace import TooSlow
from imgscope.sources.registry.proxies import Proxy

Kind = Literal["name", "refused", "timeout", "slow", "certificate", "client-certificate", "not-tls", "proxy", "broken"]

_LONGEST_QUOTE: Final = 80
_WITH_REASON: Final = ("broken", "certificate", "slow")
_NOT_TLS: Final = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "UNEXPECTED_MESSAGE"}
)
_ABOUT_CLIENT: Final = frozenset(
    {
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        "SSLV3_ALERT_CERTIFICATE_REVOKED",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        "TLSV1_ALERT_UNKNOWN_CA",
    }
)


class ConnectionFailure(SourceError):
    """No answer came. `kind` says how far the attempt got."""

    def __init__(self, message: str, *, kind: Kind, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.kind = kind

    @property
    def is_about_certificates(self) -> bool:
        """Whether the host speaks TLS, and one side does not accept the other's certificate."""
        return self.kind in ("certificate", "client-certificate")


def connection_failure(error: Exception, host: str, proxy: Proxy | None = None) -> ConnectionFailure:
    """Return the sentence for `error`, which kept `host` (with port if any) from answering, through `proxy` if any."""
    kind = _kind_of(error)
    if proxy is not None and kind == "proxy":
        return _refused_by_proxy(str(error), host, proxy)
    message, hint = _SENTENCES[kind]
    names = {"host": host}
    # A proxy that is not spoken to over TLS shows no certificate of its own.
    if proxy is not None and kind in _OF_PROXIES and (kind != "certificate" or proxy.url.scheme == "https"):
        message, hint = _OF_PROXIES[kind]
        names |= {"proxy": proxy.authority, "setting": proxy.setting}
    reason = f": {_reason(error)}" if kind in _WITH_REASON and _reason(error) else ""
    return ConnectionFailure(message.format(**names) + reason, kind=kind, hint=hint.format(**names))


def proxy_wants_login(host: str, proxy: Proxy) -> ConnectionFailure:
    """Return the sentence for status 407 of `proxy` on the way to `host`."""
    if proxy.has_login:
        message = f"the proxy {proxy.authority} does not accept the login in {proxy.setting}, so {host} was not asked"
        hint = f"check user and password in {proxy.setting}; special characters are written as %XX"
    else:
        message = f"the proxy {proxy.authority} wants a login, so {host} was not asked"
        hint = f"write it into {proxy.setting}, as http://USER:PASSWORD@{proxy.authority}"
    return ConnectionFailure(message, kind="proxy", hint=hint)


def _refused_by_proxy(said: str, host: str, proxy: Proxy) -> ConnectionFailure:
    if said.startswith("407"):
        return proxy_wants_login(host, proxy)
    return ConnectionFailure(
        f"the proxy {proxy.authority} refused to connect to {host}: {said[:_LONGEST_QUOTE]}",
        kind="proxy",
        hint=f"ask whoever runs the proxy, or have NO_PROXY name {host} if it can be reached without one",
    )


_SENTENCES: Final[dict[Kind, tuple[str, str]]] = {
    "name": ("there is no host {host}, or its name cannot be looked up", "check the spelling and the network"),
    "refused": ("cannot connect to {host}", "check that a registry listens there, and its port"),
    "timeout": (
        "{host} did not answer in time",
        "run again; check the network, a firewall, or whether a proxy is needed",
    ),
    "slow": (
        "{host} sends too slowly",
        "run again later; where the network is as slow, set slowest-rate in [limits] of imgscope.toml",
    ),
    "certificate": (
        "the certificate of {host} is not trusted",
        "trust its authority with SSL_CERT_FILE=FILE or a *.crt file in certs.d, or pass --insecure-registry {host}",
    ),
    "client-certificate": (
        "{host} lets only clients in that have a certificate it trusts",
        "put it into certs.d/{host} as client.cert with its key as client.key, in ~/.config/containers for instance",
    ),
    "not-tls": (
        "{host} does not speak TLS",
        "where plain HTTP is what it should speak, pass --insecure-registry {host}",
    ),
    "proxy": ("the proxy for {host} refused the connection", "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"),
    "broken": ("the connection to {host} broke off", "run again; a proxy or firewall in between may close connections"),
}


_OF_PROXIES: Final[dict[Kind, tuple[str, str]]] = {
    "name": ("there is no host {proxy}, which {setting} names as the proxy for {host}", "check {setting}"),
    "refused": ("cannot connect to {proxy}, which {setting} names as the proxy for {host}", "check {setting}"),
    "timeout": (
        "{host} did not answer in time through the proxy {proxy}",
        "run again; check {setting}, and whether the proxy reaches it",
    ),
    "certificate": (
        "the certificate of {host}, or of the proxy {proxy} that {setting} names, is not trusted",
        "trust their authority with SSL_CERT_FILE=FILE or a *.crt file in certs.d",
    ),
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
    # As a kind of timeout it comes out of httpx as one.
    if any(isinstance(cause, TooSlow) for cause in _causes(error)):
        return "slow"
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError) and cause.reason in _NOT_TLS:
            return "not-tls"
        if isinstance(cause, ssl.SSLError) and cause.reason in _ABOUT_CLIENT:
            return "client-certificate"
        for exception, kind in _KINDS:
            if isinstance(cause, exception):
                return kind
    return "broken"


def _reason(error: Exception) -> str:
    for cause in _causes(error):
        if isinstance(cause, TooSlow):
            return str(cause)
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
