"""Named files, in a directory or inside an archive: what layouts and archives of images are read through."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from imgscope.errors import LimitError, NotFoundError, SourceError, UsageError
from imgscope.oci.digest import Digest

PIECE_SIZE: Final = 1024 * 1024


class FileStore(Protocol):
    """A set of files by their slash-separated names. Safe to use from several threads."""

    @property
    def label(self) -> str:
        """What people call it, quoted: a path."""
        ...

    def has(self, name: str) -> bool:
        """Tell whether there is a file of that name."""
        ...

    def size(self, name: str) -> int:
        """Tell the length of a file in bytes; raises like `open`."""
        ...

    def open(self, name: str, start: int = 0, length: int | None = None) -> AbstractContextManager[Iterator[bytes]]:
        """Give the content of a file from `start` on, `length` bytes of it or all.

        Raises `NotFoundError` where there is none and `SourceError` where it cannot be read.
        """
        ...

    def digest(self, name: str) -> Digest:
        """Return the sha256 digest of a whole file; raises like `open`."""
        ...

    def close(self) -> None:
        """End all reading, that of other threads included, with an error."""
        ...


class LinkedFiles(FileStore, Protocol):
    """Files of which several names may be one."""

    def resolved(self, name: str) -> str:
        """Return the name of the file that `name` leads to, whether it is there or not: itself, where it is no link."""
        ...


def read_file(files: FileStore, name: str, *, limit: int, setting: str | None = None) -> bytes:
    """Return the whole content of a small file; raises `LimitError` naming `setting`, where it has more than `limit`
    bytes.
    """
    size = files.size(name)
    if size > limit:
        raise LimitError(f"{name} in {files.label} has {size:,} bytes: at most {limit:,} are read", setting=setting)
    with files.open(name) as pieces:
        return b"".join(pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A layout or an archive as the user named it: `SCHEME:PATH`, and which image in it."""

    scheme: str
    path: Path
    name: str | None

    def __str__(self) -> str:
        return f"{self.scheme}:{self.path}"

    @property
    def reference(self) -> str:
        """How people call the image."""
        return f"{self}:{self.name}" if self.name else str(self)

    @classmethod
    def parse(cls, scheme: str, text: str, *, directory: bool) -> Place:
        """Part `PATH[:NAME]` where the path ends, told by what exists.

        Raises `UsageError` where nothing does, or is a directory where a file is expected, or the reverse, and
        `SourceError` where it may not be read.
        """
        expected = "directory" if directory else "file"
        position = len(text)
        while position > 0:
            path = Path(text[:position])
            if exists(path):
                if path.is_dir() != directory:
                    other = "oci-archive:FILE" if directory else "oci:DIRECTORY"
                    raise UsageError(f"{str(path)!r} is no {expected}", hint=f"did you mean {other}?")
                require_readable(path)
                return cls(scheme=scheme, path=path, name=text[position + 1 :] or None)
            position = text.rfind(":", 0, position)
        raise UsageError(
            f"there is no {expected} {text.partition(':')[0] or text!r}",
            hint=f"{scheme}: takes a path, from the current directory if it does not begin with /",
        )


def exists(path: Path) -> bool:
    """Tell whether there is something at `path`; a name that no file can have is no error."""
    try:
        return path.exists()
    except OSError:
        return False


def require_readable(path: Path) -> None:
    """Raise `SourceError` where the file or directory at `path` may not be read."""
    needed = os.R_OK | os.X_OK if path.is_dir() else os.R_OK
    if not os.access(path, needed):
        raise SourceError(f"{str(path)!r} cannot be read: permission denied", hint="check who owns it, and its mode")


class DirectoryFiles:
    """The files below a directory. Links are followed as long as they stay inside it (conformance C49)."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real_root = root.resolve()
        self._closed = False

    @property
    def label(self) -> str:
        """The directory, quoted."""
        return repr(str(self._root))

    def has(self, name: str) -> bool:
        """Tell whether there is a file of that name."""
        return exists(self._root / name)

    def size(self, name: str) -> int:
        """Tell the length of a file in bytes."""
        return self._located(name).stat().st_size

    @contextmanager
    def open(self, name: str, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        """Give the content of a file."""
        path = self._located(name)
        # Not around the yield: what goes wrong with whatever the content is written to is no fault of this file.
        try:
            handle = path.open("rb", buffering=0)
        except OSError as error:
            raise self._unreadable(name, error) from None
        with handle:
            yield self._pieces(name, handle, start, length)

    def digest(self, name: str) -> Digest:
        """Return the sha256 digest of a whole file."""
        with self.open(name) as content:
            return digest_of(content)

    def close(self) -> None:
        """End all reading."""
        self._closed = True

    def _pieces(self, name: str, handle: BinaryIO, start: int, length: int | None) -> Iterator[bytes]:
        try:
            handle.seek(start)
            for piece in pieces(handle, length):
                if self._closed:
                    raise SourceError(f"{self.label} was closed while it was being read")
                yield piece
        except OSError as error:
            raise self._unreadable(name, error) from None

    def _unreadable(self, name: str, error: OSError) -> SourceError:
        return SourceError(f"{name} in {self.label} cannot be read: {error.strerror}")

    def _located(self, name: str) -> Path:
        try:
            path = (self._root / name).resolve(strict=True)
            mode = path.stat().st_mode
        except FileNotFoundError:
            raise NotFoundError(f"{self.label} has no file {name}") from None
        except PermissionError as error:
            raise self._unreadable(name, error) from None
        except (OSError, RuntimeError):
            raise SourceError(f"{name} in {self.label} is a link that leads nowhere") from None
        if not path.is_relative_to(self._real_root):
            raise SourceError(f"{name} in {self.label} is a link that leaves the directory, so it is not read")
        # Opening a pipe would wait for somebody to write to it.
        if not stat.S_ISREG(mode):
            raise SourceError(f"{name} in {self.label} is not a regular file")
        return path


def digest_of(content: Iterable[bytes]) -> Digest:
    """Return the sha256 digest of all pieces of `content` together."""
    hasher = hashlib.sha256()
    for piece in content:
        hasher.update(piece)
    return Digest(f"sha256:{hasher.hexdigest()}")


def pieces(handle: BinaryIO, length: int | None) -> Iterator[bytes]:
    """Yield what `handle` holds from its position on, `length` bytes of it or all."""
    remaining = length
    while remaining is None or remaining > 0:
        piece = handle.read(PIECE_SIZE if remaining is None else min(PIECE_SIZE, remaining))
        if not piece:
            return
        remaining = None if remaining is None else remaining - len(piece)
        yield piece
