"""What is kept of a database of rpm, whichever of its three formats it has: the packages, a tenth of its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from imgscope.probes import _rpm_berkeley, _rpm_ndb, _sqlite
from imgscope.probes._rpm_header import MalformedHeader, RpmPackage, parse_header

_KEPT: Final = b"imgscope: packages of rpm 1\n"
# Keys that packages are signed with are kept as if they were packages.
_NO_PACKAGE: Final = "gpg-pubkey"
_NO_DATABASE: Final = "it is no database of rpm"
# The text of a million paths of 128 characters; a header of little size can stand for far more.
_LARGEST_PATHS: Final = 128 * 1024 * 1024

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


def reduce_database(content: bytes) -> bytes:
    """Return what is kept of the database `content`; what was kept before stays as it is."""
    if content.startswith(_KEPT):
        return content
    return _KEPT + msgspec.msgpack.encode(read_database(content))


def kept_packages(kept: bytes) -> RpmPackages:
    """Return what `reduce_database` kept."""
    try:
        found = msgspec.msgpack.decode(kept.removeprefix(_KEPT), type=RpmPackages)
    except msgspec.DecodeError:
        # Something in the image looks as if it had been kept.
        return RpmPackages(problem=_NO_DATABASE)
    if sum(package.paths_size for package in found.packages) > _LARGEST_PATHS:
        without_files = [msgspec.structs.replace(package, files=[]) for package in found.packages]
        return RpmPackages(packages=without_files, problem="it lists more files than can be")
    return found


def kept_keys(kept: bytes) -> Iterator[Key]:
    """Yield the keys of the packages that `reduce_database` kept."""
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
    problems: list[str] = []
    packages: list[RpmPackage] = []
    unread = len(content)
    for blob in _headers(content, problems):
        unread -= len(blob)
        if unread < 0:
            problems.append("packages overlap in it")
            break
        try:
            package = parse_header(blob)
        except MalformedHeader as malformed:
            problems.append(f"the header of a package {malformed}")
            continue
        if package.name != _NO_PACKAGE:
            packages.append(package)
    return RpmPackages(packages=packages, problem=_summary(problems))


def _headers(content: bytes, problems: list[str]) -> Iterator[bytes]:
    if content.startswith(_sqlite.MAGIC):
        rows = _sqlite.rows(content, "Packages", "SELECT blob FROM Packages", problems.append)
        return (blob for (blob,) in rows if isinstance(blob, bytes))
    if content.startswith(_rpm_ndb.MAGIC):
        return _rpm_ndb.headers(content, problems.append)
    if _rpm_berkeley.is_berkeley(content):
        return _rpm_berkeley.headers(content, problems.append)
    if content:
        problems.append(_NO_DATABASE)
    return iter(())


def _summary(problems: list[str]) -> str | None:
    if not problems:
        return None
    more = f" (and {len(problems) - 1:,} more like this)" if len(problems) > 1 else ""
    return problems[0] + more
