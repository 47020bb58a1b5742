"""The terminal UI in a browser: textual-serve, which runs one imgscope for each page that is open.

The page is driven by a web socket, and any other page that a user has open could connect to it. So requests have to be
for an address that this server has, and from a page that it served (RFC 6455, section 10.2).
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import logging
import os
import shlex
import signal
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

_SIGNALS: Final = ("SIGTERM", "SIGHUP")
_PATIENCE: Final = 1.0
"""Seconds that pages have to answer, and to end; what an imgscope leaves undone it gives up when nobody listens."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def serve(arguments: Sequence[str], *, host: str, port: int, title: str, started: Callable[[str], None]) -> str | None:
    """Serve `imgscope ARGUMENTS` until Ctrl-C or a signal; `started` is told the address once it can be opened.

    Returns the name of the signal, None for Ctrl-C. Raises `UsageError` where `host` and `port` cannot be listened at.
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
    return server.stopped_by


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
    try:
        if origin is not None and urlsplit(origin).netloc.lower() != host_header.lower():
            return False
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
    """One that lets in only who means it, is silent, and ends with all of its pages.

    `stopped_by` is the name of the signal that ended it, if one did.
    """

    def __init__(self, host: str, port: int, title: str) -> None:
        shown = f"[{host}]" if ":" in host else host
        super().__init__(command(), host=host, port=port, title=title, public_url=f"http://{shown}:{port}")
        self.stopped_by: str | None = None
        self._pages: set[asyncio.Task[Any]] = set()

    async def application(self) -> web.Application:
        """Return what answers requests."""
        application = await self._make_app()
        application.middlewares.append(self._guard)
        return application

    async def on_startup(self, app: web.Application) -> None:
        """Listen to signals, and say nothing yet: the port is not open."""
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            # Whoever was started with nohup goes on when its terminal is gone.
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                with contextlib.suppress(NotImplementedError):
                    asyncio.get_running_loop().add_signal_handler(number, self._stop, name)

    def _stop(self, name: str) -> None:
        self.stopped_by = name
        self.request_exit()

    async def on_shutdown(self, app: web.Application) -> None:
        """End the pages that are open, for which aiohttp would wait; their imgscopes end with them.

        Each is told, and one that does not answer, as that of a browser that is stopped, is ended without.
        """
        for _ in ("told", "ended"):
            for page in self._pages:
                page.cancel()
            if self._pages:
                await asyncio.wait(self._pages, timeout=_PATIENCE)

    async def handle_websocket(self, request: web.Request) -> Any:
        """Run an imgscope for a page until one of them ends."""
        page = asyncio.current_task()
        assert page is not None
        self._pages.add(page)
        try:
            return await super().handle_websocket(request)
        finally:
            self._pages.discard(page)

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        if not is_allowed(request.host, request.headers.get("Origin"), host=self.host):
            return web.Response(status=403, text="imgscope: open this page by the address that the server listens at\n")
        return await handler(request)

    async def handle_index(self, request: web.Request) -> Any:
        """Serve the page, which connects to the address that it was opened with."""
        self.public_url = f"http://{request.host}"
        return await super().handle_index(request)
