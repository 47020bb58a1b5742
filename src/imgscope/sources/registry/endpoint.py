"""The host that serves a registry: how it may be spoken to, and where it may send us (conformance C19, C56)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import httpx

from imgscope.errors import UsageError
from imgscope.sources.registry.hosts import is_host_name, is_link_local, is_local, is_loopback

_LARGEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A registry's host, with port if any. `schemes` are tried in order on first contact.

    `is_insecure`: the user allows plain HTTP and unknown certificates. `path` stands before `/v2/`, empty for all but
    some mirrors.
    """

    host: str
    schemes: tuple[str, ...] = ("https",)
    is_insecure: bool = False
    path: str = ""

    @classmethod
    def of(cls, host: str, insecure_registries: Collection[str] = ()) -> Endpoint:
        """Decide how `host` is reached: plain HTTP only on this machine, or where the user declared it insecure.

        Raises `UsageError` for a host that no network could have.
        """
        url = _url_of(host)
        if host.lower() in {insecure.lower() for insecure in insecure_registries}:
            return cls(host=host, schemes=("https", "http"), is_insecure=True)
        if is_loopback(url.host):
            # The port is None where it is the one of https, said or not.
            return cls(host=host, schemes=("http", "https") if url.port else ("https", "http"))
        return cls(host=host)

    @property
    def name(self) -> str:
        """The host without its port and brackets."""
        return httpx.URL(f"https://{self.host}").host

    @property
    def allows_http(self) -> bool:
        """Whether requests may go there unencrypted."""
        return "http" in self.schemes

    def base(self, scheme: str) -> httpx.URL:
        """Return the address of the host by `scheme`."""
        return httpx.URL(f"{scheme}://{self.host}")

    def allows_any_certificate(self, url: httpx.URL) -> bool:
        """Whether `url` is of this host and port, and the user declared it insecure."""
        own = self.base(url.scheme)
        return self.is_insecure and (url.host, url.port) == (own.host, own.port)

    def objection(self, url: httpx.URL) -> str | None:
        """Return why this registry may not send us to `url`, to be read after "which", or None if it may."""
        if url.scheme not in ("http", "https") or not is_host_name(url.host):
            return "is no address of a web server"
        if url.userinfo:
            return "carries credentials"
        if url.host == self.name:
            return None
        if is_link_local(url.host):
            return "is a link-local address, where only this machine's own services are"
        if is_local(url.host) and not (is_local(self.name) or self.is_insecure):
            return "is an address in a private network"
        return None


def _url_of(host: str) -> httpx.URL:
    try:
        url = httpx.URL(f"https://{host}")
    except httpx.InvalidURL:
        raise UsageError(f"{host!r} is not a host name, optionally with a port") from None
    if url.port is not None and not 0 < url.port <= _LARGEST_PORT:
        raise UsageError(f"{host!r} has no valid port: expected 1 to {_LARGEST_PORT}")
    if not is_host_name(url.host):
        raise UsageError(f"{host!r} is not a host name: it, or a part of it, is too long")
    return url
