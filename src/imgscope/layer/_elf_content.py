"""Which bytes of an ELF file are worth holding while it streams by, and reading them afterwards.

What links a program is in its first bytes, in its dynamic section and, where a tool such as patchelf rewrote it, in a
loadable segment at the end. The text and data between them, most of a large file, are never looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

MAGIC: Final = b"\x7fELF"
PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3

HEAD_SIZE: Final = 8 * 1024 * 1024
_SEGMENT_SIZE: Final = 8 * 1024 * 1024
_PROGRAM_HEADERS_WITHIN: Final = 64 * 1024
_EXECUTABLE: Final = 1
_MOST_SEGMENTS: Final = 1024

Segment = tuple[int, int, int, int, int]
"""Kind, flags, file offset, file size, virtual address."""


class ElfContent:
    """The held parts of one file; those of a file up to 8 MiB are all of it.

    `add` takes the file piece by piece, holding at most `limit` bytes. The rest reads what is held, in the class and
    byte order of the file, and answers None for what is not.
    """

    def __init__(self, limit: int) -> None:
        self._windows: list[tuple[int, int, bytearray]] = [(0, min(HEAD_SIZE, limit), bytearray())]
        self._budget = max(limit - HEAD_SIZE, 0)
        self._position = 0
        self._is_planned = False
        self.bits = 64
        self.order = "<"

    def add(self, piece: memoryview | bytes | bytearray) -> None:
        """Hold what is worth it of the next bytes of the file."""
        start = self._position
        end = self._position = start + len(piece)
        for first, last, held in self._windows:
            if start < last and end > first:
                held.extend(piece[max(first - start, 0) : last - start])
        # Windows are planned before any byte beyond the head has gone by.
        if not self._is_planned and end > _PROGRAM_HEADERS_WITHIN:
            self._plan(piece, start)

    def _plan(self, piece: memoryview | bytes | bytearray, start: int) -> None:
        self._is_planned = True
        if not self.open():
            return
        for first, last in self._worth_holding():
            held = bytearray(piece[max(first - start, 0) : max(last - start, 0)])
            self._windows.append((first, last, held))

    def _worth_holding(self) -> Iterator[tuple[int, int]]:
        taken = HEAD_SIZE
        ranges = [
            (offset, offset + min(size, _SEGMENT_SIZE))
            for kind, flags, offset, size, _ in self.segments()
            if kind == PT_DYNAMIC or (kind == PT_LOAD and not flags & _EXECUTABLE)
        ]
        for offset, end in sorted(ranges):
            first = max(offset, taken)
            last = min(end, first + self._budget)
            if last > first:
                self._budget -= last - first
                taken = last
                yield first, last

    def open(self) -> bool:
        """Take class and byte order from the file's identification; tell whether it has one."""
        head = self.head
        if len(head) < 52 or head[:4] != MAGIC:
            return False
        bits = {1: 32, 2: 64}.get(head[4])
        order = {1: "<", 2: ">"}.get(head[5])
        if bits is None or order is None or (bits == 64 and len(head) < 64):
            return False
        self.bits, self.order = bits, order
        return True

    @property
    def head(self) -> bytearray:
        """The first bytes of the file."""
        return self._windows[0][2]

    def file_offset(self, segments: list[Segment], address: int) -> int | None:
        """Return where in the file the content of a virtual `address` is."""
        for kind, _, offset, size, start in segments:
            if kind == PT_LOAD and start <= address < start + size:
                return offset + address - start
        return None

    def segments(self) -> Iterator[Segment]:
        """Yield the program headers."""
        header = self.unpack("HHIQQQIHHH" if self.bits == 64 else "HHIIIIIHHH", 16)
        if header is None:
            return
        table, entry_size, count = header[4], header[8], header[9]
        layout = "IIQQQQ" if self.bits == 64 else "IIIIIII"
        if entry_size < struct.calcsize("<" + layout):
            return
        for position in range(min(count, _MOST_SEGMENTS)):
            fields = self.unpack(layout, table + position * entry_size)
            if fields is None:
                return
            if self.bits == 64:
                kind, flags, offset, address, _, size = fields
            else:
                kind, offset, address, _, size, _, flags = fields
            yield kind, flags, offset, size, address

    def unpack(self, layout: str, offset: int) -> tuple[int, ...] | None:
        """Return the integers at `offset`, by `struct` layout without byte order."""
        size = struct.calcsize(self.order + layout)
        held, start = self._held_at(offset)
        if held is None or offset - start + size > len(held):
            return None
        return struct.unpack_from(self.order + layout, held, offset - start)

    def string(self, offset: int, longest: int) -> str | None:
        """Return the text at `offset` up to its NUL, if that comes within `longest` bytes."""
        held, start = self._held_at(offset)
        if held is None:
            return None
        position = offset - start
        end = held.find(b"\0", position, position + longest)
        return None if end < 0 else bytes(held[position:end]).decode("utf-8", "surrogateescape")

    def bytes_at(self, offset: int, longest: int) -> bytes:
        """Return up to `longest` bytes from `offset` on, as far as they are held."""
        held, start = self._held_at(offset)
        return bytes(held[offset - start : offset - start + longest]) if held is not None else b""

    def find(self, pattern: bytes, offset: int, end: int) -> int | None:
        """Return where `pattern` comes first from `offset` on and before `end`, of what is held in one piece."""
        for start, _, held in self._windows:
            position = held.find(pattern, max(offset - start, 0), max(end - start, 0))
            if position >= 0:
                return start + position
        return None

    def _held_at(self, offset: int) -> tuple[bytearray | None, int]:
        for first, _, held in self._windows:
            if first <= offset < first + len(held):
                return held, first
        return None, 0
