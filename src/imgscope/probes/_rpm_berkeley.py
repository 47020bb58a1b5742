"""Packages, the database of rpm before 4.16: a hash of Berkeley DB, from number to header (its dbinc/db_page.h).

Every page is looked at in turn, so that no bucket has to be found and no chain of them can be a loop. Numbers are in
the byte order of the machine that made the file.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

_HASH_MAGIC: Final = 0x061561
_MAGIC_OFFSET: Final = 12
_META_SIZE: Final = 512
_PAGE_SIZE_OFFSET, _ENCRYPTION_OFFSET, _META_FLAGS_OFFSET, _LAST_PAGE_OFFSET = 20, 24, 26, 32
_HAS_CHECKSUMS: Final = 1
_PAGE_SIZES: Final = tuple(2**power for power in range(9, 17))

# Of a page: the next one, count of items, first used byte or count of bytes, level, type; then where items are.
_PAGE: Final = "IHHBB"
_PAGE_OFFSET: Final = 16
_PAGE_HEADER_SIZE: Final = 26
_HASH_PAGES: Final = (2, 13)
_OVERFLOW_PAGE: Final = 7

# Of an item that is too large for its page: the first page it is on, and its size.
_ELSEWHERE: Final = "II"
_ELSEWHERE_OFFSET, _ELSEWHERE_SIZE = 4, 12
_ON_THIS_PAGE, _ON_OTHER_PAGES = 1, 3
# One item is no package, but the number of the last one.
_COUNTER_SIZE: Final = 4


def is_berkeley(content: bytes) -> bool:
    """Tell whether `content` begins as a hash of Berkeley DB does."""
    return _byte_order(content) is not None


def headers(content: bytes, remark: Callable[[str], None]) -> Iterator[bytes]:
    """Yield the headers in the database `content`; tell `remark` what of it cannot be read."""
    order = _byte_order(content)
    if order is None or len(content) < _META_SIZE:
        remark("it ends in its first page")
        return
    (page_size,) = struct.unpack_from(f"{order}I", content, _PAGE_SIZE_OFFSET)
    if page_size not in _PAGE_SIZES:
        remark(f"its pages would have {page_size} bytes")
        return
    if content[_ENCRYPTION_OFFSET] or content[_META_FLAGS_OFFSET] & _HAS_CHECKSUMS:
        remark("it is encrypted or has checksums, as rpm never writes it")
        return
    (last_page,) = struct.unpack_from(f"{order}I", content, _LAST_PAGE_OFFSET)
    whole_pages = len(content) // page_size
    if last_page >= whole_pages:
        remark(f"it ends after page {whole_pages - 1} of {last_page}")
    yield from _Pages(content, order, page_size, min(last_page + 1, whole_pages), remark).values()


def _byte_order(content: bytes) -> Literal["<", ">"] | None:
    magic = content[_MAGIC_OFFSET : _MAGIC_OFFSET + 4]
    if magic == struct.pack("<I", _HASH_MAGIC):
        return "<"
    return ">" if magic == struct.pack(">I", _HASH_MAGIC) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """The header of a page; `used` is the number of bytes on an overflow page."""

    start: int
    next: int
    items: int
    used: int
    kind: int


class _Pages:
    """The pages of a database; a page that belongs to one value belongs to no other."""

    def __init__(
        self, content: bytes, order: Literal["<", ">"], page_size: int, count: int, remark: Callable[[str], None]
    ) -> None:
        self._content = content
        self._order = order
        self._page_size = page_size
        self._count = count
        self._remark = remark
        self._taken = bytearray(count)

    def values(self) -> Iterator[bytes]:
        """Yield the values, which are every second item of the pages that have such."""
        for number in range(1, self._count):
            page = self._page(number)
            if page.kind in _HASH_PAGES:
                for value in self._on_page(page):
                    if value is None:
                        self._remark(f"a package on page {number} cannot be read to its end")
                    else:
                        yield value

    def _page(self, number: int) -> _Page:
        start = number * self._page_size
        where = start + _PAGE_OFFSET
        following, items, used, _, kind = struct.unpack_from(f"{self._order}{_PAGE}", self._content, where)
        return _Page(start=start, next=following, items=items, used=used, kind=kind)

    def _on_page(self, page: _Page) -> Iterator[bytes | None]:
        most = (self._page_size - _PAGE_HEADER_SIZE) // 2
        count = min(page.items, most)
        offsets = struct.unpack_from(f"{self._order}{count}H", self._content, page.start + _PAGE_HEADER_SIZE)
        # Items lie from the end of the page to its beginning, each a type and then what it is.
        for key, value in zip(offsets[::2], offsets[1::2], strict=False):
            if not _PAGE_HEADER_SIZE <= value < key < self._page_size:
                yield None
                continue
            item = self._content[page.start + value : page.start + key]
            if item[0] == _ON_OTHER_PAGES:
                yield self._elsewhere(item)
            elif item[0] != _ON_THIS_PAGE:
                yield None
            elif len(item) > 1 + _COUNTER_SIZE:
                yield item[1:]

    def _elsewhere(self, item: bytes) -> bytes | None:
        """Return the value that `item` says begins on another page, or None where its chain of pages is broken."""
        if len(item) < _ELSEWHERE_SIZE:
            return None
        number, size = struct.unpack_from(f"{self._order}{_ELSEWHERE}", item, _ELSEWHERE_OFFSET)
        value = bytearray()
        while len(value) < size:
            if not 0 < number < self._count or self._taken[number]:
                return None
            self._taken[number] = True
            page = self._page(number)
            if page.kind != _OVERFLOW_PAGE or not 0 < page.used <= self._page_size - _PAGE_HEADER_SIZE:
                return None
            used_from = page.start + _PAGE_HEADER_SIZE
            value += self._content[used_from : used_from + page.used]
            number = page.next
        return bytes(value[:size])
