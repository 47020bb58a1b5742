"""Headers of packages of rpm."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz import rpm_databases
from imgscope.probes._rpm_header import MalformedHeader, parse_header


def target(data: bytes) -> None:
    """A header is malformed, or has a name and a version and paths that can be listed."""
    try:
        package = parse_header(data)
    except MalformedHeader:
        return
    assert package.name
    assert package.version
    assert sum(len(path) for path in package.paths()) <= package.paths_size


def seeds() -> Mapping[str, bytes]:
    """Those that the databases have."""
    return {f"package-{number}": blob for number, blob in enumerate(rpm_databases.headers())}
