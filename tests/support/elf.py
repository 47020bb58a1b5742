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
_DT_NEEDED, _DT_STRTAB, _DT_SONAME, _DT_RPATH, _DT_RUNPATH = 1, 5, 14, 15, 29
_DT_VERDEF, _DT_VERDEFNUM, _DT_VERNEED, _DT_VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
_HEADER_SIZE, _SEGMENT_SIZE = 64, 56
_VER_FLG_WEAK = 2
AMD64: Final = 62
ARM64: Final = 183


def program(
    interpreter: str | None,
    needed: Sequence[str] = (),
    *,
    machine: int = AMD64,
    tables_at: int | None = None,
    rpath: str | None = None,
    runpath: str | None = None,
    versions: Sequence[str] = (),
    weak_versions: Sequence[str] = (),
) -> bytes:
    """A program that asks for the loader `interpreter` and for the libraries `needed`; static without either.

    It needs the symbol `versions`, and of `weak_versions` only symbols that it can do without. With `tables_at`, all
    that says so is in a segment of its own at that offset, as patchelf leaves it.
    """
    names = _names(needed, rpath=rpath, runpath=runpath)
    needs = [*((version, 0) for version in versions), *((version, _VER_FLG_WEAK) for version in weak_versions)]
    return _elf(_ET_EXEC, names, interpreter=interpreter, machine=machine, tables_at=tables_at, needs=needs)


def glibc_program() -> bytes:
    """A program for glibc."""
    return program(GLIBC_LOADER, ["libc.so.6"])


def musl_program() -> bytes:
    """A program for musl, as Alpine builds them."""
    return program(MUSL_LOADER, ["libc.musl-x86_64.so.1"])


def static_program(machine: int = AMD64) -> bytes:
    """A program that needs no loader and no library."""
    return program(None, machine=machine)


def library(
    soname: str | None,
    needed: Sequence[str] = (),
    *,
    text: bytes = b"",
    machine: int = AMD64,
    rpath: str | None = None,
    runpath: str | None = None,
    versions: Sequence[str] = (),
    defines: Sequence[str] = (),
) -> bytes:
    """A shared library that holds `text`, needs the symbol `versions` and has symbols of the versions it `defines`."""
    names = _names(needed, soname=soname, rpath=rpath, runpath=runpath)
    needs = [(version, 0) for version in versions]
    return _elf(_ET_DYN, names, text=text, machine=machine, needs=needs, defines=defines)


def glibc_library(version: str, soname: str = "libc.so.6", *, defines: Sequence[str] = ()) -> bytes:
    """A library or loader of glibc."""
    text = f"GNU C Library (GNU libc) stable release version {version}.\n\0".encode()
    return library(soname, text=text, defines=defines)


def musl_library(version: str, soname: str | None = None) -> bytes:
    """musl, library and loader in one."""
    return library(soname, text=f"\0musl libc (x86_64)\nVersion %s\0{version}\0".encode())


def _names(
    needed: Sequence[str], *, soname: str | None = None, rpath: str | None = None, runpath: str | None = None
) -> list[tuple[int, str]]:
    single = [(_DT_SONAME, soname), (_DT_RPATH, rpath), (_DT_RUNPATH, runpath)]
    return [*((_DT_NEEDED, name) for name in needed), *((tag, name) for tag, name in single if name is not None)]


def _elf(
    kind: int,
    names: Sequence[tuple[int, str]],
    *,
    interpreter: str | None = None,
    text: bytes = b"",
    machine: int = AMD64,
    tables_at: int | None = None,
    needs: Sequence[tuple[str, int]] = (),
    defines: Sequence[str] = (),
) -> bytes:
    strings = bytearray(b"\0")
    tags = [(tag, _added(strings, name)) for tag, name in names]
    needed_versions = _version_needs([(_added(strings, name), flags) for name, flags in needs])
    defined_versions = _version_definitions([_added(strings, name) for name in defines])
    is_dynamic = bool(tags) or kind == _ET_DYN
    kinds = [_PT_LOAD, *([_PT_INTERP] if interpreter else []), *([_PT_DYNAMIC] if is_dynamic else [])]
    position = _HEADER_SIZE + _SEGMENT_SIZE * len(kinds) if tables_at is None else tables_at
    path = interpreter.encode() + b"\0" if interpreter else b""
    needs_position = position + len(path) + len(strings)
    definitions_position = needs_position + len(needed_versions)
    tags.append((_DT_STRTAB, position + len(path)))
    if needs:
        tags += [(_DT_VERNEED, needs_position), (_DT_VERNEEDNUM, 1)]
    if defines:
        tags += [(_DT_VERDEF, definitions_position), (_DT_VERDEFNUM, len(defines))]
    dynamic = b"".join(struct.pack("<QQ", *tag) for tag in (*tags, (0, 0))) if is_dynamic else b""
    dynamic_position = definitions_position + len(defined_versions)
    size = dynamic_position + len(dynamic) + len(text)
    places = {
        _PT_LOAD: (0, size) if tables_at is None else (tables_at, size - tables_at),
        _PT_INTERP: (position, len(path)),
        _PT_DYNAMIC: (dynamic_position, len(dynamic)),
    }
    segments = b"".join(_segment(each, *places[each]) for each in kinds)
    head = (_header(kind, machine, len(kinds)) + segments).ljust(position, b"\0")
    return head + path + bytes(strings) + needed_versions + defined_versions + dynamic + text


def _added(strings: bytearray, name: str) -> int:
    offset = len(strings)
    strings += name.encode() + b"\0"
    return offset


def _version_needs(versions: Sequence[tuple[int, int]]) -> bytes:
    """One record, on a file without a name, with an auxiliary record for each version: its name's offset and flags."""
    auxiliaries = b"".join(
        struct.pack("<IHHII", 0, flags, 2, name, 16 if position < len(versions) else 0)
        for position, (name, flags) in enumerate(versions, start=1)
    )
    return struct.pack("<HHIII", 1, len(versions), 0, 16, 0) + auxiliaries if versions else b""


def _version_definitions(names: Sequence[int]) -> bytes:
    return b"".join(
        struct.pack("<HHHHIII", 1, 0, position, 1, 0, 20, 28 if position < len(names) else 0)
        + struct.pack("<II", name, 0)
        for position, name in enumerate(names, start=1)
    )


def _header(kind: int, machine: int, segments: int) -> bytes:
    identity = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    return identity + struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, 0, _HEADER_SIZE, 0, 0, 64, 56, segments, 0, 0, 0)


def _segment(kind: int, offset: int, size: int) -> bytes:
    return struct.pack("<IIQQQQQQ", kind, 4, offset, offset, offset, size, size, 1)
