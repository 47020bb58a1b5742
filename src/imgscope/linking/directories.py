"""Where loaders look for libraries, and what stands for what in the paths of RPATH and RUNPATH (ld.so(8))."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

_TOKEN: Final = re.compile(r"\$(?:\{(ORIGIN|LIB|PLATFORM)\}|(ORIGIN|LIB|PLATFORM)(?![A-Za-z0-9_]))")
_MOST_PER_PATH: Final = 64
_MOST_SPELLINGS: Final = 16

# OCI's name: Debian's directory for such libraries, and what the kernel calls the processor.
_ARCHITECTURES: Final = {
    ("386", 32): ("i386-linux-gnu", "i686"),
    ("amd64", 64): ("x86_64-linux-gnu", "x86_64"),
    ("amd64", 32): ("x86_64-linux-gnux32", "x86_64"),
    ("arm", 32): ("arm-linux-gnueabihf", "v7l"),
    ("arm64", 64): ("aarch64-linux-gnu", "aarch64"),
    ("loong64", 64): ("loongarch64-linux-gnu", "loongarch64"),
    ("mips64le", 64): ("mips64el-linux-gnuabi64", "mips64"),
    ("mipsle", 32): ("mipsel-linux-gnu", "mips"),
    ("ppc64le", 64): ("powerpc64le-linux-gnu", "ppc64le"),
    ("riscv64", 64): ("riscv64-linux-gnu", "riscv64"),
    ("s390x", 64): ("s390x-linux-gnu", "s390x"),
}
_MUSL_DEFAULTS: Final = ("/lib", "/usr/local/lib", "/usr/lib")
_UCLIBC_DEFAULTS: Final = ("/lib", "/usr/lib", "/usr/X11R6/lib")


def glibc_defaults(machine: str, bits: int) -> tuple[str, ...]:
    """Return the directories that some distribution's glibc looks in without being told to.

    Each builds its own list into the loader. Which, only the loader's code says; as a library has to be for the right
    machine to be taken, asking all of them finds next to nothing that the loader would not.
    """
    name = _ARCHITECTURES.get((machine, bits), ("", ""))[0]
    multiarch = (f"/lib/{name}", f"/usr/lib/{name}") if name else ()
    special = ("/libx32", "/usr/libx32") if (machine, bits) == ("amd64", 32) else ("/lib32", "/usr/lib32")
    sized = ("/lib64", "/usr/lib64") if bits == 64 else special
    return (*multiarch, *sized, "/lib", "/usr/lib")


def musl_defaults(configured: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the directories that musl looks in, `configured` being those of the path file, if there is one."""
    # A path file that names none leaves none.
    return _MUSL_DEFAULTS if configured is None else configured


def uclibc_defaults() -> tuple[str, ...]:
    """Return the directories that uClibc looks in."""
    return _UCLIBC_DEFAULTS


def split_path(path: str | None, *, separators: str = ":") -> tuple[str, ...]:
    """Return the directories in a search path; the empty ones, which mean the working directory, are left out."""
    return tuple(filter(None, re.split(f"[{separators}]", path or "")))[:_MOST_PER_PATH]


def expanded(directory: str, *, origin: str, machine: str, bits: int) -> Iterator[str]:
    """Yield what `directory` may stand for; `origin` is where the file is that says so, without a leading slash.

    Each distribution builds its own value of `$LIB` into the loader.
    """
    multiarch, platform = _ARCHITECTURES.get((machine, bits), ("", ""))
    values = {
        "ORIGIN": (f"/{origin}",),
        "LIB": (*((f"lib/{multiarch}",) if multiarch else ()), "lib64" if bits == 64 else "lib32", "lib"),
        "PLATFORM": (platform,),
    }
    # Text and tokens take turns: with two groups, each split leaves text, one name or the other.
    parts = _TOKEN.split(directory)
    choices: list[tuple[str, ...]] = [(parts[0],)]
    for position in range(1, len(parts), 3):
        choices += [values[parts[position] or parts[position + 1]], (parts[position + 2],)]
    for spelling in itertools.islice(itertools.product(*choices), _MOST_SPELLINGS):
        yield "".join(spelling)
