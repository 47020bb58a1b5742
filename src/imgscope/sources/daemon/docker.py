"""Where Docker listens: DOCKER_HOST, else the context in use, else its usual sockets (docker(1), docker-context(1))."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from imgscope.errors import ImgscopeError, UsageError
from imgscope.oci.document import decode
from imgscope.sources.daemon.address import Address, TlsFiles

_DEFAULT: Final = "default"
_LARGEST_FILE: Final = 4 * 1024 * 1024
_LONGEST_NAME: Final = 100
_REMAKE: Final = "make it anew with docker context create; DOCKER_CONTEXT=default uses none"


class _Config(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    current_context: str | None = None


class _Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    host: str = msgspec.field(name="Host", default="")
    skip_tls_verify: bool = msgspec.field(name="SkipTLSVerify", default=False)


class _Context(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    endpoints: dict[str, _Endpoint] | None = None


def docker_addresses(environ: Mapping[str, str] = os.environ) -> tuple[Address, ...]:
    """Return where Docker may listen, the first that exists being the one to use.

    Raises `UsageError` where the user's settings name an address or a context that is none.
    """
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or "/")
    directory = Path(environ.get("DOCKER_CONFIG") or home / ".docker")
    host = environ.get("DOCKER_HOST")
    if host:
        return (Address.parse(host, origin="DOCKER_HOST", tls=_tls_of_environment(environ, directory)),)
    name, origin = environ.get("DOCKER_CONTEXT"), "DOCKER_CONTEXT"
    if not name:
        config = directory / "config.json"
        name, origin = _current_context(config), str(config)
    if name and name != _DEFAULT:
        return (_context_address(directory / "contexts", name, origin),)
    runtime = environ.get("XDG_RUNTIME_DIR")
    sockets = [
        Path("/var/run/docker.sock"),
        *([Path(runtime) / "docker.sock"] if runtime else []),
        home / ".docker" / "run" / "docker.sock",
    ]
    return tuple(Address(origin="the default", socket=socket) for socket in sockets)


def _tls_of_environment(environ: Mapping[str, str], directory: Path) -> TlsFiles | None:
    verifies = bool(environ.get("DOCKER_TLS_VERIFY"))
    if not verifies and not environ.get("DOCKER_TLS"):
        return None
    return TlsFiles(directory=Path(environ.get("DOCKER_CERT_PATH") or directory), verifies=verifies)


def _current_context(path: Path) -> str | None:
    try:
        return decode(_content(path) or b"{}", _Config, what="file", limit=_LARGEST_FILE).current_context
    except ImgscopeError:
        # Docker, too, goes on without a file that it cannot understand.
        return None


def _context_address(directory: Path, name: str, origin: str) -> Address:
    identifier = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()
    body = _content(directory / "meta" / identifier / "meta.json")
    if body is None:
        raise UsageError(
            f"{origin} names the Docker context {name[:_LONGEST_NAME]!r}, which does not exist",
            hint="docker context ls lists those that do; DOCKER_CONTEXT=default uses none",
        )
    what = f"Docker context {name[:_LONGEST_NAME]!r}"
    try:
        endpoints = decode(body, _Context, what=what, limit=_LARGEST_FILE).endpoints or {}
    except ImgscopeError as error:
        raise UsageError(error.message, hint=_REMAKE) from None
    endpoint = endpoints.get("docker")
    if endpoint is None or not endpoint.host:
        raise UsageError(f"the {what} names no host", hint=_REMAKE)
    keys = directory / "tls" / identifier / "docker"
    has_tls = keys.is_dir() or endpoint.skip_tls_verify
    tls = TlsFiles(directory=keys, verifies=not endpoint.skip_tls_verify) if has_tls else None
    return Address.parse(endpoint.host, origin=f"the {what}", tls=tls)


def _content(path: Path) -> bytes | None:
    try:
        # Opening a pipe that nobody writes to would wait for ever.
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(_LARGEST_FILE + 1)
    except OSError:
        return None
