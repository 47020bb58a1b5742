"""Requests to one engine: small documents, and the stream that it saves an image as."""

from __future__ import annotations

import errno
import json
import os
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx

from imgscope._version import __version__
from imgscope.errors import LimitError, SourceError, UsageError
from imgscope.limits import DEFAULT_LIMITS
from imgscope.secrets import redact
from imgscope.sources._connections import hang_up, read_in_large_pieces
from imgscope.sources._pace import Pace, PacedTransport
from imgscope.sources.base import Traffic
from imgscope.sources.daemon.address import Address, TlsFiles
from imgscope.sources.daemon.engine import Engine
from imgscope.sources.daemon.failures import connection_failure
from imgscope.sources.daemon.patience import Patience

_LONGEST_MESSAGE: Final = 300
_LARGEST_ERROR: Final = 64 * 1024
# Where it is shorter, connecting says so itself (unix(7): 108 bytes with a NUL at the end).
_LONGEST_SOCKET_PATH: Final = 107
_UNTOUCHED: Final = ("", "identity")
_NO_PASSPHRASE: Final = ""
_PATIENCE: Final = Patience.within(DEFAULT_LIMITS)


class Refused(SourceError):
    """The engine answered with `status`, which is no success, and `said` why."""

    def __init__(self, message: str, *, status: int, said: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.said = said


class EngineClient:
    """Asks the engine at `address`. Safe to use from several threads. `http` replaces the network."""

    def __init__(
        self,
        engine: Engine,
        address: Address,
        *,
        http: httpx.BaseTransport | None = None,
        patience: Patience = _PATIENCE,
    ) -> None:
        self.engine = engine
        self.address = address
        self._unix_socket = address.socket if http is None else None
        self._patience = patience
        self._client = httpx.Client(
            transport=http or _transport(address, patience.pace),
            base_url=f"{'https' if address.tls else 'http'}://{address.host or 'localhost'}",
            headers={"User-Agent": f"imgscope/{__version__}", "Accept-Encoding": "identity"},
            trust_env=False,
        )
        self._lock = threading.Lock()
        self._open: set[httpx.Response] = set()
        self._closed = False
        self._requests = 0
        self._bytes = 0

    def document(
        self, path: str, parameters: Mapping[str, str] | None = None, *, limit: int = DEFAULT_LIMITS.engine_answer_size
    ) -> bytes:
        """Return the body of the answer to `GET path`. Raises `Refused`, and `SourceError` where there is none."""
        body = bytearray()
        with self.stream(path, parameters) as chunks:
            for chunk in chunks:
                body += chunk
                if len(body) > limit:
                    raise LimitError(
                        f"{self.engine.title} answered with more than the {limit:,} bytes that are read",
                        setting="engine-answer-size",
                    )
        return bytes(body)

    @contextmanager
    def stream(
        self, path: str, parameters: Mapping[str, str] | None = None, *, is_image: bool = False
    ) -> Iterator[Iterator[bytes]]:
        """Give the body of the answer to `GET path` as it comes in; raises like `document`, while iterating too.

        `is_image`: the engine may have to get it ready first.
        """
        response = self._send(path, parameters, self._patience.timeout(for_image=is_image))
        try:
            if response.status_code != HTTPStatus.OK:
                raise self._refusal(response)
            self._check_encoding(response)
            yield self._chunks(response)
        finally:
            with self._lock:
                self._open.discard(response)
            response.close()

    def traffic(self) -> Traffic:
        """Tell how many requests were sent and bytes of bodies received."""
        with self._lock:
            return Traffic(requests=self._requests, bytes_fetched=self._bytes)

    def close(self) -> None:
        """End all that is under way; threads that wait for bytes get a `SourceError` instead."""
        self._closed = True
        with self._lock:
            under_way = list(self._open)
        for response in under_way:
            hang_up(response)
        self._client.close()

    def _send(self, path: str, parameters: Mapping[str, str] | None, timeout: httpx.Timeout) -> httpx.Response:
        self._check_open()
        with self._lock:
            self._requests += 1
        try:
            if self._unix_socket is not None:
                _knock(self._unix_socket, self._patience.connect)
            request = self._client.build_request("GET", path, params=parameters, timeout=timeout)
            response = self._client.send(request, stream=True)
        except (httpx.TransportError, OSError, UnicodeError) as error:
            self._check_open()
            raise connection_failure(error, self.engine, self.address) from None
        except RuntimeError:
            # What httpx raises when another thread closed the client; nothing else of it is a RuntimeError.
            self._check_open()
            raise
        with self._lock:
            self._open.add(response)
        return response

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        try:
            for chunk in response.iter_raw():
                with self._lock:
                    self._bytes += len(chunk)
                yield chunk
        except (httpx.TransportError, httpx.StreamError) as error:
            self._check_open()
            raise connection_failure(error, self.engine, self.address) from None

    def _check_encoding(self, response: httpx.Response) -> None:
        encoding = response.headers.get("content-encoding", "").lower()
        if encoding not in _UNTOUCHED:
            raise SourceError(
                f"{self.engine.title} at {self.address} sent its answer compressed with {encoding[:40]}, "
                "though asked not to",
                hint="a proxy in between alters what the engine sends",
            )

    def _refusal(self, response: httpx.Response) -> Refused:
        said = _message(_start_of(self._chunks(response)))
        status, title = response.status_code, self.engine.title
        told, hint = f": {said}" if said else "", f"the log of {title} may say more"
        if not said and (status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.UNAUTHORIZED):
            told = ", as something does that is no container engine"
            hint = f"check what listens there; {self.engine.variable} names another address"
        return Refused(
            f"{title} at {self.address} answered with status {status}{told}", status=status, said=said, hint=hint
        )

    def _check_open(self) -> None:
        if self._closed:
            raise SourceError(f"the connection to {self.engine.title} was closed")


def _transport(address: Address, pace: Pace) -> httpx.HTTPTransport:
    read_in_large_pieces()
    if address.socket is not None:
        return PacedTransport(pace, uds=str(address.socket))
    return PacedTransport(pace, verify=_tls_context(address.tls) if address.tls else False)


def _knock(path: Path, timeout: float) -> None:
    """Raise `OSError` where nobody listens: httpcore leaves a Unix socket open that it could not connect."""
    if len(os.fsencode(path)) > _LONGEST_SOCKET_PATH:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
    with socket.socket(socket.AF_UNIX) as knocking:
        knocking.settimeout(timeout)
        knocking.connect(str(path))


def _tls_context(tls: TlsFiles) -> ssl.SSLContext:
    authority, certificate, key = (tls.directory / name for name in ("ca.pem", "cert.pem", "key.pem"))
    try:
        context = ssl.create_default_context(cafile=str(authority) if authority.exists() else None)
        if certificate.exists() or key.exists():
            # Without a passphrase given here, OpenSSL would ask for one on the terminal.
            context.load_cert_chain(str(certificate), str(key), password=_NO_PASSPHRASE)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or "they are not PEM files that belong together"
        raise UsageError(
            f"the TLS files in {str(tls.directory)!r} cannot be used: {reason}",
            hint="expected ca.pem, cert.pem and key.pem there; DOCKER_CERT_PATH names another directory",
        ) from None
    if not tls.verifies:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _start_of(chunks: Iterator[bytes]) -> bytes:
    body = bytearray()
    with suppress(SourceError):
        for chunk in chunks:
            body += chunk
            if len(body) >= _LARGEST_ERROR:
                break
    return bytes(body[:_LARGEST_ERROR])


def _message(body: bytes) -> str:
    try:
        message = json.loads(body)["message"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    text = redact(message) if isinstance(message, str) else ""
    return text if len(text) <= _LONGEST_MESSAGE else f"{text[:_LONGEST_MESSAGE]}…"
