"""Packages.db, the database of rpm on SUSE."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz import rpm_databases
from tests.support.rpm_headers import ndb_of


def target(data: bytes) -> None:
    """Slots may say anything."""
    rpm_databases.check(data)


def seeds() -> Mapping[str, bytes]:
    """With one package each."""
    return {f"package-{number}": ndb_of(blob) for number, blob in enumerate(rpm_databases.headers())}
