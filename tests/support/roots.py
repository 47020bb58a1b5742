"""Small images on glibc and on musl: their loaders and libraries, and what runs on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tests.support import elf
from tests.support.images import Entry, file, symlink

GLIBC_VERSIONS: Final = ("GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.36")
MULTIARCH: Final = "usr/lib/x86_64-linux-gnu"
PYTHON_MODULES: Final = "usr/local/lib/python3.12/site-packages"


def executable(path: str, content: bytes) -> Entry:
    """A file that may be executed."""
    return file(path, content, mode=0o755)


def glibc_root() -> tuple[Entry, ...]:
    """What Debian has of glibc 2.36 since the merge of /usr, and nothing else."""
    return (
        symlink("lib", "usr/lib"),
        symlink("lib64", "usr/lib64"),
        executable(f"{MULTIARCH}/ld-linux-x86-64.so.2", elf.glibc_library("2.36", "ld-linux-x86-64.so.2")),
        symlink("usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        executable(f"{MULTIARCH}/libc.so.6", elf.glibc_library("2.36", defines=GLIBC_VERSIONS)),
    )


def musl_root() -> tuple[Entry, ...]:
    """What Alpine has of musl 1.2.5, and nothing else."""
    return (
        executable("lib/ld-musl-x86_64.so.1", elf.musl_library("1.2.5", "libc.musl-x86_64.so.1")),
        symlink("lib/libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1"),
    )


def glibc_program(*needed: str, versions: Sequence[str] = (), runpath: str | None = None) -> bytes:
    """A program for glibc that needs other libraries as well."""
    return elf.program(elf.GLIBC_LOADER, [*needed, "libc.so.6"], versions=versions, runpath=runpath)


def musl_program(*needed: str) -> bytes:
    """A program for musl that needs other libraries as well."""
    return elf.program(elf.MUSL_LOADER, [*needed, "libc.musl-x86_64.so.1"])


def glibc_library(soname: str | None, *needed: str, versions: Sequence[str] = ()) -> bytes:
    """A library built for glibc."""
    return elf.library(soname, [*needed, "libc.so.6"], versions=versions)


def musl_library(soname: str | None, *needed: str) -> bytes:
    """A library built for musl."""
    return elf.library(soname, [*needed, "libc.musl-x86_64.so.1"])


def python(program: bytes) -> Entry:
    """The interpreter that imports what is in `PYTHON_MODULES`."""
    return executable("usr/local/bin/python3.12", program)


def node(program: bytes) -> Entry:
    """The interpreter that loads npm packages."""
    return executable("usr/local/bin/node", program)
