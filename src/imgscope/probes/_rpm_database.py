"""What is kept of a database of rpm, whichever of its three formats it has: the packages, a tenth of its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from imgscope.probes import _rpm_berkeley, _rpm_ndb, _sqlite
from imgscope.probes._rpm_header import MalformedHeader, RpmPackage, parse_header

_KEPT: Final = b"imgscope: packages of rpm 1\n"
# Keys that packages are signed with are kept as if they were packages.
_NO_PACKAGE: Final = "gpg-pubkey"
_NO_DATABASE: Final = "it is no database of rpm"
# Ten times what the largest honest images have: small strings take far more memory than they have bytes.
_MOST_PACKAGES: Final = 100_000
_MOST_DEPENDENCIES: Final = 4_000_000
_LARGEST_PATHS: Final = 512 * 1024 * 1024
_LARGEST_KEPT: Final = 32 * 1024 * 1024

Key = tuple[str, str, str]


class RpmPackages(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The packages of a database, and what is wrong with it, if anything: a sentence about "it"."""

    packages: list[RpmPackage] = []
    problem: str | None = None


class _RpmKey(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What tells a version of a package from all others: the first fields of `RpmPackage`."""

    name: str
    version: str
    architecture: str | None = None


class _RpmKeys(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    packages: list[_RpmKey] = []


class _Problems:
    """The first of the problems of a database, and how many more there are."""

    def __init__(self) -> None:
        self._first: str | None = None
        self._count = 0

    def add(self, problem: str) -> None:
        self._first = self._first or problem
        self._count += 1

    def __str__(self) -> str:
        more = f" (and {self._count - 1:,} more like this)" if self._count > 1 else ""
        return f"{self._first or ''}{more}"


def reduce_database(content: bytes) -> bytes:
    """Return what is kept of the database `content`; what was kept before stays as it is."""
    if content.startswith(_KEPT):
        return content
    return _KEPT + msgspec.msgpack.encode(read_database(content))


def kept_packages(content: bytes) -> RpmPackages:
    """Return the packages of a database, of which `content` is all or what `reduce_database` kept."""
    kept = reduce_database(content)
    if len(kept) > _LARGEST_KEPT:
        return RpmPackages(problem="it lists more than can be in an image")
    try:
        found = msgspec.msgpack.decode(kept.removeprefix(_KEPT), type=RpmPackages)
    except msgspec.DecodeError:
        # Something in the image looks as if it had been kept.
        return RpmPackages(problem=_NO_DATABASE)
    if sum(package.paths_size for package in found.packages) > _LARGEST_PATHS:
        without_files = [msgspec.structs.replace(package, files=[]) for package in found.packages]
        return RpmPackages(packages=without_files, problem="it lists more files than can be in an image")
    return found


def kept_keys(content: bytes) -> Iterator[Key]:
    """Yield the keys of what `kept_packages` returns."""
    kept = reduce_database(content)
    if len(kept) > _LARGEST_KEPT:
        return
    try:
        keys = msgspec.msgpack.decode(kept.removeprefix(_KEPT), type=_RpmKeys)
    except msgspec.DecodeError:
        return
    for key in keys.packages:
        yield key.name, key.version, key.architecture or ""


def read_database(content: bytes) -> RpmPackages:
    """Return the packages in `content`, which is a database of rpm, or should be. Never raises.

    An empty file is an empty database. What cannot be read is left out, and said in `problem`.
    """
    problems = _Problems()
    packages: list[RpmPackage] = []
    unread, dependencies_left = len(content), _MOST_DEPENDENCIES
    for blob in _headers(content, problems.add):
        unread -= len(blob)
        if unread < 0:
            problems.add("packages overlap in it")
            break
        try:
            package = parse_header(blob)
        except MalformedHeader as malformed:
            problems.add(f"the header of a package {malformed}")
            continue
        if package.name == _NO_PACKAGE:
            continue
        dependencies_left -= len(package.needs) + len(package.recommends) + len(package.provides)
        if dependencies_left < 0 or len(packages) >= _MOST_PACKAGES:
            problems.add("it lists more than can be in an image")
            break
        packages.append(package)
    return RpmPackages(packages=packages, problem=str(problems) or None)


def _headers(content: bytes, remark: Callable[[str], None]) -> Iterator[bytes]:
    if content.startswith(_sqlite.MAGIC):
        rows = _sqlite.rows(content, "Packages", "SELECT blob FROM Packages", remark)
        return (blob for (blob,) in rows if isinstance(blob, bytes))
    if content.startswith(_rpm_ndb.MAGIC):
        return _rpm_ndb.headers(content, remark)
    if _rpm_berkeley.is_berkeley(content):
        return _rpm_berkeley.headers(content, remark)
    if content:
        remark(_NO_DATABASE)
    return iter(())
