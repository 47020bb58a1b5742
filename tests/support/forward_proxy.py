"""A proxy of the tests' own on loopback: it tunnels and forwards, and remembers what arrived at it."""

from __future__ import annotations

import select
import socket
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.support.registry_auth import basic

_CHUNK = 65536
_PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it arrived: `CONNECT host:port` or `GET http://…`, names of headers in lower case."""

    line: str
    headers: dict[str, str]


@dataclass(slots=True, kw_only=True)
class ForwardProxy:
    """A proxy. `hosts` says where on loopback each `host:port` is; others are refused with 403.

    With `login`, a user name and a password, others are refused with 407.
    """

    hosts: Mapping[str, str]
    login: tuple[str, str] | None = None
    asked: list[Asked] = field(default_factory=list)

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Answer on a port of 127.0.0.1 while the `with` block lasts, and give the host with that port."""
        server = _Server(("127.0.0.1", 0), _Handler)
        server.proxy = self
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Server(socketserver.ThreadingTCPServer):
    proxy: ForwardProxy
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that hang up: some tests are about that."""


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = _PATIENCE_SECONDS

    def handle(self) -> None:
        head = self._head()
        if not head:
            return
        method, target, _ = head[0].split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        proxy = self.server.proxy
        proxy.asked.append(Asked(line=f"{method} {target}", headers=headers))
        if proxy.login and headers.get("proxy-authorization") != basic(*proxy.login):
            self._refuse("407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="tests"\r\n')
            return
        address = target if method == "CONNECT" else urlsplit(target).netloc
        if address not in proxy.hosts:
            self._refuse("403 Forbidden")
            return
        host, _, port = proxy.hosts[address].rpartition(":")
        with socket.create_connection((host, int(port)), timeout=_PATIENCE_SECONDS) as there:
            if method == "CONNECT":
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                there.sendall(_forwarded(method, target, headers))
            _pump(self.connection, there)

    def _head(self) -> list[str]:
        lines: list[str] = []
        while line := self.rfile.readline(_CHUNK).decode("latin-1").rstrip("\r\n"):
            lines.append(line)
        return lines

    def _refuse(self, status: str, headers: str = "") -> None:
        self.wfile.write(f"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())


def _forwarded(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    kept = {name: value for name, value in headers.items() if not name.startswith("proxy-")} | {"connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in kept.items())
    return f"{method} {urlsplit(target).path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")


def _pump(here: socket.socket, there: socket.socket) -> None:
    """Pass bytes on in both directions until one side ends."""
    other = {here: there, there: here}
    while True:
        ready, _, _ = select.select([here, there], [], [], _PATIENCE_SECONDS)
        for side in ready:
            chunk = side.recv(_CHUNK)
            if not chunk:
                return
            other[side].sendall(chunk)
        if not ready:
            return
