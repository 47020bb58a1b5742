"""What the samples are filled with: packages, and files that are as large as they should be but mean nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from sample_images.compile import BINARIES
from tests.support.images import Entry, directory, file

_BLOCK_SIZE = 1024
_NOISE_SIZE = 250


def binary(name: str) -> bytes:
    """The ELF file of that name."""
    return (BINARIES / name).read_bytes()


def filler(name: str, size: int) -> bytes:
    """`size` bytes that depend only on `name` and compress about as well as programs do."""
    blocks = []
    for number in range(-(-size // _BLOCK_SIZE)):
        noise = hashlib.shake_128(f"{name} {number}".encode()).digest(_NOISE_SIZE)
        blocks.append(noise + bytes(_BLOCK_SIZE - _NOISE_SIZE))
    return b"".join(blocks)[:size]


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of the sample's distribution; `files` are contents by path without a leading slash."""

    name: str
    version: str
    section: str
    files: dict[str, bytes]
    depends: str = ""
    is_shared: bool = False

    @property
    def installed_kibibytes(self) -> int:
        """What its files occupy, rounded up."""
        return -(-sum(map(len, self.files.values())) // 1024)


def package(
    name: str, version: str, section: str, sizes: dict[str, int], *, depends: str = "", is_shared: bool = False
) -> Package:
    """A package whose files are filled up to `sizes`."""
    files = {path: filler(path, size) for path, size in sizes.items()}
    return Package(name=name, version=version, section=section, files=files, depends=depends, is_shared=is_shared)


def entries(contents: dict[str, bytes]) -> Iterator[Entry]:
    """The members of a layer for files by path: each with the directories above, programs executable."""
    for above in parents(contents):
        yield directory(above)
    for path, content in sorted(contents.items()):
        is_program = content.startswith(b"\x7fELF") or "/bin/" in f"/{path}"
        yield file(path, content, mode=0o755 if is_program else 0o644)


def parents(paths: Iterable[str]) -> list[str]:
    """The directories above `paths`, parents first."""
    above = {str(parent) for path in paths for parent in PurePosixPath(path).parents}
    return sorted(above - {"."})
