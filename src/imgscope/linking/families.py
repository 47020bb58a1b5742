"""Which C library a file belongs to, by the names that C libraries give their loaders and themselves.

Never by the distribution: Alpine images carry glibc programs, and Debian has a musl package.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from imgscope.filesystem.node import Node
from imgscope.layer.elf import ElfFacts
from imgscope.report import LibcFamily

_Names = tuple[tuple[str, LibcFamily], ...]

_NAMED_LOADERS: Final[_Names] = (
    ("ld-musl-", "musl"),
    ("ld-uClibc", "uclibc"),
    ("ld64-uClibc", "uclibc"),
    ("ld-linux", "glibc"),
    ("ld64.so", "glibc"),
    ("ld.so.1", "glibc"),
)
# Android's loader has a name that other files have too: it counts only where a program asks for it.
_LOADERS: Final[_Names] = (*_NAMED_LOADERS, ("linker", "bionic"))
_LIBRARIES: Final[_Names] = (
    ("libc.so.6", "glibc"),
    ("libc.musl-", "musl"),
    ("libuClibc-", "uclibc"),
    ("libc.so.0", "uclibc"),
    ("libc.so.1", "uclibc"),
)
_OTHERS_OF_BIONIC: Final = frozenset({"libm.so", "libdl.so", "liblog.so"})


def family_of_program(elf: ElfFacts) -> LibcFamily:
    """Return the C library that a program needs: that of its loader, else that of a library it names."""
    family = family_of_interpreter(elf.interpreter or "")
    return family if family != "unknown" else family_needed(elf)


def family_of_interpreter(path: str) -> LibcFamily:
    """Return the C library whose loader is installed as `path`; `unknown` for a loader of another name."""
    return _family((path,), _LOADERS)


def family_needed(elf: ElfFacts) -> LibcFamily:
    """Return the C library that a program or library was built for, by the libraries and symbol versions it needs.

    `unknown` where it needs none of those that can be told apart.
    """
    family = _family(elf.needed, (*_LIBRARIES, *_NAMED_LOADERS))
    if family == "unknown" and any(version.startswith("GLIBC_") for version in elf.version_needs):
        return "glibc"
    if family == "unknown" and "libc.so" in elf.needed:
        # musl's linker script leaves the name without a version, as Android has it; but musl is one library.
        return "bionic" if _OTHERS_OF_BIONIC & set(elf.needed) else "musl"
    return family


def family_of_library(name: str, elf: ElfFacts) -> LibcFamily:
    """Return the C library that the library called `name` is, or is the loader of; `unknown` for all others."""
    family = _family((elf.soname or "", name), (*_LIBRARIES, *_NAMED_LOADERS))
    # Debian's musl has no SONAME and a common file name, but only musl says its version without one.
    return "musl" if family == "unknown" and elf.libc_version is not None else family


def family_of_loader(path: str, real: Node) -> LibcFamily:
    """Return the C library whose loader the file `real` is, which `path` leads to; `unknown` where it is no program.

    What has the name of glibc's loader may lead to musl: Alpine's libc6-compat makes a link to its loader, and gcompat
    installs a program that musl starts.
    """
    elf = real.content.elf if real.content is not None else None
    if elf is None:
        return "unknown"
    actual = family_of_program(elf) if elf.kind == "executable" else family_of_library(real.name, elf)
    return actual if actual != "unknown" else family_of_interpreter(path)


def is_loader_path(node: Node) -> bool:
    """Tell whether `node` has the name and the place of a loader."""
    # Of many thousand names in an image hardly any begins like this.
    if not node.name.startswith("ld") or node.is_directory:
        return False
    above = node.parent.name if node.parent else ""
    return above.startswith("lib") and _family((node.name,), _NAMED_LOADERS) != "unknown"


def _family(paths: Iterable[str], known: _Names) -> LibcFamily:
    names = [path.rpartition("/")[2] for path in paths]
    return next((family for name in names for prefix, family in known if name.startswith(prefix)), "unknown")
