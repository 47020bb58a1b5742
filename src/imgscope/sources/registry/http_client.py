"""How the HTTP client is set up: a way to each host with its own trust and proxy, and what it never does by itself."""

from __future__ import annotations

import ssl
import threading
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from imgscope._version import __version__
from imgscope.limits import Limits
from imgscope.sources._connections import read_in_large_pieces
from imgscope.sources._pace import Pace, PacedTransport
from imgscope.sources.registry.proxies import Proxy, proxy_for
from imgscope.sources.registry.trust import Trust

_IDLE_CONNECTIONS: Final = 16
_IDLE_SECONDS: Final = 60.0
"""While storage sends a large layer, the registry waits: longer than httpx would keep its connection."""
_LOCATION: Final = "imgscope.location"


def make_client(
    trust: Trust, limits: Limits, first: httpx.URL, transport: httpx.BaseTransport | None = None
) -> httpx.Client:
    """Return a client that follows no redirect, keeps no cookie, and shares its connections among threads.

    `transport` replaces the network. Raises `UsageError` where certificates or a proxy for `first` cannot be used;
    for other hosts, sending does.
    """
    read_in_large_pieces()
    if transport is None:
        transport = _Ways(trust, Pace(rate=limits.slowest_rate, patience=limits.slowness_timeout))
        transport.prepare(first)
    return httpx.Client(
        transport=transport,
        timeout=httpx.Timeout(limits.silence_timeout, connect=limits.connect_timeout, pool=None),
        headers={"User-Agent": f"imgscope/{__version__}", "Accept-Encoding": "identity"},
        cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
        follow_redirects=False,
        event_hooks={"response": [_take_location]},
    )


def location(response: httpx.Response) -> str | None:
    """Return the Location header of an answer of this client, which is not among its headers."""
    taken: str | None = response.extensions.get(_LOCATION)
    return taken


def _take_location(response: httpx.Response) -> None:
    # Even without following it httpx parses the address, and tells of a malformed one as of a broken connection.
    response.extensions[_LOCATION] = response.headers.pop("location", None)


class _Ways(httpx.BaseTransport):
    """Sends each request by the pool of connections that has the proxy and the trust of its host."""

    def __init__(self, trust: Trust, pace: Pace) -> None:
        self._trust = trust
        self._pace = pace
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, ssl.SSLContext | None], httpx.HTTPTransport] = {}

    def prepare(self, url: httpx.URL) -> None:
        """Find out whether requests to `url` can be sent at all."""
        self._pool(url)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._pool(request.url).handle_request(request)

    def close(self) -> None:
        with self._lock:
            pools = list(self._pools.values())
        for pool in pools:
            pool.close()

    def _pool(self, url: httpx.URL) -> httpx.HTTPTransport:
        proxy = proxy_for(url)
        context = self._trust.context(url) if url.scheme == "https" else None
        key = (str(proxy.url) if proxy else "", context)
        with self._lock:
            if key not in self._pools:
                self._pools[key] = PacedTransport(
                    self._pace,
                    # Never used without encryption, and making one costs time.
                    verify=context or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                    proxy=self._with_trust(proxy) if proxy else None,
                    limits=httpx.Limits(
                        max_connections=None,
                        max_keepalive_connections=_IDLE_CONNECTIONS,
                        keepalive_expiry=_IDLE_SECONDS,
                    ),
                )
            return self._pools[key]

    def _with_trust(self, proxy: Proxy) -> httpx.Proxy:
        context = self._trust.context(proxy.url) if proxy.url.scheme == "https" else None
        return httpx.Proxy(proxy.url, ssl_context=context)
