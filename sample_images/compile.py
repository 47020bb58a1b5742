"""Compile the ELF files of the samples: `python -m sample_images.compile`, with the PyPI package ziglang installed.

They are checked in under binaries/, so that only a change of sources/ needs a compiler. The same version of
ziglang makes the same bytes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

ZIGLANG_VERSION: Final = "0.17.1"
HERE: Final = Path(__file__).resolve().parent
BINARIES: Final = HERE / "binaries"

_GLIBC: Final = ("-target", "x86_64-linux-gnu.2.36")
_MUSL: Final = ("-target", "x86_64-linux-musl")
_LIBRARY: Final = ("-shared", "-nostdlib", "-fno-builtin")


def _program(name: str) -> tuple[str, ...]:
    return (f'-DPROGRAM="{name}"', "program.c")


_COMMANDS: Final = {
    **{f"glibc-{name}": (*_GLIBC, *_program(name)) for name in ("bash", "dash", "apt-get", "gcc-12", "server")},
    **{f"musl-{name}": (*_MUSL, "-dynamic", *_program(name)) for name in ("busybox", "apk", "server")},
    "static-server": (*_MUSL, *_program("server")),
    "libc.so.6": (*_GLIBC, *_LIBRARY, "-Wl,-soname,libc.so.6", "-Wl,--version-script=glibc.map", "glibc.c"),
    "ld-linux-x86-64.so.2": (
        *(*_GLIBC, *_LIBRARY, "-Wl,-soname,ld-linux-x86-64.so.2", "-Wl,--version-script=glibc.map", "glibc.c"),
    ),
    "ld-musl-x86_64.so.1": (*_MUSL, *_LIBRARY, "-Wl,-soname,libc.musl-x86_64.so.1", "musl.c"),
}


def compile_all(target: Path) -> None:
    """Compile every ELF file into the directory `target`."""
    target.mkdir(parents=True, exist_ok=True)
    for name, arguments in _COMMANDS.items():
        command = [sys.executable, "-m", "ziglang", "cc", "-Os", "-s", *arguments, "-o", str(target.resolve() / name)]
        subprocess.run(command, cwd=HERE / "sources", check=True)


if __name__ == "__main__":
    compile_all(BINARIES)
