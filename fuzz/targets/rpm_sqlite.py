"""rpmdb.sqlite, the database of rpm since 4.16."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz import rpm_databases
from tests.support.rpm_headers import sqlite_of


def target(data: bytes) -> None:
    """SQLite may be given any bytes."""
    rpm_databases.check(data)


def seeds() -> Mapping[str, bytes]:
    """With two packages, and without its table."""
    return {"two": sqlite_of(rpm_databases.headers()), "other": sqlite_of(["text", 1, None], table="Other")}
