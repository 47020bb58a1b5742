"""ELF files with nothing in them but the facts that imgscope reads: 64 bits, little-endian."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

GLIBC_LOADER: Final = "/lib64/ld-linux-x86-64.so.2"
MUSL_LOADER: Final = "/lib/ld-musl-x86_64.so.1"
UCLIBC_LOADER: Final = "/lib/ld-uClibc.so.0"

_ET_EXEC, _ET_DYN = 2, 3
_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_DT_NEEDED, _DT_STRTAB, _DT_SONAME = 1, 5, 14
_HEADER_SIZE, _SEGMENT_SIZE = 64, 56
_AMD64 = 62


def program(
    interpreter: str | None, needed: Sequence[str] = (), *, machine: int = _AMD64, tables_at: int | None = None
) -> bytes:
    """A program that asks for the loader `interpreter` and for the libraries `needed`; static without either.

    With `tables_at`, all that says so is in a segment of its own at that offset, as patchelf leaves it.
    """
    return _elf(_ET_EXEC, interpreter, needed, None, b"", machine, tables_at)


def glibc_program() -> bytes:
    """A program for glibc."""
    return program(GLIBC_LOADER, ["libc.so.6"])


def musl_program() -> bytes:
    """A program for musl, as Alpine builds them."""
    return program(MUSL_LOADER, ["libc.musl-x86_64.so.1"])


def static_program() -> bytes:
    """A program that needs no loader and no library."""
    return program(None)


def library(soname: str | None, needed: Sequence[str] = (), *, text: bytes = b"") -> bytes:
    """A shared library that holds `text`."""
    return _elf(_ET_DYN, None, needed, soname, text, _AMD64)


def glibc_library(version: str, soname: str = "libc.so.6") -> bytes:
    """A library or loader of glibc."""
    return library(soname, text=f"GNU C Library (GNU libc) stable release version {version}.\n\0".encode())


def musl_library(version: str, soname: str | None = None) -> bytes:
    """musl, library and loader in one."""
    return library(soname, text=f"\0musl libc (x86_64)\nVersion %s\0{version}\0".encode())


def _elf(
    kind: int,
    interpreter: str | None,
    needed: Sequence[str],
    soname: str | None,
    text: bytes,
    machine: int,
    tables_at: int | None = None,
) -> bytes:
    strings = bytearray(b"\0")
    tags: list[tuple[int, int]] = []
    for tag, name in [*((_DT_NEEDED, name) for name in needed), *([(_DT_SONAME, soname)] if soname else [])]:
        tags.append((tag, len(strings)))
        strings += name.encode() + b"\0"
    is_dynamic = bool(tags) or kind == _ET_DYN
    kinds = [_PT_LOAD, *([_PT_INTERP] if interpreter else []), *([_PT_DYNAMIC] if is_dynamic else [])]
    position = _HEADER_SIZE + _SEGMENT_SIZE * len(kinds) if tables_at is None else tables_at
    path = interpreter.encode() + b"\0" if interpreter else b""
    tags += [(_DT_STRTAB, position + len(path)), (0, 0)]
    dynamic = b"".join(struct.pack("<QQ", *tag) for tag in tags) if is_dynamic else b""
    dynamic_position = position + len(path) + len(strings)
    size = dynamic_position + len(dynamic) + len(text)
    places = {
        _PT_LOAD: (0, size) if tables_at is None else (tables_at, size - tables_at),
        _PT_INTERP: (position, len(path)),
        _PT_DYNAMIC: (dynamic_position, len(dynamic)),
    }
    segments = b"".join(_segment(each, *places[each]) for each in kinds)
    head = (_header(kind, machine, len(kinds)) + segments).ljust(position, b"\0")
    return head + path + bytes(strings) + dynamic + text


def _header(kind: int, machine: int, segments: int) -> bytes:
    identity = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    return identity + struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, 0, _HEADER_SIZE, 0, 0, 64, 56, segments, 0, 0, 0)


def _segment(kind: int, offset: int, size: int) -> bytes:
    return struct.pack("<IIQQQQQQ", kind, 4, offset, offset, offset, size, size, 1)
