"""Walking the headers of a tar archive as its bytes stream by (POSIX pax, GNU tar, ustar, v7).

`tarfile` is not used to read layers: it ends quietly at damage in the middle of an archive, believes
headers that it should not, and is an order of magnitude slower (conformance C38). Here damage is a
`LayerError` that says at which byte of the archive it was met. Where readers differ, the archive is read
as Go's archive/tar does, because that is what container runtimes unpack with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from imgscope.errors import LimitError
from imgscope.layer import _pax, _sparse
from imgscope.layer._chunks import ChunkReader
from imgscope.layer._header import (
    BLOCK_SIZE,
    LINK_NAME,
    MODE_AND_OWNER,
    MTIME,
    SIZE,
    TYPE_FLAG,
    ZERO_BLOCK,
    check,
    devices_of,
    mode_and_owner,
    name_of,
    number,
    text,
)
from imgscope.layer._malformed import malformed
from imgscope.layer._pax import Records
from imgscope.layer.index import EntryType
from imgscope.limits import DEFAULT_LIMITS, Budget, Limits

_TYPES: Final = {
    b"\0": EntryType.FILE,
    b"0": EntryType.FILE,
    b"1": EntryType.HARD_LINK,
    b"2": EntryType.SYMLINK,
    b"3": EntryType.CHARACTER_DEVICE,
    b"4": EntryType.BLOCK_DEVICE,
    b"5": EntryType.DIRECTORY,
    b"6": EntryType.FIFO,
    b"7": EntryType.FILE,
    b"S": EntryType.FILE,
}
_LINKS: Final = (EntryType.SYMLINK, EntryType.HARD_LINK)
_DEVICES: Final = (EntryType.CHARACTER_DEVICE, EntryType.BLOCK_DEVICE)
_EXTENDED: Final = (b"x", b"X")
_LONG_NAMES: Final = {b"L": b"path", b"K": b"linkpath"}
# What says nothing about the member after it: global headers, and the name of a GNU volume.
_OTHER_HEADERS: Final = (b"g", b"V")
# Major and minor number; the older formats need not tell theirs.
_SPARSE_VERSIONS: Final = ((b"", b""), (b"0", b"0"), (b"0", b"1"), (b"1", b"0"))


class TarMember(msgspec.Struct, gc=False):
    """One member, its extended headers applied.

    `size` is the length of the content in bytes, holes included; `stored_size` what the archive holds of it.
    `parts` is set on sparse files: what of them is stored, as (offset, length).
    """

    path: str
    type: EntryType
    size: int
    stored_size: int
    mode: int
    uid: int
    gid: int
    mtime: int
    link_name: str = ""
    xattrs: dict[str, bytes] | None = None
    device: tuple[int, int] | None = None
    parts: tuple[tuple[int, int], ...] | None = None
    remark: str | None = None


class TarReader:
    """Iterates over the members of the archive in `chunks`.

    After each member its content can be taken with `content`; what is not taken is skipped. Iteration
    reads the archive to its very end, past the end mark, so that whatever hashes the chunks has seen all, or else no
    further than that mark where `reads_on` is false. `trailing` says whether anything but zeros followed the mark.
    Raises `LayerError` where the archive is malformed, and `LimitError` where its extended headers need more memory
    than `budget` has left.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        *,
        limits: Limits = DEFAULT_LIMITS,
        budget: Budget | None = None,
        reads_on: bool = True,
    ) -> None:
        self._reader = ChunkReader(chunks)
        self._reads_on = reads_on
        self._limits = limits
        self._budget = budget or Budget(limits)
        self._remaining = 0
        self._padding = 0
        self.trailing = False

    @property
    def offset(self) -> int:
        """Bytes of the archive consumed so far."""
        return self._reader.offset

    def content(self) -> Iterator[memoryview]:
        """Yield the stored content of the current member in pieces."""
        while self._remaining:
            piece = self._reader.piece(self._remaining)
            self._remaining -= len(piece)
            yield piece

    def whole(self) -> memoryview | None:
        """Return the stored content of the current member if all of it is at hand, or None, and take nothing."""
        view = self._reader.whole(self._remaining)
        if view is not None:
            self._remaining = 0
        return view

    def peek(self, length: int) -> bytes:
        """Return up to `length` first bytes of the member's content without taking them, as far as they are here."""
        return self._reader.peek(min(length, self._remaining))

    def __iter__(self) -> Iterator[TarMember]:
        reader = self._reader
        extended: Records = {}
        long_names: Records = {}
        while True:
            if self._remaining or self._padding:
                # Runtimes take an archive that lacks the padding after its last file for whole.
                reader.skip(self._remaining + self._padding, self._padding)
                self._remaining = self._padding = 0
            start = reader.offset
            block = reader.block()
            if not block or block == ZERO_BLOCK:
                if extended or long_names:
                    raise malformed(start, "an extended header with no member after it")
                if block:
                    self._read_end(start)
                return
            check(block, start)
            flag = block[TYPE_FLAG]
            if flag in _EXTENDED:
                # Of several in a row the last one counts, in runtimes, too.
                extended = _pax.parse_records(self._extension(block, start), start)
            elif flag in _LONG_NAMES:
                long_names[_LONG_NAMES[flag]] = text(self._extension(block, start))
            elif flag in _OTHER_HEADERS:
                self._check_other(flag, self._extension(block, start), start)
            else:
                # A GNU name wins over a pax name, whichever comes first.
                yield self._build(block, {**extended, **long_names}, start)
                extended, long_names = {}, {}

    def _read_end(self, start: int) -> None:
        following = self._reader.block()
        if following and following != ZERO_BLOCK:
            raise malformed(start, "an empty block where a header was expected")
        if self._reads_on:
            self.trailing = self._reader.drain()

    def _extension(self, block: bytes, start: int) -> bytes:
        size, limit = number(block[SIZE], start), self._limits.extended_header_size
        if not 0 <= size <= limit:
            raise malformed(start, f"an extended header of {size:,} bytes, at most {limit:,} are read")
        if not self._budget.take_kept(size):
            raise LimitError(
                "brings the extended headers of the image to more than what is kept in memory of it",
                setting="kept-size",
            )
        content = self._reader.take(size)
        self._reader.skip(-size % BLOCK_SIZE)
        return content

    def _check_other(self, flag: bytes, content: bytes, start: int) -> None:
        # Runtimes leave global headers alone, so that what they say of every member does not hold in a container.
        if flag == b"g":
            _pax.check_global(_pax.parse_records(content, start), start)

    def _build(self, block: bytes, records: Records, start: int) -> TarMember:
        flag = block[TYPE_FLAG]
        name = records.get(b"path") or name_of(block)
        kind = _TYPES.get(flag, EntryType.FILE)
        if flag == b"\0" and name.endswith(b"/"):
            kind = EntryType.DIRECTORY
        mode, uid, gid = mode_and_owner(block[MODE_AND_OWNER], start)
        mtime = number(block[MTIME], start)
        member = TarMember(path="", type=kind, size=0, stored_size=0, mode=mode & 0o7777, uid=uid, gid=gid, mtime=mtime)
        if kind is EntryType.FILE:
            member.size = member.stored_size = self._begin_content(number(block[SIZE], start), records, start)
        elif kind in _LINKS:
            member.link_name = self._decoded(records.get(b"linkpath") or text(block[LINK_NAME]), start)
        elif kind in _DEVICES:
            member.device = devices_of(block, start)
        if records:
            name = self._apply(member, flag, block, records, start) or name
        elif flag == b"S":
            self._make_sparse(member, flag, block, records, start)
        if flag not in _TYPES:
            member.remark = f"has the unknown type {flag!r} and is read as a regular file"
        member.path = _normalized(self._decoded(name, start), member)
        return member

    def _begin_content(self, size: int, records: Records, start: int) -> int:
        stored = _pax.number_of(records, b"size", size, start) if records else size
        if stored < 0:
            raise malformed(start, f"a size below zero ({stored})")
        self._remaining = stored
        self._padding = -stored % BLOCK_SIZE
        return stored

    def _apply(self, member: TarMember, flag: bytes, block: bytes, records: Records, start: int) -> bytes | None:
        """Apply the extended headers to `member`; return the name that only sparse files keep in them."""
        member.uid = _pax.number_of(records, b"uid", member.uid, start)
        member.gid = _pax.number_of(records, b"gid", member.gid, start)
        member.mtime = _pax.time_of(records, member.mtime, start)
        member.xattrs = _pax.xattrs_of(records)
        if member.type is not EntryType.FILE or not (flag == b"S" or _has_sparse_map(records)):
            return None
        self._make_sparse(member, flag, block, records, start)
        return records.get(b"GNU.sparse.name")

    def _make_sparse(self, member: TarMember, flag: bytes, block: bytes, records: Records, start: int) -> None:
        reader, limit = self._reader, self._limits.extended_header_size
        if flag == b"S":
            found = _sparse.old_gnu(block, reader, limit, start)
        elif records.get(b"GNU.sparse.major") == b"1":
            found = _sparse.pax_1_0(records, reader, min(limit, self._remaining), start)
            self._remaining -= found.header_size
        else:
            found = _sparse.pax_0(records, start)
        member.size, member.parts = found.size, found.parts
        if sum(length for _, length in found.parts) != self._remaining:
            raise malformed(start, "a sparse map that does not add up to what is stored")

    def _decoded(self, name: bytes, start: int) -> str:
        if len(name) > self._limits.path_size:
            raise malformed(start, f"a name of {len(name):,} bytes, at most {self._limits.path_size:,} are read")
        return name.decode("utf-8", "surrogateescape")


def _has_sparse_map(records: Records) -> bool:
    version = (records.get(b"GNU.sparse.major", b""), records.get(b"GNU.sparse.minor", b""))
    return version in _SPARSE_VERSIONS and (any(version) or b"GNU.sparse.size" in records)


def _normalized(name: str, member: TarMember) -> str:
    path = name.removeprefix("./").rstrip("/")
    if path.startswith(("/", ".")) or "/." in path or "//" in path:
        path, escapes = resolved_path(path)
        if escapes:
            member.remark = "has a name that climbs above the root of the image"
    return path


def resolved_path(path: str) -> tuple[str, bool]:
    """Return `path` without empty, `.` and `..` components, and whether it tried to leave the root."""
    kept: list[str] = []
    escapes = False
    for component in path.split("/"):
        if component == "..":
            escapes = escapes or not kept
            del kept[-1:]
        elif component not in ("", "."):
            kept.append(component)
    return "/".join(kept), escapes
