"""`registries.conf`: where images of a registry really are, its mirrors and blocks (containers-registries.conf(5))."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from imgscope.errors import UsageError
from imgscope.oci.document import typed
from imgscope.oci.reference import Reference
from imgscope.sources.registry.configuration import files

AUTH_FILES: Final = "containers-auth.json"
"""What `credential-helpers` call the files with credentials."""

_WILDCARD: Final = "*."
_MANUAL: Final = "containers-registries.conf(5) describes this file"

Pulls = Literal["all", "digest-only", "tag-only"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A place that may have the images of a registry, and for which `pulls` it is asked."""

    location: str
    is_insecure: bool
    pulls: Pulls


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryTable:
    """One `[[registry]]`: what holds for images whose name begins with `prefix`. `origin` is the file it is from.

    An empty `location` leaves names as they are.
    """

    prefix: str
    location: str
    is_insecure: bool
    is_blocked: bool
    mirrors: tuple[Mirror, ...]
    origin: Path

    @property
    def is_wildcard(self) -> bool:
        """Whether the prefix stands for the hosts under a domain."""
        return self.prefix.startswith(_WILDCARD)

    def rest_of(self, name: str) -> str | None:
        """Return what follows the prefix in a full name, such as `/app:latest`, or None where it does not match.

        As for Podman, a prefix without a port stands for every port.
        """
        if self.is_wildcard:
            host, slash, path = name.partition("/")
            host, colon, port = host.partition(":")
            return f"{colon}{port}{slash}{path}" if host.endswith(self.prefix.removeprefix("*")) else None
        rest = name.removeprefix(self.prefix)
        return rest if name.startswith(self.prefix) and rest[:1] in ("", ":", "/", "@") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialHelpers:
    """The programs to ask for credentials, in order, where `AUTH_FILES` stands for files. `origin` names them."""

    names: tuple[str, ...] = ()
    origin: str = ""


