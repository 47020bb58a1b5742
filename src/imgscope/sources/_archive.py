"""A tar archive on disk as named files: its headers are walked once, contents are read where they lie."""

from __future__ import annotations

import functools
import posixpath
import stat
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from imgscope.errors import LayerError, LimitError, NotFoundError, SourceError
from imgscope.layer.index import EntryType
from imgscope.layer.tar import TarMember, TarReader
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.digest import Digest
from imgscope.sources._files import digest_of, pieces
from imgscope.sources._gzip import SeekableGzip, is_gzip

_BLOCK_SIZE: Final = 512
_HEADER_PIECE_SIZE: Final = 4096
_MOST_MEMBERS: Final = 100_000
_MOST_LINKS: Final = 16
_MOST_REMEMBERED: Final = 8
_FOREIGN: Final = {b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zXZ\x00": "xz", b"BZh": "bzip2"}


class ForeignCompressionError(SourceError):
    """An archive may be a good one, but is compressed in a way that cannot be read from the middle."""


class _Content(Protocol):
    """The uncompressed bytes of an archive, and its members, each with the position of its content."""

    def read(self, start: int, length: int) -> Iterator[bytes]: ...

    def members(self) -> Iterator[tuple[TarMember, int]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """Where a member's content is, in the uncompressed archive."""

    start: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveIndex:
    """The regular files and the links of an archive; of members with one name the last, as unpacking would have it.

    `damage` says why it ends early, if it does, and `hint` what to do where that is a limit; the members until then
    are there.
    """

    content: _Content
    stored: dict[str, _Stored]
    links: dict[str, str]
    damage: str | None = None
    hint: str | None = None


def index_archive(path: Path, limits: Limits = DEFAULT_LIMITS) -> ArchiveIndex:
    """Return the index of the archive at `path`, plain or gzipped. Raises `SourceError` where it cannot be read."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SourceError(f"the archive {str(path)!r} is no regular file, so it cannot be read from the middle")
        return _index(path, status.st_size, status.st_mtime_ns, limits)
    except OSError as error:
        raise SourceError(f"the archive {str(path)!r} cannot be read: {error.strerror}") from None


# Recognising an archive and opening it are two steps, and a large gzipped one is slow to walk. Of several images, some
# are recognised before others are opened.
@functools.lru_cache(maxsize=_MOST_REMEMBERED)
def _index(path: Path, size: int, _modified: int, limits: Limits) -> ArchiveIndex:
    with path.open("rb") as handle:
        magic = handle.read(6)
    foreign = next((name for start, name in _FOREIGN.items() if magic.startswith(start)), None)
    if foreign:
        raise ForeignCompressionError(
            f"the archive {str(path)!r} is compressed with {foreign}: expected a plain or gzipped tar",
            hint=f"unpack it once, with {foreign} -d, and name the result",
        )
    content: _Content = _Gzipped(path, limits) if is_gzip(magic) else _Plain(path, size, limits)
    stored: dict[str, _Stored] = {}
    links: dict[str, str] = {}
    damage = hint = None
    try:
        for member, start in content.members():
            _add(member, start, stored, links)
    except (LayerError, LimitError) as error:
        damage, hint = error.message, error.hint if isinstance(error, LimitError) else None
    return ArchiveIndex(content=content, stored=stored, links=links, damage=damage, hint=hint)


def _add(member: TarMember, start: int, stored: dict[str, _Stored], links: dict[str, str]) -> None:
    if len(stored) + len(links) >= _MOST_MEMBERS:
        raise LimitError(f"has more than the {_MOST_MEMBERS:,} members that are read of an archive of images")
    if member.parts is not None:
        raise LayerError(f"holds {member.path!r} as a sparse file, which is not read in place")
    if member.type is EntryType.FILE:
        links.pop(member.path, None)
        stored[member.path] = _Stored(start=start, size=member.stored_size)
    elif member.type in (EntryType.SYMLINK, EntryType.HARD_LINK):
        stored.pop(member.path, None)
        links[member.path] = link_target(member)


def link_target(member: TarMember) -> str:
    """Return the name of the member that `member`, a link, leads to."""
    above = "" if member.type is EntryType.HARD_LINK else posixpath.dirname(member.path)
    return posixpath.normpath(posixpath.join(above, member.link_name)).lstrip("/")


class ArchiveFiles:
    """The files of an archive, without unpacking it (`FileStore`). Links lead to other members only."""

    def __init__(self, path: Path, limits: Limits = DEFAULT_LIMITS) -> None:
        self._path = path
        self._limits = limits
        self._closed = False

    @functools.cached_property
    def _index(self) -> ArchiveIndex:
        return index_archive(self._path, self._limits)

    @property
    def label(self) -> str:
        """The archive, quoted."""
        return repr(str(self._path))

    def has(self, name: str) -> bool:
        """Tell whether there is a file of that name."""
        return self.resolved(name) in self._index.stored

    def may_have(self, name: str) -> bool:
        """Tell whether there is a file of that name, or might be if the archive were whole."""
        is_cut_short = self._index.damage is not None and bool(self._index.stored)
        return self.has(name) or is_cut_short or self._index.hint is not None

    def size(self, name: str) -> int:
        """Tell the length of a file in bytes."""
        return self._located(name).size

    @contextmanager
    def open(self, name: str, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        """Give the content of a file."""
        stored = self._located(name)
        left = max(stored.size - start, 0)
        wanted = left if length is None else min(length, left)
        with closing(self._pieces(stored.start + start, wanted)) as content:
            yield content

    def digest(self, name: str) -> Digest:
        """Return the sha256 digest of a whole file."""
        with self.open(name) as pieces:
            return digest_of(pieces)

    def resolved(self, name: str) -> str:
        """Return the name of the file that `name` leads to, itself where it is no link."""
        for _ in range(_MOST_LINKS):
            target = self._index.links.get(name)
            if target is None:
                break
            name = target
        return name

    def close(self) -> None:
        """End all reading."""
        self._closed = True

    def _pieces(self, start: int, length: int) -> Generator[bytes, None, None]:
        try:
            for piece in self._index.content.read(start, length):
                if self._closed:
                    raise SourceError(f"the archive {self.label} was closed while it was being read")
                yield piece
        except OSError as error:
            raise SourceError(f"the archive {self.label} cannot be read: {error.strerror}") from None
        except LayerError as error:
            raise SourceError(f"the archive {self.label} {error.message}") from None

    def _located(self, name: str) -> _Stored:
        stored = self._index.stored.get(self.resolved(name))
        if stored is not None:
            return stored
        if self._index.damage and not self._index.stored:
            raise SourceError(
                f"{self.label} {self._index.damage}",
                hint=self._index.hint or "archives of images are made by docker save or skopeo copy",
            )
        if self._index.damage:
            raise SourceError(
                f"{name} was not found in the archive {self.label}, which {self._index.damage}",
                hint=self._index.hint or "it was probably not written or copied to its end; make it again",
            )
        raise NotFoundError(f"the archive {self.label} has no file {name}")


class _Plain:
    """An archive that is not compressed: contents are skipped by seeking."""

    def __init__(self, path: Path, size: int, limits: Limits) -> None:
        self._path = path
        self._size = size
        self._limits = limits

    def read(self, start: int, length: int) -> Iterator[bytes]:
        with self._path.open("rb", buffering=0) as handle:
            handle.seek(start)
            yield from pieces(handle, length)

    def members(self) -> Iterator[tuple[TarMember, int]]:
        position = 0
        while True:
            with closing(self._headers(position)) as headers:
                # A reader of its own for each member, so that what lies between is not read.
                archive = TarReader(headers, limits=self._limits)
                try:
                    member = next(iter(archive), None)
                except LayerError:
                    # That reader counts from its own beginning, so its message would tell a wrong place.
                    where = f" from byte {position:,} on" if position else ""
                    raise LayerError(f"is no tar archive{where}") from None
            if member is None:
                return
            start = position + archive.offset
            yield member, start
            position = start + member.stored_size + -member.stored_size % _BLOCK_SIZE
            if start + member.stored_size > self._size:
                raise LayerError(f"ends in the middle of {member.path!r}")

    def _headers(self, position: int) -> Generator[bytes, None, None]:
        with self._path.open("rb", buffering=0) as handle:
            handle.seek(position)
            while piece := handle.read(_HEADER_PIECE_SIZE):
                yield piece


class _Gzipped:
    """A gzipped archive: contents are found again from checkpoints, not by decompressing from the start."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        self._file = SeekableGzip(path, limit=limits.unpacked_size)

    def read(self, start: int, length: int) -> Iterator[bytes]:
        return self._file.read(start, length)

    def members(self) -> Iterator[tuple[TarMember, int]]:
        archive = TarReader(self._file.first_pass(), limits=self._limits)
        for member in archive:
            yield member, archive.offset
