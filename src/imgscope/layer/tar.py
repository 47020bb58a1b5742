"""Walking the headers of a tar archive as its bytes stream by (POSIX pax, GNU tar, ustar, v7).

`tarfile` is not used to read layers: it ends quietly at damage in the middle of an archive, believes
headers that it should not, and is an order of magnitude slower (conformance C38). Here damage is a
`LayerError` that says at which byte of the archive it was met.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from imgscope.errors import LayerError
from imgscope.layer import _sparse
from imgscope.layer._chunks import ChunkReader
from imgscope.layer.index import EntryType
from imgscope.limits import DEFAULT_LIMITS, Limits

BLOCK_SIZE: Final = 512
_ZERO_BLOCK: Final = bytes(BLOCK_SIZE)

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
_DEVICES: Final = (EntryType.CHARACTER_DEVICE, EntryType.BLOCK_DEVICE)
_DECIMAL: Final = re.compile(rb"[0-9]{1,19}")
_TIME: Final = re.compile(rb"(-?[0-9]{1,19})(?:\.[0-9]*)?")
_XATTR: Final = b"SCHILY.xattr."
# Keywords of a global header that would change what every later member is.
_DANGEROUS_GLOBALS: Final = (b"path", b"linkpath", b"size")

Records = dict[bytes, bytes]
"""The keywords of a pax extended header."""


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
    link_name: str
    xattrs: dict[str, bytes] | None = None
    device: tuple[int, int] | None = None
    parts: tuple[tuple[int, int], ...] | None = None
    remark: str | None = None


class TarReader:
    """Iterates over the members of the archive in `chunks`.

    After each member its content can be taken with `content`; what is not taken is skipped. Iteration
    reads the archive to its very end, past the end mark, so that whatever hashes the chunks has seen all.
    `trailing` says whether anything but zeros followed the end mark.
    """

    def __init__(self, chunks: Iterable[bytes], *, limits: Limits = DEFAULT_LIMITS) -> None:
        self._reader = ChunkReader(chunks)
        self._limits = limits
        self._remaining = 0
        self._padding = 0
        self._global: Records = {}
        self.trailing = False

    @property
    def offset(self) -> int:
        """Bytes of the archive consumed so far."""
        return self._reader.offset

    def content(self) -> Iterator[memoryview]:
        """Yield the stored content of the current member in pieces, each valid until the next is asked for."""
        while self._remaining:
            piece = self._reader.piece(self._remaining)
            self._remaining -= len(piece)
            yield piece

    def peek(self, length: int) -> bytes:
        """Return up to `length` first bytes of the member's content without taking them, as far as they are here."""
        return self._reader.peek(min(length, self._remaining))

    def __iter__(self) -> Iterator[TarMember]:
        reader = self._reader
        while True:
            self._skip_content()
            start = reader.offset
            block = reader.block()
            if not block:
                return
            if block == _ZERO_BLOCK:
                self._read_end(start)
                return
            yield self._member(block, start)

    def _skip_content(self) -> None:
        if self._remaining + self._padding:
            self._reader.skip(self._remaining + self._padding)
        self._remaining = self._padding = 0

    def _read_end(self, start: int) -> None:
        following = self._reader.block()
        if following and following != _ZERO_BLOCK:
            raise LayerError(
                f"is malformed at byte {start:,} of its archive: an empty block where a header was expected"
            )
        self.trailing = self._reader.drain()

    def _member(self, block: bytes, start: int) -> TarMember:
        local: Records = {}
        while True:
            _check(block, start)
            flag = block[156:157]
            if flag not in (b"x", b"g", b"L", b"K", b"X", b"V"):
                break
            self._extend(local, flag, self._extension(block, start), start)
            start = self._reader.offset
            block = self._reader.block()
            if not block or block == _ZERO_BLOCK:
                raise LayerError(
                    f"is malformed at byte {start:,} of its archive: an extended header with no member after it"
                )
        return self._build(block, flag, {**self._global, **local} if self._global else local, start)

    def _extension(self, block: bytes, start: int) -> bytes:
        size = _number(block, 124, 12, start)
        if not 0 <= size <= self._limits.extended_header_size:
            raise LayerError(
                f"is malformed at byte {start:,} of its archive: an extended header of {size:,} bytes, "
                f"at most {self._limits.extended_header_size:,} are read"
            )
        content = self._reader.take(size)
        self._reader.skip(-size % BLOCK_SIZE)
        return content

    def _extend(self, local: Records, flag: bytes, content: bytes, start: int) -> None:
        if flag == b"L":
            local[b"path"] = content.partition(b"\0")[0]
        elif flag == b"K":
            local[b"linkpath"] = content.partition(b"\0")[0]
        elif flag in (b"x", b"X"):
            local.update(_records(content, start))
        elif flag == b"g":
            records = _records(content, start)
            dangerous = next((name for name in _DANGEROUS_GLOBALS if name in records), None)
            if dangerous:
                raise LayerError(
                    f"is malformed at byte {start:,} of its archive: "
                    f"a global header sets the {dangerous.decode()} of every member"
                )
            self._global.update(records)

    def _build(self, block: bytes, flag: bytes, records: Records, start: int) -> TarMember:
        name = records.get(b"path") or _name(block)
        kind = _TYPES.get(flag, EntryType.FILE)
        if kind is EntryType.FILE and flag in (b"\0", b"0") and name.endswith(b"/"):
            kind = EntryType.DIRECTORY
        is_file = kind is EntryType.FILE
        stored = _number(block, 124, 12, start) if is_file else 0
        if records and is_file:
            stored = _record_number(records, b"size", stored, start)
        if stored < 0:
            raise LayerError(f"is malformed at byte {start:,} of its archive: a size below zero ({stored})")
        self._remaining = stored
        self._padding = -stored % BLOCK_SIZE
        member = TarMember(
            path="",
            type=kind,
            size=stored,
            stored_size=stored,
            mode=_number(block, 100, 8, start) & 0o7777,
            uid=_number(block, 108, 8, start),
            gid=_number(block, 116, 8, start),
            mtime=_number(block, 136, 12, start),
            link_name="",
        )
        if kind in (EntryType.SYMLINK, EntryType.HARD_LINK):
            target = records.get(b"linkpath") or _text(block, 157, 100)
            member.link_name = target.decode("utf-8", "surrogateescape")
        if kind in _DEVICES:
            member.device = (_number(block, 329, 8, start), _number(block, 337, 8, start))
        if records:
            _apply(member, records, start)
        if is_file and (flag == b"S" or b"GNU.sparse.major" in records or b"GNU.sparse.size" in records):
            name = self._make_sparse(member, block, flag, records, name, start)
        if flag not in _TYPES:
            member.remark = f"has the unknown type {flag!r} and is read as a regular file"
        member.path = _normalized(name, member)
        return member

    def _make_sparse(
        self, member: TarMember, block: bytes, flag: bytes, records: Records, name: bytes, start: int
    ) -> bytes:
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
            raise LayerError(
                f"is malformed at byte {start:,} of its archive: a sparse map that does not add up to what is stored"
            )
        return records.get(b"GNU.sparse.name", name)