class _Mirror(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    location: str
    insecure: bool = False
    pull_from_mirror: Literal["", "all", "digest-only", "tag-only"] = ""


class _Registry(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    prefix: str = ""
    location: str = ""
    insecure: bool = False
    blocked: bool = False
    mirror_by_digest_only: bool = False
    mirror: tuple[_Mirror, ...] = ()


class _Hosts(msgspec.Struct, frozen=True, kw_only=True):
    registries: tuple[str, ...] = ()


class _FirstVersion(msgspec.Struct, frozen=True, kw_only=True):
    insecure: _Hosts = _Hosts()
    block: _Hosts = _Hosts()


class _File(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    credential_helpers: tuple[str, ...] | None = None
    registry: tuple[_Registry, ...] = ()
    registries: _FirstVersion | None = None


def paths(environ: Mapping[str, str]) -> list[Path]:
    """Return the files to read, each overriding those before it.

    `$CONTAINERS_REGISTRIES_CONF` with the drop-ins in the directory of its name and `.d`; else the user's file with
    the user's drop-ins; else the machine's file with the machine's and the user's drop-ins.
    """
    named = environ.get("CONTAINERS_REGISTRIES_CONF")
    if named:
        return [Path(named), *files.drop_ins(Path(f"{named}.d"))]
    machine = files.SYSTEM / "containers" / "registries.conf"
    user_directory = files.user_directory(environ)
    user = user_directory / "containers" / "registries.conf" if user_directory else None
    users_drop_ins = files.drop_ins(Path(f"{user}.d")) if user else []
    if user is not None and user.exists():
        return [user, *users_drop_ins]
    return [machine, *files.drop_ins(Path(f"{machine}.d")), *users_drop_ins]


def load(environ: Mapping[str, str]) -> tuple[tuple[RegistryTable, ...], CredentialHelpers, tuple[Path, ...]]:
    """Return the tables of all files, those of one prefix overridden by the last, the credential helpers of the last
    that names any, and the files that there are.

    Raises `UsageError` that says which file is malformed, where, and what was expected.
    """
    tables: dict[str, RegistryTable] = {}
    helpers = CredentialHelpers()
    found: list[Path] = []
    named = environ.get("CONTAINERS_REGISTRIES_CONF")
    for path in paths(environ):
        body = files.read(path)
        if body is None:
            if str(path) == named:
                raise UsageError(
                    f"CONTAINERS_REGISTRIES_CONF names {named!r}, which is no file", hint="correct it or unset it"
                )
            continue
        found.append(path)
        file = _decode(body, path)
        tables.update({table.prefix: table for table in _tables(file, path)})
        if file.credential_helpers is not None:
            helpers = CredentialHelpers(names=file.credential_helpers, origin=str(path))
    return tuple(tables.values()), helpers, tuple(found)


def parse(body: bytes, path: Path) -> tuple[RegistryTable, ...]:
    """Return the tables of one file; raises `UsageError` that names `path` for one that is malformed."""
    return _tables(_decode(body, path), path)


def _tables(file: _File, path: Path) -> tuple[RegistryTable, ...]:
    if file.registries is not None:
        if file.registry:
            raise UsageError(
                f"{path} mixes [[registry]] with [registries] of version 1 of the format: expected one of them",
                hint=_MANUAL,
            )
        return tuple(_first_version(file.registries, path))
    return tuple(_table(table, number, path) for number, table in enumerate(file.registry, 1))


def _decode(body: bytes, path: Path) -> _File:
    try:
        return typed(tomllib.loads(body.decode("utf-8")), _File)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 at byte {error.start}: expected TOML", hint=_MANUAL) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}", hint=_MANUAL) from None
    except RecursionError:
        raise UsageError(f"{path} is nested too deeply: expected tables called [[registry]]", hint=_MANUAL) from None
    except msgspec.ValidationError as error:
        raise UsageError(f"{path} is malformed: {error}".replace("`$.", "`"), hint=_MANUAL) from None


def _table(table: _Registry, number: int, path: Path) -> RegistryTable:
    where = f"{path}, [[registry]] number {number}"
    location = _checked_name(table.location, f"{where}: the location") if table.location else ""
    prefix = _checked_prefix(table.prefix, where) if table.prefix else location
    if not prefix:
        raise UsageError(f"{where}: expected a prefix, a location or both", hint=_MANUAL)
    if not location and not prefix.startswith(_WILDCARD):
        # Podman refuses this, but what it would mean is plain: settings for names that stay as they are.
        location = prefix
    return RegistryTable(
        prefix=prefix,
        location=location,
        is_insecure=table.insecure,
        is_blocked=table.blocked,
        mirrors=tuple(_mirror(mirror, table, where) for mirror in table.mirror),
        origin=path,
    )


def _mirror(mirror: _Mirror, table: _Registry, where: str) -> Mirror:
    if table.mirror_by_digest_only and mirror.pull_from_mirror:
        raise UsageError(
            f"{where}: the mirror {mirror.location!r} has pull-from-mirror though the registry has "
            "mirror-by-digest-only: expected one of them",
            hint=_MANUAL,
        )
    pulls: Pulls = "digest-only" if table.mirror_by_digest_only else mirror.pull_from_mirror or "all"
    location = _checked_name(mirror.location, f"{where}: the location of a mirror")
    return Mirror(location=location, is_insecure=mirror.insecure, pulls=pulls)


def _checked_prefix(prefix: str, where: str) -> str:
    if not prefix.startswith(_WILDCARD):
        return _checked_name(prefix, f"{where}: the prefix")
    if "/" in prefix or ":" in prefix:
        raise UsageError(f"{where}: the prefix {prefix!r} has more than a host after *: expected *.example.com")
    _checked_name(f"any{prefix.removeprefix('*')}", f"{where}: the prefix {prefix!r}, which stands for")
    return prefix


def _checked_name(text: str, what: str) -> str:
    """Return `text` without slashes at its end, if it is HOST[:PORT][/NAMESPACE…]; raises `UsageError`."""
    name = text.rstrip("/")
    host = name.partition("/")[0]
    try:
        reference = Reference.parse(name if "/" in name else f"{name}/any")
    except UsageError:
        reference = None
    is_host = "." in host or ":" in host or host == "localhost"
    if reference is None or not is_host or "://" in name:
        raise UsageError(f"{what} {text!r} is no place in a registry: expected HOST[:PORT][/NAMESPACE]", hint=_MANUAL)
    return name


def _first_version(file: _FirstVersion, path: Path) -> Iterator[RegistryTable]:
    """Yield tables that mean what `[registries.insecure]` and `[registries.block]` of the older format mean."""
    for host in dict.fromkeys((*file.insecure.registries, *file.block.registries)):
        name = _checked_name(host, f"{path}: the registry")
        yield RegistryTable(
            prefix=name,
            location=name,
            is_insecure=host in file.insecure.registries,
            is_blocked=host in file.block.registries,
            mirrors=(),
            origin=path,
        )
