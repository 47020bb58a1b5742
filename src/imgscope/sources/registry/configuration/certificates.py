"""`certs.d`: authorities and client certificates for one registry (containers-certs.d(5), Docker's "certs.d")."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imgscope.errors import UsageError
from imgscope.oci.reference import HUB, HUB_ENDPOINT
from imgscope.sources.registry.configuration import files

_HTTPS_PORT: Final = 443


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCertificates:
    """What a directory holds for one host: files of authorities, and pairs of a client certificate and its key."""

    directory: Path
    authorities: tuple[Path, ...]
    client_pairs: tuple[tuple[Path, Path], ...]


def directories(environ: Mapping[str, str]) -> list[Path]:
    """Return the directories that hold one directory for each host, the first of which that has it counts.

    They are Podman's, the user's before the machine's, and then Docker's, where the user's is read without root.
    """
    user = files.user_directory(environ)
    return [
        *([user / "containers" / "certs.d"] if user else []),
        files.SYSTEM / "containers" / "certs.d",
        *([user / "docker" / "certs.d"] if user else []),
        files.SYSTEM / "docker" / "certs.d",
    ]


def find_certificates(host: str, port: int | None, environ: Mapping[str, str] = os.environ) -> HostCertificates | None:
    """Return the certificates for `host`, without brackets, on `port`, None being that of https.

    The directory is called `HOST:PORT`, or `HOST` for the port of https. Raises `UsageError` for a client certificate
    without its key, a key without its certificate, and a directory that cannot be listed for another reason than that
    it is not for this user.
    """
    for directory in directories(environ):
        for name in _names(host, port):
            try:
                listed = sorted((directory / name).iterdir())
            except (FileNotFoundError, NotADirectoryError, PermissionError):
                continue
            except OSError as error:
                raise UsageError(f"{directory / name} cannot be read: {error.strerror}") from None
            return _certificates(directory / name, listed)
    return None


def _names(host: str, port: int | None) -> Iterator[str]:
    name = f"[{host}]" if ":" in host else host
    aliases = (HUB, name) if host == HUB_ENDPOINT else (name,)
    for alias in aliases:
        yield f"{alias}:{port or _HTTPS_PORT}"
        if port in (None, _HTTPS_PORT):
            yield alias


def _certificates(directory: Path, listed: list[Path]) -> HostCertificates:
    names = {path.name for path in listed}
    for path in listed:
        partner = path.with_suffix({".cert": ".key", ".key": ".cert"}.get(path.suffix, path.suffix))
        if partner.name not in names:
            what = "client certificate" if path.suffix == ".cert" else "key"
            raise UsageError(
                f"{path} is a {what} without its other half: expected {partner.name} beside it",
                hint="an authority's certificate is called *.crt, a client's *.cert with its key in *.key",
            )
    return HostCertificates(
        directory=directory,
        authorities=tuple(path for path in listed if path.suffix == ".crt"),
        client_pairs=tuple((path, path.with_suffix(".key")) for path in listed if path.suffix == ".cert"),
    )
