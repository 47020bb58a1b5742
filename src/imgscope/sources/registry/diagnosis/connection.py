"""What is found out before the first answer of a registry, and from it alone: the way there, TLS and the clock."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from imgscope.sources.registry.configuration.places import Place
from imgscope.sources.registry.diagnosis.step import Finding, failed, ok, skipped
from imgscope.sources.registry.hosts import is_loopback, literal_address
from imgscope.sources.registry.proxies import Proxy
from imgscope.sources.registry.transport import authority
from imgscope.sources.registry.trust import Trust
from imgscope.text import format_count

_SOON_DAYS: Final = 14
_LARGEST_SKEW_SECONDS: Final = 120


def proxy_finding(host: str, proxy: Proxy | None) -> Finding:
    """Tell which proxy stands before `host`."""
    if proxy is None:
        return ok(f"none: {host} is reached directly")
    login = ", with a login" if proxy.has_login else ""
    return ok(f"{proxy.authority}, which {proxy.setting} names{login}")


def name_finding(url: httpx.URL, proxy: Proxy | None) -> Finding:
    """Look the host of `url` up, unless a proxy does."""
    if proxy is not None:
        return skipped(f"the proxy {proxy.authority} looks {url.host} up")
    if literal_address(url.host) is not None:
        return skipped(f"{url.host} is an address")
    try:
        found = socket.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return failed(
            f"there is no host {url.host}, or its name cannot be looked up", "check the spelling and the network"
        )
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    more = f" and {format_count(len(addresses) - 1, 'more address', 'more addresses')}" if addresses[1:] else ""
    return ok(f"{url.host} is {addresses[0]}{more}")


def tls_finding(response: httpx.Response, place: Place, trust: Trust) -> Finding:
    """Tell whose certificate the registry has and how long it is good; `response` is not finished yet."""
    if response.url.scheme != "https":
        return skipped(f"plain HTTP, as {_why_unencrypted(place)}")
    stream = response.extensions.get("network_stream")
    secured = stream.get_extra_info("ssl_object") if stream is not None else None
    if secured is None:
        return skipped("nothing is known of the connection")
    certificate = secured.getpeercert()
    if not certificate:
        return ok(
            f"{secured.version()}, the certificate not checked, as {authority(response.url)} is declared insecure"
        )
    own = trust.certificates(response.url)
    directory = f", with what is in {own.directory}" if own else ""
    expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (expires - datetime.now(UTC)).days
    hint = f"it expires in {format_count(days, 'day')}: have it renewed" if days < _SOON_DAYS else None
    message = f"{secured.version()}, certificate by {_issuer(certificate)}, good until {expires:%Y-%m-%d}{directory}"
    return ok(message, hint)


def clock_finding(response: httpx.Response, now: datetime) -> Finding:
    """Compare this machine's clock with the registry's: tokens and certificates depend on it."""
    try:
        theirs = parsedate_to_datetime(response.headers.get("date", "")).astimezone(UTC)
    except (ValueError, OverflowError):
        return skipped(f"{authority(response.url)} does not say what time it is")
    seconds = round((now - theirs).total_seconds())
    if abs(seconds) <= _LARGEST_SKEW_SECONDS:
        return ok(f"within {_LARGEST_SKEW_SECONDS} seconds of {authority(response.url)}")
    direction = "ahead of" if seconds > 0 else "behind"
    return failed(
        f"this machine is {abs(seconds):,} seconds {direction} {authority(response.url)}",
        "set the clock: tokens and certificates may be refused",
    )


def _why_unencrypted(place: Place) -> str:
    if is_loopback(place.endpoint.name):
        return "this machine is trusted"
    return "it is declared insecure" if place.endpoint.is_insecure else f"{place.origin} says"


def _issuer(certificate: dict[str, Any]) -> str:
    names = {key: value for part in certificate.get("issuer", ()) for key, value in part}
    wanted = (names.get("organizationName"), names.get("commonName"))
    return ", ".join(dict.fromkeys(name for name in wanted if name)) or "nobody"
