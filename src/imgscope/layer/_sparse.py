"""The maps of sparse files: old GNU, pax 0.0 and 0.1, pax 1.0 (GNU tar manual, "Sparse Formats")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import xxhash

from imgscope.layer._chunks import ChunkReader
from imgscope.layer._header import BLOCK_SIZE, LARGEST_NUMBER, number
from imgscope.layer._malformed import malformed

KEYWORDS_0_0: Final = (b"GNU.sparse.offset", b"GNU.sparse.numbytes")
_PAIR_SIZE: Final = 24
_DECIMAL: Final = re.compile(rb"[0-9]{1,19}")
_MOST_HOLES_HASHED: Final = 4 * 1024**3
_HOLE: Final = memoryview(bytes(1024 * 1024))

Parts = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseMap:
    """`size` is the length of the whole file; `header_size` what the map itself took of the stored content."""

    size: int
    parts: Parts
    header_size: int = 0


def old_gnu(block: bytes, reader: ChunkReader, limit: int, start: int) -> SparseMap:
    """Read the map in the header `block` and the extension blocks that follow it."""
    fields = [block[386:482]]
    size = _octal(block[483:495], start)
    more, read = block[482], 0
    while more:
        extension = reader.take(BLOCK_SIZE)
        read += BLOCK_SIZE
        if read > limit:
            raise malformed(start, f"a sparse map of more than {limit:,} bytes")
        fields.append(extension[:504])
        more = extension[504]
    text = b"".join(fields)
    numbers: list[int] = []
    for position in range(0, len(text), _PAIR_SIZE):
        pair = text[position : position + _PAIR_SIZE]
        if pair[0] == 0:
            break
        numbers += (_octal(pair[:12], start), _octal(pair[12:], start))
    return _checked(size, numbers, start)


def map_0_0(records: list[tuple[bytes, bytes]], start: int) -> bytes:
    """Return what two keywords by turns say in format 0.0 as the one list of numbers that format 0.1 has."""
    for position, (keyword, value) in enumerate(records):
        if keyword != KEYWORDS_0_0[position % 2] or b"," in value:
            raise malformed(start, "a sparse map whose offsets and lengths do not take turns")
    return b",".join(value for _, value in records)


def pax_0(records: dict[bytes, bytes], start: int) -> SparseMap:
    """Read the map that formats 0.0 and 0.1 keep in the extended header."""
    text = records.get(b"GNU.sparse.map", b"")
    numbers = [_decimal(word, start) for word in text.split(b",")] if text else []
    return _checked(_decimal(records.get(b"GNU.sparse.size", b""), start), numbers, start)


def pax_1_0(records: dict[bytes, bytes], reader: ChunkReader, limit: int, start: int) -> SparseMap:
    """Read the map that format 1.0 keeps at the head of the content: decimal numbers, one a line."""
    text = bytearray()
    lines_read, lines_expected = 0, 1
    while lines_read < lines_expected:
        if len(text) + BLOCK_SIZE > limit:
            raise malformed(start, f"a sparse map that does not end within {limit:,} bytes")
        block = reader.take(BLOCK_SIZE)
        text += block
        lines_read += block.count(b"\n")
        if lines_expected == 1 and lines_read:
            lines_expected += 2 * _decimal(bytes(text).partition(b"\n")[0], start)
    lines = bytes(text).split(b"\n")
    numbers = [_decimal(line, start) for line in lines[1:lines_expected]]
    size = _decimal(records.get(b"GNU.sparse.realsize", b""), start)
    found = _checked(size, numbers, start)
    return SparseMap(size=found.size, parts=found.parts, header_size=len(text))


def hole_size(size: int, parts: Parts) -> int:
    """Return how many of a file's `size` bytes are not stored."""
    return size - sum(length for _, length in parts)


def is_hashed_by_map(size: int, parts: Parts) -> bool:
    """Tell whether a file has holes too large to be worth hashing.

    Any other is hashed as if it were written out, so that it equals the same file stored whole.
    """
    return hole_size(size, parts) > _MOST_HOLES_HASHED


def map_hasher(size: int, parts: Parts) -> xxhash.xxh3_128:
    """Return what hashes the stored content of a file of which only that is hashed, and where it stands."""
    return xxhash.xxh3_128(repr((size, parts)).encode())


def fingerprint_of_map(size: int, parts: Parts, stored: Iterable[memoryview]) -> bytes:
    """Return the fingerprint of such a file."""
    hasher = map_hasher(size, parts)
    for piece in stored:
        hasher.update(piece)
    return hasher.digest()


def expanded(size: int, parts: Parts, stored: Iterator[memoryview]) -> Iterator[memoryview]:
    """Yield the content of a sparse file as if it had been stored whole: `stored` with zeros for the holes."""
    rest = memoryview(b"")
    position = 0
    for offset, length in (*parts, (size, 0)):
        yield from _zeros(offset - position)
        position = offset
        while position < offset + length:
            rest = rest or next(stored)
            piece = rest[: offset + length - position]
            rest = rest[len(piece) :]
            position += len(piece)
            yield piece


def _zeros(length: int) -> Iterator[memoryview]:
    while length > 0:
        yield _HOLE[:length]
        length -= len(_HOLE)


def _checked(size: int, numbers: list[int], start: int) -> SparseMap:
    parts = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    end = 0
    for offset, length in parts:
        if offset < end or offset + length > size:
            raise malformed(start, "a sparse map whose parts overlap or leave the file")
        end = offset + length
    if len(numbers) % 2:
        raise malformed(start, "a sparse map with half a pair")
    return SparseMap(size=size, parts=parts)


def _octal(field: bytes, start: int) -> int:
    value = number(field, start)
    if value < 0:
        raise malformed(start, f"{value} in a sparse map, where nothing can be below zero")
    return value


def _decimal(text: bytes, start: int) -> int:
    if not _DECIMAL.fullmatch(text) or int(text) > LARGEST_NUMBER:
        raise malformed(start, f"{text[:40]!r} in a sparse map, where a number was expected")
    return int(text)
