"""How the HTTP client is set up: whom it trusts, which proxy it uses, and what it never does by itself."""

from __future__ import annotations

import os
import ssl
import sys
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Final

import httpcore
import httpx

from imgscope._version import __version__
from imgscope.errors import UsageError
from imgscope.limits import Limits
from imgscope.sources.registry.endpoint import Endpoint
from imgscope.sources.registry.hosts import is_loopback

_IDLE_CONNECTIONS: Final = 16
_READ_SIZE: Final = 256 * 1024
_LOCATION: Final = "imgscope.location"


def make_client(endpoint: Endpoint, limits: Limits, transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """Return a client that follows no redirect, keeps no cookie, and shares its connections among threads.

    SSL_CERT_FILE, SSL_CERT_DIR, HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY are honoured; this machine is never
    reached through a proxy. Raises `UsageError` where they cannot be.
    """
    # Layers are large: with the usual 64 KiB a read, a tenth of the time goes into handling the pieces.
    httpcore.HTTP11Connection.READ_NUM_BYTES = _READ_SIZE
    name = f"[{endpoint.name}]" if ":" in endpoint.name else endpoint.name
    direct: dict[str, httpx.BaseTransport | None] = {f"all://{name}": None} if is_loopback(endpoint.name) else {}
    try:
        return httpx.Client(
            transport=transport,
            mounts=None if transport else direct,
            verify=_tls_context(verifies=not endpoint.is_insecure) if transport is None else False,
            timeout=httpx.Timeout(limits.silence_timeout, connect=limits.connect_timeout, pool=None),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=_IDLE_CONNECTIONS),
            headers={"User-Agent": f"imgscope/{__version__}", "Accept-Encoding": "identity"},
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
            event_hooks={"response": [_take_location]},
        )
    except (ImportError, ValueError, httpx.InvalidURL):
        raise UsageError(
            "the proxy that the environment names cannot be used: expected http:// or https:// and a host",
            hint="check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY",
        ) from None


def location(response: httpx.Response) -> str | None:
    """Return the Location header of an answer of this client, which is not among its headers."""
    taken: str | None = response.extensions.get(_LOCATION)
    return taken


def _take_location(response: httpx.Response) -> None:
    # Even without following it httpx parses the address, and tells of a malformed one as of a broken connection.
    response.extensions[_LOCATION] = response.headers.pop("location", None)


def _tls_context(*, verifies: bool) -> ssl.SSLContext:
    named = os.environ.get("SSL_CERT_FILE")
    if named and not Path(named).is_file():
        raise UsageError(f"SSL_CERT_FILE names {named!r}, which is no file", hint="correct it or unset it")
    # The system's certificates where there are any, so that an authority trusted there is trusted here.
    context = ssl.create_default_context() if _has_system_certificates() else httpx.create_ssl_context(trust_env=False)
    if named:
        try:
            context.load_verify_locations(cafile=named)
        except ssl.SSLError:
            raise UsageError(f"SSL_CERT_FILE names {named!r}, which holds no certificates in PEM form") from None
    if not verifies:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _has_system_certificates() -> bool:
    paths = ssl.get_default_verify_paths()
    return sys.platform == "win32" or bool(paths.cafile) or (bool(paths.capath) and any(Path(paths.capath).iterdir()))
