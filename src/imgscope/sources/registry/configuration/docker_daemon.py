"""Docker's `daemon.json`: mirrors of Docker Hub and registries without trusted certificates (dockerd(8))."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import msgspec

from imgscope.errors import DocumentError, LimitError, UsageError
from imgscope.oci.document import decode
from imgscope.sources.registry.configuration import files
from imgscope.sources.registry.hosts import literal_address

_MANUAL: Final = "docs.docker.com describes this file under dockerd"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class HubMirror:
    """A mirror of Docker Hub: `host` with port if any, and the `path` before `/v2/`, empty for most."""

    scheme: str
    host: str
    path: str
    origin: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerSettings:
    """What Docker's files say. `insecure_hosts` have a port if they were written with one."""

    mirrors: tuple[HubMirror, ...] = ()
    insecure_hosts: frozenset[str] = frozenset()
    insecure_networks: tuple[Network, ...] = ()

    def is_insecure(self, host: str) -> bool:
        """Tell whether `host`, with port if any, is named, or has an address in a network that is.

        Looks the name up only where a network is configured, as Docker does.
        """
        if host.lower() in self.insecure_hosts:
            return True
        return any(
            address in network
            for address in (_addresses(host) if self.insecure_networks else ())
            for network in self.insecure_networks
        )


class _File(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    registry_mirrors: tuple[str, ...] | None = None
    insecure_registries: tuple[str, ...] | None = None


def paths(environ: Mapping[str, str]) -> list[Path]:
    """Return the user's file, which Docker without root reads, and the machine's."""
    user = files.user_directory(environ)
    return [*([user / "docker" / "daemon.json"] if user else []), files.SYSTEM / "docker" / "daemon.json"]


def load(environ: Mapping[str, str]) -> tuple[DockerSettings, tuple[Path, ...]]:
    """Return what all files say together, and the files that there are; raises `UsageError` for a malformed one.

    A file that this user may not read is for Docker alone, and passed over.
    """
    settings: list[DockerSettings] = []
    found: list[Path] = []
    for path in paths(environ):
        body = files.read(path, passes_over_forbidden=True)
        if body is not None:
            found.append(path)
            settings.append(parse(body, path))
    return DockerSettings(
        mirrors=tuple(mirror for each in settings for mirror in each.mirrors),
        insecure_hosts=frozenset(host for each in settings for host in each.insecure_hosts),
        insecure_networks=tuple(network for each in settings for network in each.insecure_networks),
    ), tuple(found)


def parse(body: bytes, path: Path) -> DockerSettings:
    """Return what one file says; raises `UsageError` that names `path` for one that is malformed."""
    if not body.strip():
        return DockerSettings()
    try:
        file = decode(body, _File, what="file")
    except (DocumentError, LimitError) as error:
        raise UsageError(f"{path}: {error.message}".replace("`$.", "`"), hint=_MANUAL) from None
    hosts: list[str] = []
    networks: list[Network] = []
    for text in file.insecure_registries or ():
        network = _network(text)
        if network is not None:
            networks.append(network)
        else:
            hosts.append(_checked_host(text, path))
    return DockerSettings(
        mirrors=tuple(_mirror(text, number, path) for number, text in enumerate(file.registry_mirrors or (), 1)),
        insecure_hosts=frozenset(hosts),
        insecure_networks=tuple(networks),
    )


def _mirror(text: str, number: int, path: Path) -> HubMirror:
    # What is wrong is told without quoting it: a mistaken URL may hold a password.
    where = f"{path}: registry-mirrors number {number}"
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        raise UsageError(f"{where} is no URL: expected https://HOST[:PORT]", hint=_MANUAL) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise UsageError(f"{where} is no address of a web server: expected https://HOST[:PORT]", hint=_MANUAL)
    if url.userinfo or url.query or url.fragment:
        raise UsageError(
            f"{where} has more than a host and a path: expected no user, query or fragment",
            hint="credentials for a mirror are stored by docker login",
        )
    return HubMirror(scheme=url.scheme, host=url.netloc.decode("ascii"), path=url.path.rstrip("/"), origin=path)


def _network(text: str) -> Network | None:
    try:
        return ipaddress.ip_network(text, strict=False) if "/" in text else None
    except ValueError:
        return None


def _checked_host(text: str, path: Path) -> str:
    host = text.partition("://")[2] or text
    try:
        url = httpx.URL(f"https://{host}")
    except httpx.InvalidURL:
        url = httpx.URL()
    if not url.host or url.userinfo or url.path not in ("", "/") or url.query:
        raise UsageError(f"{path}: insecure-registries has {text!r}: expected HOST[:PORT] or a network", hint=_MANUAL)
    return host.rstrip("/").lower()


def _addresses(host: str) -> Iterator[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        name = httpx.URL(f"https://{host}").host
    except httpx.InvalidURL:
        # What no network can have is told by who connects to it.
        return
    literal = literal_address(name)
    if literal is not None:
        yield literal
        return
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return
    for *_, address in found:
        yield ipaddress.ip_address(str(address[0]).partition("%")[0])
