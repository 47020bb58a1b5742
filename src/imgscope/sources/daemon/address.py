"""Where an engine listens, as Docker and Podman write it: `unix:///run/docker.sock`, `tcp://host:2376`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx

from imgscope.errors import UsageError

_PORT: Final = 2375
_TLS_PORT: Final = 2376
_LONGEST_SHOWN: Final = 200
_CREDENTIALS: Final = re.compile(r"(?<=://)[^/]*@")
_HINT: Final = "write it as in unix:///var/run/docker.sock or tcp://HOST:2375, or unset it for the usual socket"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """The directory with `ca.pem`, and with `cert.pem` and `key.pem` where the engine wants to know who asks."""

    directory: Path
    verifies: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to connect: to `socket`, or to `host` (with port) with `tls` if any. `origin` is what named it."""

    origin: str
    socket: Path | None = None
    host: str = ""
    tls: TlsFiles | None = None

    def __str__(self) -> str:
        return _shortened(str(self.socket)) if self.socket else self.host

    @property
    def may_exist(self) -> bool:
        """Whether connecting could work, as far as can be told without trying."""
        if self.socket is None:
            return True
        try:
            return self.socket.exists()
        except OSError:
            return True

    @classmethod
    def parse(cls, text: str, *, origin: str, tls: TlsFiles | None = None) -> Address:
        """Read an address; raises `UsageError` for one that cannot be connected to from here."""
        scheme, separator, rest = text.partition("://")
        if separator and scheme == "unix" and rest and "\0" not in rest:
            return cls(origin=origin, socket=Path(rest))
        if separator and scheme in ("tcp", "http"):
            return cls(origin=origin, host=_host(text, origin, default=_TLS_PORT if tls else _PORT), tls=tls)
        if separator and scheme == "ssh":
            raise UsageError(
                f"{origin} names an engine that is reached over SSH, which is not done here: expected unix:// or tcp://",
                hint="forward its socket: ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock HOST, and then set "
                f"{_variable(origin)}=unix:///tmp/engine.sock",
            )
        raise UsageError(f"{origin} names {_shown(text)}: expected unix:///PATH or tcp://HOST:PORT", hint=_HINT)


def _host(text: str, origin: str, *, default: int) -> str:
    try:
        parts = urlsplit(text)
        port = parts.port or default
    except ValueError:
        raise UsageError(f"{origin} names {_shown(text)}, which has no valid host and port", hint=_HINT) from None
    if not parts.hostname:
        raise UsageError(f"{origin} names {_shown(text)}, which has no host", hint=_HINT)
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    try:
        httpx.URL(f"http://{name}:{port}")
    except (httpx.InvalidURL, UnicodeError):
        raise UsageError(f"{origin} names {_shown(text)}, which has no valid host and port", hint=_HINT) from None
    return f"{name}:{port}"


def _shown(text: str) -> str:
    """Return `text` quoted, without a password, and shortened."""
    return repr(_shortened(_CREDENTIALS.sub("", text)))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def _variable(origin: str) -> str:
    return "CONTAINER_HOST" if origin.startswith("CONTAINER") else "DOCKER_HOST"
