"""The terminal UI in a browser: textual-serve, which runs one imgscope for each page that is open.

The page is driven by a web socket, and any other page that a user has open could connect to it. So requests have to be
for an address that this server has, and from a page that it served (RFC 6455, section 10.2).
"""

from __future__ import annotations

import ipaddress
import json
import logging
import os
import shlex
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from imgscope.errors import UsageError

ARGUMENTS: Final = "IMGSCOPE_SERVED_ARGUMENTS"
"""The variable that has the arguments of a served imgscope as JSON: textual-serve runs its command in a shell."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve(arguments: Sequence[str], *, host: str, port: int, title: str, started: Callable[[str], None]) -> None:
    """Serve `imgscope ARGUMENTS` until Ctrl-C or SIGTERM; `started` is told the address once it can be opened.

    Raises `UsageError` where `host` and `port` cannot be listened at.
    """
    os.environ[ARGUMENTS] = json.dumps(list(arguments))
    server = _Server(host, port, title)
    logging.basicConfig(level=logging.ERROR, format="imgscope: %(message)s")
    try:
        web.run_app(
            server.application(), host=host, port=port, access_log=None, print=lambda _: started(server.public_url)
        )
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"port {port} of {host} cannot be listened at: {reason}", hint="choose another one with --port or --host"
        ) from None


def is_loopback(host: str) -> bool:
    """Tell whether only programs on this machine can reach `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_allowed(host_header: str, origin: str | None, *, host: str) -> bool:
    """Tell whether a request for `host_header` from a page of `origin` is meant for a server that listens at `host`.

    An attacker's page has another origin, or, where its name was made to lead here, a name that is not this server's.
    """
    if origin is not None and urlsplit(origin).netloc.lower() != host_header.lower():
        return False
    try:
        name = urlsplit(f"//{host_header}").hostname or ""
    except ValueError:
        return False
    return name == host.lower() or (name == "localhost" and is_loopback(host)) or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def command() -> str:
    """Return what a shell runs for a page: fixed words, whatever the image is called."""
    words = [sys.executable, "-m", "imgscope.cli._served"]
    return subprocess.list2cmdline(words) if sys.platform == "win32" else shlex.join(words)


class _Server(Server):  # type: ignore[misc,unused-ignore]
    """One that lets in only who means it, and is silent."""

    def __init__(self, host: str, port: int, title: str) -> None:
        shown = f"[{host}]" if ":" in host else host
        super().__init__(command(), host=host, port=port, title=title, public_url=f"http://{shown}:{port}")

    async def application(self) -> web.Application:
        """Return what answers requests."""
        application = await self._make_app()
        application.middlewares.append(self._guard)
        return application

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing yet: the port is not open."""

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if not is_allowed(request.host, request.headers.get("Origin"), host=self.host):
            return web.Response(status=403, text="imgscope: open this page by the address that the server listens at\n")
        return await handler(request)

    async def handle_index(self, request: web.Request) -> Any:
        """Serve the page, which connects to the address that it was opened with."""
        self.public_url = f"http://{request.host}"
        return await super().handle_index(request)
