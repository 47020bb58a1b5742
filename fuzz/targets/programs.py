"""Programs and libraries that look for each other: the C library, what is missing, and what will not start."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from fuzz.reports import check_report
from imgscope.analyze import inspect_source
from imgscope.rules import rules
from tests.support import elf
from tests.support.go import go_program
from tests.support.images import Entry, file, image, layer, step, symlink
from tests.support.memory import MemorySource

_MOST_FILES: Final = 60
_LONGEST_NAME: Final = 300
# One image in so many is written for people, which takes longer than all before.
_RENDERED: Final = 8

rules()


def target(data: bytes) -> None:
    """Whatever programs and libraries say of each other, there is a report, and every program is counted once.

    A line is a file: its kind, its path, and what `_KINDS` makes of the fields after that.
    """
    entries: dict[str, Entry] = {}
    for line in data.decode("utf-8", "replace").replace("\0", "").split("\n")[:_MOST_FILES]:
        kind, path, *fields = [*(each[:_LONGEST_NAME] for each in line.split("|")), ""]
        if kind in _KINDS and path.strip("/"):
            entries[path] = _KINDS[kind](path, [*fields, *[""] * 5])
    built = image([layer(*entries.values()), step('ENTRYPOINT ["/bin/app"]')])
    report = inspect_source(MemorySource(built)).report
    check_report(report, for_people=zlib.crc32(data) % _RENDERED == 0)
    counted = report.libc.binaries
    programs = sum(each.content.startswith(b"\x7fELF") for each in entries.values())
    assert counted.glibc + counted.musl + counted.uclibc + counted.static + counted.other <= programs


def _program(path: str, fields: Sequence[str]) -> Entry:
    interpreter, needed, rpath, runpath, versions, *_ = fields
    made = elf.program(
        interpreter or None,
        list(filter(None, needed.split(","))),
        rpath=rpath or None,
        runpath=runpath or None,
        versions=list(filter(None, versions.split(","))),
    )
    return file(path, made, mode=0o755)


def _library(path: str, fields: Sequence[str]) -> Entry:
    soname, needed, runpath, defines, text, *_ = fields
    made = elf.library(
        soname or None,
        list(filter(None, needed.split(","))),
        runpath=runpath or None,
        defines=list(filter(None, defines.split(","))),
        text=text.replace("%", "\0").encode(),
    )
    return file(path, made, mode=0o755)


def _go(path: str, fields: Sequence[str]) -> Entry:
    version, *lines = fields
    return file(path, go_program(*(line.replace(" ", "\t") for line in lines if line), version=version), mode=0o755)


_KINDS: Final[Mapping[str, Callable[[str, Sequence[str]], Entry]]] = {
    "p": _program,
    "l": _library,
    "g": _go,
    "s": lambda path, fields: symlink(path, fields[0]),
    "f": lambda path, fields: file(path, fields[0].replace("%", "\n"), mode=0o755),
}


def seeds() -> Mapping[str, bytes]:
    """Systems with glibc, with musl, with both, and what goes wrong in them."""
    glibc = (
        "p|bin/app|/lib64/ld-linux-x86-64.so.2|libc.so.6,libx.so.1|/opt|$ORIGIN/../lib|GLIBC_2.34,GLIBCXX_3.4.30\n"
        "l|usr/lib/x86_64-linux-gnu/libc.so.6|libc.so.6|||GLIBC_2.17,GLIBC_2.34|stable release version 2.36.%\n"
        "l|usr/lib64/ld-linux-x86-64.so.2|ld-linux-x86-64.so.2|||GLIBC_2.2.5|\ns|lib64|usr/lib64\ns|lib|usr/lib\n"
        "l|lib/libx.so.1|libx.so.1|liby.so.2,libx.so.1|${ORIGIN}:/$LIB/$PLATFORM||\n"
        "f|etc/ld.so.conf|include /etc/ld.so.conf.d/*.conf%/usr/local/lib\nf|etc/ld.so.conf.d/a.conf|/opt/lib\n"
    )
    musl = (
        "p|bin/app|/lib/ld-musl-x86_64.so.1|libc.musl-x86_64.so.1,libz.so.1||/usr/lib|\n"
        "l|lib/ld-musl-x86_64.so.1||||musl libc (x86_64)%1.2.5%\ns|lib/libc.musl-x86_64.so.1|ld-musl-x86_64.so.1\n"
        "f|etc/ld-musl-x86_64.path|/lib:/usr/local/lib%/usr/lib\nf|usr/bin/run|#!/bin/sh\n"
    )
    go = "g|bin/app|go1.22.1|path a.b/c|mod a.b/c v1.2.3|dep d.e/f v0.1.0|=> ../f |build vcs.revision=0123456789ab\n"
    others = (
        "p|bin/old|/lib/ld-uClibc.so.0|libc.so.0\np|bin/static||\np|bin/a|/system/bin/linker64|libc.so\n"
        "s|lib/ld-uClibc.so.0|ld-uClibc-1.0.39.so\nl|lib/ld-uClibc-1.0.39.so|ld-uClibc.so.0\n"
        "l|lib/libgcompat.so.0|libgcompat.so.0\ns|lib64/ld-linux-x86-64.so.2|../lib/libgcompat.so.0\n"
        "s|a|b\ns|b|a\nf|bin/app|#!/usr/bin/env python3%\n"
    )
    return {
        name: text.encode() for name, text in {"glibc": glibc, "musl": musl, "go": go, "others": others}.items()
    } | {"mixed": (glibc + musl.replace("bin/app", "usr/bin/app")).encode()}
