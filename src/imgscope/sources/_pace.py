"""Answers that come too slowly or begin without an end: httpx bounds each silence and each header, but not these.

Whoever sends a byte a minute is never silent for long, and a server may send informational answers (RFC 9110, 15.2)
before the one that counts for ever.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpcore
import httpx

_MOST_HEADER_BYTES: Final = 256 * 1024
_HEADERS: Final = ".receive_response_headers."
_A_MOMENT: Final = 0.001


class TooSlow(httpcore.ReadTimeout):
    """A host sent for too long more slowly than is waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`rate` bytes a second are expected on average, and `patience` seconds are waited beyond what those would take.

    Only what is spent in waiting for bytes counts, by `clock`, and not for the first ones after a request, which the
    timeout of reading bounds; each request begins with all of the patience.
    """

    rate: float
    patience: float
    clock: Callable[[], float] = time.monotonic


class PacedTransport(httpx.HTTPTransport):
    """Ends with `httpx.ReadTimeout`, caused by `TooSlow`, where `pace` is not kept, and bounds what precedes a body.

    `options` are those of `httpx.HTTPTransport`.
    """

    def __init__(self, pace: Pace, **options: Any) -> None:
        super().__init__(**options)
        self._phase = _Phase()
        # httpx has no parameter for what httpcore has one for.
        self._pool._network_backend = _Backend(self._pool._network_backend, pace, self._phase)  # noqa: SLF001

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions = {**request.extensions, "trace": self._phase.trace}
        return super().handle_request(request)


class _Phase(threading.local):
    """How many bytes of headers the answer may still have that this thread waits for; None where it does not."""

    left: int | None = None

    def trace(self, event: str, _: Mapping[str, Any]) -> None:
        if _HEADERS in event:
            self.left = _MOST_HEADER_BYTES if event.endswith("started") else None


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend, pace: Pace, phase: _Phase) -> None:
        self._inner = inner
        self._pace = pace
        self._phase = phase

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return self._paced(self._inner.connect_tcp(host, port, timeout, local_address, socket_options))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        return self._paced(self._inner.connect_unix_socket(path, timeout, socket_options))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)

    def _paced(self, stream: httpcore.NetworkStream) -> httpcore.NetworkStream:
        return PacedStream(stream, self._pace, self._phase)


class PacedStream(httpcore.NetworkStream):
    """A connection that is read from as `pace` allows; `phase` says whether headers are read."""

    def __init__(self, inner: httpcore.NetworkStream, pace: Pace, phase: _Phase | None = None) -> None:
        self._inner = inner
        self._pace = pace
        self._phase = phase or _Phase()
        self._patience = pace.patience
        self._was_asked = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what comes within `timeout` seconds; raises `TooSlow`, and an error for headers without an end."""
        received = self._awaited(max_bytes, timeout)
        if self._phase.left is not None:
            self._phase.left -= len(received)
            # Of a body that came together with its headers, at most one piece is counted.
            if self._phase.left < -max_bytes:
                raise httpcore.RemoteProtocolError(f"more than {_MOST_HEADER_BYTES:,} bytes of headers")
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send a part of a request, and expect its answer with all of the patience."""
        self._inner.write(buffer, timeout)
        self._patience = self._pace.patience
        self._was_asked = True

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def _awaited(self, max_bytes: int, timeout: float | None) -> bytes:
        if self._was_asked:
            received = self._inner.read(max_bytes, timeout)
            self._was_asked = False
            return received
        is_shorter = timeout is None or self._patience < timeout
        started = self._pace.clock()
        try:
            received = self._inner.read(max_bytes, max(self._patience, _A_MOMENT) if is_shorter else timeout)
        except httpcore.ReadTimeout:
            if is_shorter:
                raise self._too_slow() from None
            raise
        waited = self._pace.clock() - started
        self._patience = min(self._pace.patience, self._patience - waited + len(received) / self._pace.rate)
        if self._patience < 0:
            raise self._too_slow()
        return received

    def _too_slow(self) -> TooSlow:
        return TooSlow(f"fewer than {self._pace.rate:,.0f} bytes a second came for {self._pace.patience:g} seconds")

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the same connection with TLS."""
        return PacedStream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._pace, self._phase)

    def get_extra_info(self, info: str) -> Any:
        """Tell what the connection is made of."""
        return self._inner.get_extra_info(info)
