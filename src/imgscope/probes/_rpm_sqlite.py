"""rpmdb.sqlite, the database of rpm since 4.16: one table with the number and the header of each package."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Final

MAGIC: Final = b"SQLite format 3\0"
# Bytes 18 and 19 say whether changes may be in a file beside ("Write-Ahead Log"), which one in memory cannot have.
_FORMAT_VERSIONS: Final = slice(18, 20)
_ROLLBACK_JOURNAL: Final = b"\1\1"
# Neither a view nor a virtual table, which both could run more than meets the eye.
_TABLE_QUERY: Final = "SELECT rootpage FROM sqlite_master WHERE name = 'Packages' AND type = 'table' AND rootpage > 1"
_QUERY: Final = "SELECT blob FROM Packages"
# A hundred instructions of SQLite's virtual machine for each page are far more than reading a table takes.
_INSTRUCTIONS_BETWEEN: Final = 10_000
_MOST_INSTRUCTIONS: Final = 50_000_000
_ALLOWED: Final = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
_READABLE: Final = ("Packages", "sqlite_master")


def headers(content: bytes, remark: Callable[[str], None]) -> Iterator[bytes]:
    """Yield the headers in the database `content`; tell `remark` what of it cannot be read.

    SQLite sees a copy in memory, may read nothing but the table of packages, and has a limited number of steps.
    """
    connection = sqlite3.connect(":memory:")
    try:
        _open(connection, content)
        if connection.execute(_TABLE_QUERY).fetchone() is None:
            remark("it has no table of packages")
            return
        yield from (blob for (blob,) in connection.execute(_QUERY) if isinstance(blob, bytes))
    except sqlite3.Error as error:
        remark(f"SQLite says: {error}")
    finally:
        connection.close()


def _open(connection: sqlite3.Connection, content: bytes) -> None:
    copy = bytearray(content)
    copy[_FORMAT_VERSIONS] = _ROLLBACK_JOURNAL
    connection.deserialize(copy)
    for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, len(content) + 1)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_authorizer(_authorize)
    steps = iter(range(_MOST_INSTRUCTIONS // _INSTRUCTIONS_BETWEEN))
    connection.set_progress_handler(lambda: next(steps, None) is None, _INSTRUCTIONS_BETWEEN)


def _authorize(action: int, table: str | None, _column: str | None, _database: str | None, view: str | None) -> int:
    is_plain = view is None and (action == sqlite3.SQLITE_SELECT or table in _READABLE)
    return sqlite3.SQLITE_OK if is_plain and action in _ALLOWED else sqlite3.SQLITE_DENY
