"""What the Go toolchain notes in the programs it links (Go's package debug/buildinfo).

A header of 32 bytes lies in the writable segment, at an address that is a multiple of 16. Since Go 1.18 two strings
follow it, each after its length as a varint; before, the header had the addresses of two string headers. The first
string is the version of Go; the second are lines between two sentinels of 16 bytes: `path`, `mod`, `dep`, `=>` and
`build`, by tabs.
"""

from __future__ import annotations

import itertools
from typing import Final, Literal

from imgscope.layer._elf_content import PT_LOAD, ElfContent, Segment

_MAGIC: Final = b"\xff Go buildinf:"
_HEADER_SIZE: Final = 32
_ALIGNMENT: Final = 16
_WRITABLE: Final = 2
_INLINE_FLAG: Final = 2
_ORDERS: Final[tuple[Literal["little"], Literal["big"]]] = ("little", "big")
_SENTINEL_SIZE: Final = 16
_LONGEST_VERSION: Final = 256
_LONGEST_MODULES: Final = 512 * 1024
_LONGEST_LINE: Final = 1024
_MOST_TRIES: Final = 16
# Go looks into the first one alone; linkers that keep what is read-only after the start apart make two.
_MOST_WRITABLE: Final = 4
_KEPT: Final = (b"path\t", b"mod\t", b"dep\t", b"=>\t", b"build\tvcs.revision=", b"build\tvcs.time=")


def go_build(view: ElfContent, segments: list[Segment]) -> str | None:
    """Return the version of Go, and line by line the modules of the program; None if Go did not make it.

    Of the build settings, only those that name the revision are kept.
    """
    header = _header(view, segments)
    if header is None:
        return None
    flags = view.bytes_at(header + 15, 1)
    if flags and flags[0] & _INLINE_FLAG:
        version, position = _inline(view, header + _HEADER_SIZE, _LONGEST_VERSION)
        modules, _ = _inline(view, position, _LONGEST_MODULES)
    else:
        version = _pointed_to(view, segments, header, 0, _LONGEST_VERSION)
        modules = _pointed_to(view, segments, header, 1, _LONGEST_MODULES)
    if not version.startswith((b"go", b"devel")):
        return None
    between = modules[_SENTINEL_SIZE:-_SENTINEL_SIZE] if len(modules) > 2 * _SENTINEL_SIZE else b""
    lines = (line for line in between.split(b"\n") if line.startswith(_KEPT) and len(line) <= _LONGEST_LINE)
    return b"\n".join([version.split(b"\n")[0], *lines]).decode("utf-8", "replace")


def _header(view: ElfContent, segments: list[Segment]) -> int | None:
    """Return where the header is in the file. Text that only speaks of it, as in Go's own tools, is not aligned."""
    writable = (segment for segment in segments if segment[0] == PT_LOAD and segment[1] & _WRITABLE)
    # Segments may cover the same bytes, so that a small file can ask for a thousand searches of all of it.
    for _, _, offset, size, address in itertools.islice(writable, _MOST_WRITABLE):
        position, end = offset, offset + size
        for _ in range(_MOST_TRIES):
            found = view.find(_MAGIC, position, end)
            if found is None:
                break
            if (address + found - offset) % _ALIGNMENT == 0:
                return found
            position = found + 1
    return None


def _inline(view: ElfContent, offset: int, longest: int) -> tuple[bytes, int]:
    """Return the string at `offset`, which begins with its length, and where it ends; empty if it is too long."""
    length, position = 0, offset
    for shift in range(0, 35, 7):
        byte = view.bytes_at(position, 1)
        if not byte:
            return b"", offset
        position += 1
        length |= (byte[0] & 0x7F) << shift
        if byte[0] < 0x80:
            break
    return (view.bytes_at(position, length) if length <= longest else b""), position + length


def _pointed_to(view: ElfContent, segments: list[Segment], header: int, number: int, longest: int) -> bytes:
    """Return the string whose own header, an address and a length, is at the address that `number` stands for."""
    sizes = view.bytes_at(header + 14, 2)
    if len(sizes) < 2 or sizes[0] not in (4, 8):
        return b""
    width, order = sizes[0], _ORDERS[sizes[1] & 1]

    def number_at(offset: int) -> int:
        return int.from_bytes(view.bytes_at(offset, width), order)

    string = view.file_offset(segments, number_at(header + 16 + number * width))
    if string is None:
        return b""
    start, length = view.file_offset(segments, number_at(string)), number_at(string + width)
    return view.bytes_at(start, length) if start is not None and length <= longest else b""
