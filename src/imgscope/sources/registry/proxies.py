"""Which proxy a request goes through: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, as curl and Docker read them."""

from __future__ import annotations

import ipaddress
import urllib.request
from dataclasses import dataclass, field

import httpx

from imgscope.errors import UsageError
from imgscope.sources.registry.hosts import is_loopback, literal_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """A proxy. `authority`, its host and port, may be shown; its `url` can hold a password. `setting` named it."""

    url: httpx.URL = field(repr=False)
    authority: str
    setting: str

    @property
    def has_login(self) -> bool:
        """Whether a user name is sent to it."""
        return bool(self.url.username)


def proxy_for(url: httpx.URL) -> Proxy | None:
    """Return the proxy for a request to `url`, or None where it goes there directly, as it does to this machine.

    Raises `UsageError` for a setting that names no proxy.
    """
    settings = urllib.request.getproxies()
    scheme = url.scheme if settings.get(url.scheme) else "all"
    text = settings.get(scheme)
    if not text or is_loopback(url.host) or is_exempt(url, settings.get("no", "")):
        return None
    setting = f"{scheme.upper()}_PROXY"
    try:
        proxy = httpx.URL(text if "://" in text else f"http://{text}")
    except httpx.InvalidURL:
        proxy = httpx.URL()
    if proxy.scheme not in ("http", "https") or not proxy.host:
        # Told without quoting it: it may hold a password.
        raise UsageError(
            "the proxy that the environment names cannot be used: expected http:// or https:// and a host",
            hint=f"check {setting}",
        )
    return Proxy(url=proxy, authority=proxy.netloc.decode("ascii", "replace"), setting=setting)


def is_exempt(url: httpx.URL, no_proxy: str) -> bool:
    """Tell whether `no_proxy` has the host of `url`: by name, domain, address or network, with a port or without."""
    host = f"[{url.host}]" if ":" in url.host else url.host
    port = url.port or {"http": 80, "https": 443}.get(url.scheme)
    if urllib.request.proxy_bypass(f"{host}:{port}") or _is_below((url.host, f"{host}:{port}"), no_proxy):
        return True
    address = literal_address(url.host)
    if address is None:
        return False
    return any(address in network for entry in no_proxy.split(",") if (network := _network(entry.strip())) is not None)


def _is_below(hosts: tuple[str, ...], no_proxy: str) -> bool:
    """Tell whether one of `hosts` is in a domain that is written as `*.example.com`, as Docker and Podman take it."""
    domains = (entry.strip().lower()[1:] for entry in no_proxy.split(",") if entry.strip().startswith("*."))
    return any(host.endswith(domain) for domain in domains for host in hosts)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None
