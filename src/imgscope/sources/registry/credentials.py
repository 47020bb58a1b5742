"""Which credentials a user has for a registry: Docker's and Podman's files, and the helpers that are named.

Nothing here ever puts a secret in a message: what went wrong is told by the file it went wrong in.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final, Literal

import msgspec

from imgscope.errors import DocumentError, ImgscopeError, SourceError
from imgscope.oci.document import decode
from imgscope.oci.reference import HUB, Reference
from imgscope.sources.registry.configuration.registries_conf import AUTH_FILES, CredentialHelpers
from imgscope.sources.registry.credential_helper import NotStored, ask_helper

HUB_KEY: Final = "https://index.docker.io/v1/"
"""What Docker's files and helpers call Docker Hub."""

_HUB_HOSTS: Final = ("docker.io", "index.docker.io", "registry-1.docker.io")
TOKEN: Final = re.compile(r"[\x21-\x7e]+")
"""A Bearer token, as a header can hold it; all that RFC 6750 allows, and more."""

_NO_HELPERS: Final = CredentialHelpers()
_IDENTITY_USER: Final = "<token>"
_LARGEST_FILE: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What proves who the user is. `origin` names the file or helper it came from, and is safe to show.

    A `password` goes with its user name; an `identity` token is exchanged for others; a `bearer` token is used as is.
    """

    kind: Literal["password", "identity", "bearer"]
    username: str = field(default="", repr=False)
    secret: str = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What was found, and sentences on what stood in the way of finding more."""

    credential: Credential | None = None
    problems: tuple[str, ...] = ()


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    auth: str | None = None
    username: str | None = None
    password: str | None = None
    identitytoken: str | None = None
    registrytoken: str | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    auths: dict[str, _Entry | None] | None = None
    cred_helpers: dict[str, str] | None = None
    creds_store: str | None = None


def find_credential(
    reference: Reference, environ: Mapping[str, str] = os.environ, helpers: CredentialHelpers = _NO_HELPERS
) -> Lookup:
    """Return the first credential for the repository of `reference`: the environment first, then `helpers` and files.

    Files come last where `helpers` do not say where, as Docker has them. A file or helper that does not work is skipped
    and told of in `problems`: public images need neither.
    """
    problems: list[str] = []
    for origin, attempt in _attempts(reference, environ, helpers, problems):
        try:
            credential = attempt()
        except ImgscopeError as error:
            problems.append(f"{origin}: {error.message}")
            continue
        if credential is not None:
            return Lookup(credential=credential, problems=tuple(problems))
    return Lookup(problems=tuple(problems))


def _attempts(
    reference: Reference, environ: Mapping[str, str], helpers: CredentialHelpers, problems: list[str]
) -> Iterator[tuple[str, Callable[[], Credential | None]]]:
    """Yield what to try in order, each with what is to blame where it fails."""
    yield from _in_files(_environment(environ, problems), reference)
    for name in helpers.names if AUTH_FILES in helpers.names else (*helpers.names, AUTH_FILES):
        if name == AUTH_FILES:
            yield from _in_files(_files(environ, problems), reference)
        else:
            yield helpers.origin, partial(_from_helper, name, reference.registry, helpers.origin)


def _in_files(
    files: Iterator[tuple[str, _File]], reference: Reference
) -> Iterator[tuple[str, Callable[[], Credential | None]]]:
    for origin, file in files:
        for attempt in (_from_own_helper, _from_entries, _from_store):
            yield origin, partial(attempt, file, reference, origin)


def credential_files(environ: Mapping[str, str]) -> list[Path]:
    """Return the files that may hold credentials, in the order in which they are asked."""
    home = Path(environ.get("HOME") or environ.get("USERPROFILE") or "/")
    runtime = environ.get("XDG_RUNTIME_DIR")
    podman = Path(runtime) / "containers" if runtime else Path("/run/containers") / _user_id()
    docker = environ.get("DOCKER_CONFIG")
    explicit = environ.get("REGISTRY_AUTH_FILE")
    return [
        *([Path(explicit)] if explicit else []),
        podman / "auth.json",
        Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "containers" / "auth.json",
        (Path(docker) if docker else home / ".docker") / "config.json",
        home / ".dockercfg",
    ]


def _user_id() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else "0"


