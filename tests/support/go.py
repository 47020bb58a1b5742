"""ELF files that hold what the Go toolchain notes in programs, in each of the forms that it has had."""

from __future__ import annotations

import struct
from typing import Final, Literal

from imgscope.layer._elf_content import MAGIC

_ADDRESS: Final = 0x400000
_SENTINEL: Final = (
    b"0w\xaf\x0c\x92t\x08\x02A\xe1\xc1\x07\xe6\xd6\x18\xe6",
    b"\xf92C1\x86\x18 r\x00\x82B\x10A\x16\xd8\xf2",
)
_WRITABLE: Final = 6
_LARGEST_HEAD: Final = 64 + 56
_ALIGNMENT: Final = 16

Style = Literal["inline", "pointers"]


def modules_text(*lines: str) -> bytes:
    """The second string of a note: its lines, `path`, `mod`, `dep` and so on, between the sentinels."""
    return _SENTINEL[0] + "".join(f"{line}\n" for line in lines).encode() + _SENTINEL[1]


def go_program(
    *lines: str,
    version: str = "go1.22.1",
    style: Style = "inline",
    bits: Literal[32, 64] = 64,
    order: Literal["<", ">"] = "<",
    padding: int = 0,
    before: bytes = b"",
) -> bytes:
    """A program that Go `version` made, with `lines` about its modules.

    Its data, which `padding` bytes precede, are `before` and then the note.
    """
    data_at = -(-(_LARGEST_HEAD + padding) // _ALIGNMENT) * _ALIGNMENT
    before = before.ljust(-(-len(before) // _ALIGNMENT) * _ALIGNMENT, b"\0")
    data = before + _note(version.encode(), modules_text(*lines), style, bits, order, data_at + len(before))
    return _head(bits, order, data_at, len(data)).ljust(data_at, b"\0") + data


def _note(version: bytes, modules: bytes, style: Style, bits: int, order: str, position: int) -> bytes:
    magic = b"\xff Go buildinf:" + bytes([bits // 8, 2 if style == "inline" else int(order == ">")])
    if style == "inline":
        return magic.ljust(32, b"\0") + _varint(len(version)) + version + _varint(len(modules)) + modules
    word = order + ("Q" if bits == 64 else "I")
    width = bits // 8
    headers = _ADDRESS + position + 32
    texts = headers + 4 * width
    note = (magic + struct.pack(word, headers) + struct.pack(word, headers + 2 * width)).ljust(32, b"\0")
    pairs = ((texts, len(version)), (texts + len(version), len(modules)))
    return note + b"".join(struct.pack(word, value) for pair in pairs for value in pair) + version + modules


def _varint(number: int) -> bytes:
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _head(bits: int, order: str, offset: int, size: int) -> bytes:
    identity = (MAGIC + bytes([bits // 32, 1 if order == "<" else 2, 1])).ljust(16, b"\0")
    address = _ADDRESS + offset
    machine = 62 if bits == 64 else 3
    if bits == 64:
        header = struct.pack(order + "HHIQQQIHHHHHH", 2, machine, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
        segment = struct.pack(order + "IIQQQQQQ", 1, _WRITABLE, offset, address, address, size, size, 4096)
    else:
        header = struct.pack(order + "HHIIIIIHHHHHH", 2, machine, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
        segment = struct.pack(order + "IIIIIIII", 1, offset, address, address, size, size, _WRITABLE, 4096)
    return identity + header + segment
