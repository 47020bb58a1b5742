"""Headers of packages and databases of rpm, made byte by byte where rpm itself would not make them."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parent.parent / "probes" / "data"
"""Where real databases are; its README says how they were made."""

PAGE_SIZE: Final = 4096


def header(tags: Mapping[int, str | int | list[str] | list[int]], *, padding: int = 0) -> bytes:
    """A header with `tags`: strings, numbers of 32 bits, and lists of either; `padding` bytes follow its data."""
    index, data = b"", b""
    for tag, value in tags.items():
        values = value if isinstance(value, list) else [value]
        if all(isinstance(each, int) for each in values):
            data += bytes(-len(data) % 4)
            kind, added = 4, b"".join(struct.pack(">I", each) for each in values)
        else:
            kind, added = 8 if isinstance(value, list) else 6, b"".join(f"{each}\0".encode() for each in values)
        index += struct.pack(">IIII", tag, kind, len(data), len(values))
        data += added
    data += bytes(padding)
    return struct.pack(">II", len(index) // 16, len(data)) + index + data


def sqlite_of(blobs: Iterable[object], *, table: str = "Packages") -> bytes:
    """An rpmdb.sqlite with a row for each of `blobs`, as rpm's lib/backend/sqlite.c makes its table."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE '{table}' (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB)")
    connection.executemany(f"INSERT INTO '{table}' (blob) VALUES (?)", [(blob,) for blob in blobs])
    connection.commit()
    content = connection.serialize()
    connection.close()
    return content


def ndb_of(blob: bytes, *, block: int = 256, blocks: int | None = None, length: int | None = None) -> bytes:
    """A Packages.db with `blob` as package 1 after one page of slots; what its slot and the blob say may be wrong."""
    whole = struct.pack("<4sIII", b"BlbS", 1, 0, len(blob) if length is None else length) + blob
    whole += bytes(-(len(whole) + 12) % 16) + struct.pack("<II4s", 0, len(blob), b"BlbE")
    slot = struct.pack("<4sIII", b"Slot", 1, block, len(whole) // 16 if blocks is None else blocks)
    unused = struct.pack("<4sIII", b"Slot", 0, 0, 0)
    slots = struct.pack("<4sIIIIIII", b"RpmP", 0, 1, 1, 2, 0, 0, 0) + slot + unused * 253
    return slots + whole


def berkeley_page(
    order: str,
    *,
    kind: int = 13,
    next: int = 0,
    used: int = 0,
    value_at: int | None = None,
    size: int = 0,
    meta_last_page: int | None = None,
) -> bytes:
    """A page of a Packages in byte order `order`: the first one, which says where the last is, one with a value that
    begins on page `value_at`, or one of such a value, with `used` bytes.
    """
    if meta_last_page is not None:
        meta = struct.pack(f"{order}QIIIIBBBBII", 0, 0, 0x061561, 9, PAGE_SIZE, 0, 8, 0, 0, 0, meta_last_page)
        return meta.ljust(PAGE_SIZE, b"\0")
    items = [b"\1" + struct.pack(f"{order}I", 1), struct.pack(f"{order}BxxxII", 3, value_at, size)] if value_at else []
    offsets = [PAGE_SIZE - sum(map(len, items[: number + 1])) for number in range(len(items))]
    head = struct.pack(f"{order}QIIIHHBB", 0, 0, 0, next, len(items), used or PAGE_SIZE, 0, kind)
    page = head + struct.pack(f"{order}{len(offsets)}H", *offsets)
    tail = b"".join(reversed(items))
    return page + bytes(PAGE_SIZE - len(page) - len(tail)) + tail


def listed(path: Path) -> list[tuple[str, ...]]:
    """The rows of a file that `rpm -qa` made with `rpm.QUERY`, the file name of a source package as its name."""
    rows = (line.split("\t") for line in path.read_text().splitlines())
    return sorted((*row[:4], row[4].rsplit("-", 2)[0]) for row in rows)