def _environment(environ: Mapping[str, str], problems: list[str]) -> Iterator[tuple[str, _File]]:
    """Yield what DOCKER_AUTH_CONFIG holds, which is the text of a file."""
    text = environ.get("DOCKER_AUTH_CONFIG")
    if text:
        yield from _parsed("DOCKER_AUTH_CONFIG", text.encode(errors="replace"), problems)


def _files(environ: Mapping[str, str], problems: list[str]) -> Iterator[tuple[str, _File]]:
    """Yield each readable file with the name to show for it."""
    for path in credential_files(environ):
        try:
            with path.open("rb") as file:
                body = file.read(_LARGEST_FILE + 1)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            problems.append(f"{path} cannot be read: {error.strerror}")
            continue
        yield from _parsed(str(path), body, problems)


def _parsed(origin: str, body: bytes, problems: list[str]) -> Iterator[tuple[str, _File]]:
    if not body.strip():
        return
    try:
        if origin.endswith(".dockercfg"):
            yield origin, _File(auths=decode(body, dict[str, _Entry | None], what="file"))
        else:
            yield origin, decode(body, _File, what="file")
    except ImgscopeError:
        # What the parser says could quote the file, and the file holds secrets.
        problems.append(f"{origin} is not a JSON file of credentials")


def _keys(reference: Reference) -> list[str]:
    """Return the keys that stand for the repository, the most specific first: `host/a/b`, `host/a`, `host`."""
    parts = reference.repository.split("/")
    registry = reference.registry.lower()
    paths = ["/".join([registry, *parts[:count]]) for count in range(len(parts), 0, -1)]
    hosts = [HUB_KEY, *_HUB_HOSTS] if registry == HUB else [registry]
    return [*paths, *hosts]


def _from_own_helper(file: _File, reference: Reference, origin: str) -> Credential | None:
    helpers = {key.lower(): (key, name) for key, name in (file.cred_helpers or {}).items()}
    for wanted in _keys(reference):
        if wanted in helpers:
            server, name = helpers[wanted]
            return _from_helper(name, server, origin)
    return None


def _from_store(file: _File, reference: Reference, origin: str) -> Credential | None:
    if not file.creds_store:
        return None
    return _from_helper(file.creds_store, HUB_KEY if reference.registry == HUB else reference.registry, origin)


def _from_helper(name: str, server: str, origin: str) -> Credential | None:
    try:
        answer = ask_helper(name, server)
    except NotStored:
        return None
    return Credential(
        kind="identity" if answer.username == _IDENTITY_USER else "password",
        username=answer.username,
        secret=answer.secret,
        origin=f"docker-credential-{name}, which {origin} names",
    )


def _from_entries(file: _File, reference: Reference, origin: str) -> Credential | None:
    exact = {key.lower(): entry for key, entry in (file.auths or {}).items()}
    by_url = {_host_of(key): entry for key, entry in (file.auths or {}).items() if _is_url(key)}
    for known in (exact, by_url):
        for key in _keys(reference):
            entry = known.get(key)
            credential = _from_entry(entry, origin) if entry else None
            if credential is not None:
                return credential
    return None


def _is_url(key: str) -> bool:
    return "://" in key or key.rstrip("/").endswith(("/v1", "/v2"))


def _host_of(key: str) -> str:
    return key.rpartition("://")[2].partition("/")[0].lower()


def _from_entry(entry: _Entry, origin: str) -> Credential | None:
    username, secret = _decoded(entry.auth) if entry.auth else (entry.username or "", entry.password or "")
    if entry.registrytoken:
        if not TOKEN.fullmatch(entry.registrytoken):
            raise DocumentError("a registrytoken has characters that no token has")
        return Credential(kind="bearer", secret=entry.registrytoken, origin=origin)
    if entry.identitytoken:
        return Credential(kind="identity", username=username, secret=entry.identitytoken, origin=origin)
    if not username:
        return None
    kind: Literal["identity", "password"] = "identity" if username == _IDENTITY_USER else "password"
    return Credential(kind=kind, username=username, secret=secret, origin=origin)


def _decoded(auth: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(auth, validate=True).decode()
    except (binascii.Error, ValueError):
        raise DocumentError("an auth entry is not base64 of user:password") from None
    username, colon, secret = text.partition(":")
    if not colon:
        raise SourceError("an auth entry has no colon between user and password")
    return username, secret.rstrip("\0")