def _check(block: bytes, start: int) -> None:
    """Raise `LayerError` unless the header's checksum holds, in its unsigned or its historic signed form."""
    recorded = _parse_number(block[148:156], start)
    # adler32 sums bytes at the speed of C, modulo 65,521; the checksum field itself counts as eight spaces.
    expected = recorded + sum(block[148:156]) - 256
    if zlib.adler32(block) & 0xFFFF == (expected + 1) % 65_521:
        return
    signed = sum(byte - 256 if byte > 127 else byte for byte in block[:148] + block[156:]) + 256
    if recorded != signed:
        raise LayerError(f"is malformed at byte {start:,} of its archive: a header whose checksum does not hold")


def _number(block: bytes, position: int, width: int, start: int) -> int:
    return _parse_number(block[position : position + width], start)


def _parse_number(field: bytes, start: int) -> int:
    """Return an octal number, or a binary one (GNU's base-256, big-endian two's complement)."""
    if field[0] & 0x80:
        value = int.from_bytes(field, "big")
        width = len(field) * 8
        return value - (1 << width) if field[0] & 0x40 else value - (1 << (width - 1))
    digits = field.partition(b"\0")[0].strip(b" ")
    try:
        return int(digits, 8) if digits else 0
    except ValueError:
        raise LayerError(
            f"is malformed at byte {start:,} of its archive: {field!r} where an octal number was expected"
        ) from None


