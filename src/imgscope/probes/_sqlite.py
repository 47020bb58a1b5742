"""Rows of a table in a SQLite database that somebody else made (sqlite.org, "Defense Against The Dark Arts")."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, Final

MAGIC: Final = b"SQLite format 3\0"
# Bytes 18 and 19 say whether changes may be in a file beside ("Write-Ahead Log"), which one in memory cannot have.
_FORMAT_VERSIONS: Final = slice(18, 20)
_ROLLBACK_JOURNAL: Final = b"\1\1"
# Neither a view nor a virtual table, which both could run more than meets the eye.
_TABLE_QUERY: Final = "SELECT rootpage FROM sqlite_master WHERE name = ? AND type = 'table' AND rootpage > 1"
# Reading the tables of real databases takes a few instructions of SQLite's virtual machine a row.
_INSTRUCTIONS_BETWEEN: Final = 10_000
_MOST_INSTRUCTIONS: Final = 50_000_000
_ALLOWED: Final = (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)


def rows(content: bytes, table: str, query: str, remark: Callable[[str], None]) -> Iterator[tuple[Any, ...]]:
    """Yield what `query` finds in `table` of the database `content`; tell `remark` what of it cannot be read.

    SQLite sees a copy in memory, may read nothing but that table, and has a limited number of steps.
    """
    connection = sqlite3.connect(":memory:")
    try:
        _open(connection, content, table)
        if connection.execute(_TABLE_QUERY, (table,)).fetchone() is None:
            remark(f"it has no table {table}")
            return
        yield from connection.execute(query)
    except sqlite3.Error as error:
        remark(f"SQLite says: {error}")
    except UnicodeDecodeError:
        # What SQLite says may quote the database, whatever bytes that has.
        remark("SQLite finds its schema malformed")
    finally:
        connection.close()


def _open(connection: sqlite3.Connection, content: bytes, table: str) -> None:
    copy = bytearray(content)
    copy[_FORMAT_VERSIONS] = _ROLLBACK_JOURNAL
    connection.deserialize(copy)
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, len(content) + 1)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    readable = (table, "sqlite_master")

    def authorize(action: int, name: str | None, _column: str | None, _database: str | None, view: str | None) -> int:
        is_plain = view is None and (action == sqlite3.SQLITE_SELECT or name in readable)
        return sqlite3.SQLITE_OK if is_plain and action in _ALLOWED else sqlite3.SQLITE_DENY

    connection.set_authorizer(authorize)
    steps = iter(range(_MOST_INSTRUCTIONS // _INSTRUCTIONS_BETWEEN))
    connection.set_progress_handler(lambda: next(steps, None) is None, _INSTRUCTIONS_BETWEEN)
