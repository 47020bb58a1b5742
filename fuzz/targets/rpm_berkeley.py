"""Packages, the database of rpm before 4.16, on little-endian and big-endian machines."""

from __future__ import annotations

import struct
from collections.abc import Mapping

from fuzz import rpm_databases

_PAGE_SIZE = 512


def target(data: bytes) -> None:
    """Pages may say anything."""
    rpm_databases.check(data)


def seeds() -> Mapping[str, bytes]:
    """In both byte orders, with a package on a page of its items and one on pages of its own."""
    return {"little-endian": _database("<"), "big-endian": _database(">")}


def _database(order: str) -> bytes:
    on_other_pages, on_page = rpm_databases.headers()
    room = _PAGE_SIZE - 26
    chunks = [on_other_pages[start : start + room] for start in range(0, len(on_other_pages), room)]
    overflow = b"".join(
        _page(order, number, b"", 7, next=number + 1 if number < len(chunks) + 1 else 0, used=len(chunk), body=chunk)
        for number, chunk in enumerate(chunks, start=2)
    )
    key = b"\1" + struct.pack(f"{order}I", 1)
    elsewhere = struct.pack(f"{order}BxxxII", 3, 2, len(on_other_pages))
    items = [key, elsewhere, key, b"\1" + on_page]
    meta = struct.pack(f"{order}QIIIIBBBBII", 0, 0, 0x061561, 9, _PAGE_SIZE, 0, 8, 0, 0, 0, len(chunks) + 1)
    offsets = [_PAGE_SIZE - sum(map(len, items[: number + 1])) for number in range(len(items))]
    table = struct.pack(f"{order}{len(items)}H", *offsets)
    return (
        meta.ljust(_PAGE_SIZE, b"\0")
        + _page(order, 1, table, 13, used=len(items), tail=b"".join(reversed(items)))
        + overflow
    )


def _page(
    order: str, number: int, table: bytes, kind: int, *, next: int = 0, used: int, body: bytes = b"", tail: bytes = b""
) -> bytes:
    items, free = (used, 0) if kind == 13 else (1, used)
    head = struct.pack(f"{order}QIIIHHBB", 0, number, 0, next, items, free, 0, kind) + table + body
    return head + bytes(_PAGE_SIZE - len(head) - len(tail)) + tail