def _text(block: bytes, position: int, width: int) -> bytes:
    end = block.find(b"\0", position, position + width)
    return block[position : end if end >= 0 else position + width]


def _name(block: bytes) -> bytes:
    name = _text(block, 0, 100)
    # Only POSIX ustar has a prefix; GNU's magic differs and keeps times where the prefix would be.
    if block[257:263] == b"ustar\0" and block[345]:
        return _text(block, 345, 155) + b"/" + name
    return name


def _records(content: bytes, start: int) -> Records:
    """Return the records of an extended header: `LENGTH KEYWORD=VALUE\\n`, LENGTH counting all of it."""
    records: Records = {}
    position = 0
    while position < len(content) and content[position]:
        space = content.find(b" ", position, position + 20)
        digits = content[position:space] if space > 0 else b""
        end = position + int(digits) if _DECIMAL.fullmatch(digits) else 0
        keyword, equals, value = content[space + 1 : end - 1].partition(b"=")
        if end <= space or end > len(content) or content[end - 1 : end] != b"\n" or not equals:
            raise LayerError(f"is malformed at byte {start:,} of its archive: an extended header that is no pax header")
        if keyword in (b"GNU.sparse.offset", b"GNU.sparse.numbytes"):
            _sparse.collect_0_0(records, value)
        else:
            records[keyword] = value
        position = end
    return records


def _record_number(records: Records, keyword: bytes, default: int, start: int) -> int:
    value = records.get(keyword)
    if not value:
        return default
    if not _DECIMAL.fullmatch(value):
        raise LayerError(
            f"is malformed at byte {start:,} of its archive: "
            f"a {keyword.decode()} of {value[:40]!r} in an extended header"
        )
    return int(value)


def _apply(member: TarMember, records: Records, start: int) -> None:
    member.uid = _record_number(records, b"uid", member.uid, start)
    member.gid = _record_number(records, b"gid", member.gid, start)
    time = records.get(b"mtime")
    if time:
        parsed = _TIME.fullmatch(time)
        if not parsed:
            raise LayerError(
                f"is malformed at byte {start:,} of its archive: a time of {time[:40]!r} in an extended header"
            )
        member.mtime = int(parsed.group(1))
    for keyword in (b"path", b"linkpath"):
        if b"\0" in records.get(keyword, b""):
            raise LayerError(f"is malformed at byte {start:,} of its archive: a NUL in a {keyword.decode()}")
    xattrs = {
        keyword[len(_XATTR) :].decode("utf-8", "replace"): value
        for keyword, value in records.items()
        if keyword.startswith(_XATTR)
    }
    member.xattrs = xattrs or None


def _normalized(name: bytes, member: TarMember) -> str:
    path = name.decode("utf-8", "surrogateescape")
    if path.startswith("./"):
        path = path[2:]
    path = path.rstrip("/")
    if path.startswith(("/", ".")) or "/." in path or "//" in path:
        path, escapes = _resolved(path)
        if escapes:
            member.remark = "has a name that climbs above the root of the image"
    return path


def _resolved(path: str) -> tuple[str, bool]:
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
