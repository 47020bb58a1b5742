"""Engines that cannot be reached, as sentences: what httpx raised, told by the cause underneath it."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import httpx

from imgscope.errors import SourceError
from imgscope.sources._pace import TooSlow
from imgscope.sources.daemon.address import Address
from imgscope.sources.daemon.engine import Engine

_MISSING: Final = (errno.ENOENT, errno.ENOTDIR)
_DENIED: Final = (errno.EACCES, errno.EPERM)
_SLOWNESS: Final = "slowest-rate and slowness-timeout in [limits] of imgscope.toml say how slow it may be"
_DEAF: Final = (errno.ECONNREFUSED, errno.ENOTSOCK)


def connection_failure(error: BaseException, engine: Engine, address: Address) -> SourceError:
    """Return the sentence for `error`, which kept the engine at `address` from answering."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return _tls_failure(cause, engine, address)
    message, hint = _sentence(causes, engine, address)
    return SourceError(message, hint=hint)


def _sentence(causes: list[BaseException], engine: Engine, address: Address) -> tuple[str, str]:
    """Return what happened, and what to do about it."""
    title = engine.title
    named = f" ({address.origin} names it)" if address.origin != "the default" else ""
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return f"there is no host {address} to ask {title} at{named}", f"check {engine.variable}"
    if any(isinstance(cause, TooSlow) for cause in causes):
        return f"{title} at {address} sends too slowly{named}", f"check that {title} is well; {_SLOWNESS}"
    if any(isinstance(cause, httpx.TimeoutException) for cause in causes):
        return f"{title} at {address} did not answer in time{named}", f"check that {title} is well, and run again"
    failed = next((cause for cause in causes if isinstance(cause, OSError) and cause.errno), None)
    told = _of_system(failed.errno, engine, address, named) if failed is not None else None
    if told is not None:
        return told
    reason = f": {failed.strerror}" if failed is not None else ""
    if isinstance(causes[0], OSError):
        return f"{title} cannot be reached at {address}{named}{reason}", engine.start
    return f"the connection to {title} at {address} broke off{reason}", _broken_hint(address, engine)


def _of_system(code: int | None, engine: Engine, address: Address, named: str) -> tuple[str, str] | None:
    """Return the same for what the system says where nobody listens, or not to us."""
    title = engine.title
    if code in _MISSING:
        return f"{title} is not there: there is no socket {address}{named}", engine.start
    if code in _DENIED:
        return f"permission to use {title}'s socket {address} was denied", engine.permit.format(group=_group(address))
    if code in _DEAF:
        return f"{title} does not answer at {address}{named}", engine.start
    return None


def _tls_failure(error: ssl.SSLError, engine: Engine, address: Address) -> SourceError:
    reason = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else ""
    if reason:
        return SourceError(
            f"the certificate of {engine.title} at {address} is not trusted: {reason}",
            hint="DOCKER_CERT_PATH names the directory whose ca.pem has to have signed it",
        )
    if "CERTIFICATE_REQUIRED" in (error.reason or "") or "BAD_CERTIFICATE" in (error.reason or ""):
        return SourceError(
            f"{engine.title} at {address} wants a certificate of who asks, and did not accept ours",
            hint="put cert.pem and key.pem that its authority signed into the directory that DOCKER_CERT_PATH names",
        )
    return SourceError(
        f"{engine.title} at {address} does not speak TLS as expected: {error.reason or 'the handshake failed'}",
        hint="unset DOCKER_TLS_VERIFY where it listens without TLS",
    )


def _broken_hint(address: Address, engine: Engine) -> str:
    if address.socket is None and address.tls is None:
        return "if it listens with TLS, set DOCKER_TLS_VERIFY=1 and DOCKER_CERT_PATH; else run again"
    return f"run again; the log of {engine.title} may say why"


def _group(address: Address) -> str:
    try:
        return address.socket.group() if address.socket else "docker"
    except (OSError, KeyError, NotImplementedError):
        return "docker"


def _causes(error: BaseException) -> Iterator[BaseException]:
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__ or current.__context__
