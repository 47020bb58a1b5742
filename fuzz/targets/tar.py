"""Tar archives, beside the standard library's tarfile."""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Mapping
from typing import Final

from fuzz.archives import BLOCK, repaired
from imgscope.errors import ImgscopeError
from imgscope.layer.index import EntryType
from imgscope.layer.tar import TarMember, TarReader
from tests.support.images import device, directory, fifo, file, hard_link, symlink, tar, whiteout
from tests.support.tars import END, GNU, USTAR, base_256, header, member, pax

_SIZE: Final = (124, 136)
# Mode, uid, gid, size, time, and the numbers of a device or nothing, as nearly all archives write them.
_NUMBERS: Final = ((100, 108), (108, 116), (116, 124), _SIZE, (136, 148))
_DEVICE: Final = re.compile(rb"[0-7]{0,7}[ \0]{1,8}[0-7]{0,7}[ \0]{1,8}")
_OCTAL: Final = re.compile(rb"([0-7]+)[ \0]*")
Row = tuple[str, str, int, int, int, int, str]
"""Path, type, size, mode, uid, gid and target of a link."""

_TYPES: Final = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.CONTTYPE: "file",
    tarfile.DIRTYPE: "directory",
    tarfile.SYMTYPE: "symlink",
    tarfile.LNKTYPE: "hardlink",
    tarfile.CHRTYPE: "character-device",
    tarfile.BLKTYPE: "block-device",
    tarfile.FIFOTYPE: "fifo",
}
_LARGEST: Final = 2**40


def target(data: bytes) -> None:
    """The size of pieces does not matter, and ordinary archives are read as tarfile reads them."""
    for archive in {data, repaired(data)}:
        members, error = read(archive, len(archive) or 1)
        assert read(archive, 1 + (len(data) * 7) % 1500) == (members, error)
        if error is not None:
            continue
        expected = rows_by_tarfile(archive)
        if expected is not None:
            assert [row_of(each) for each in members] == expected


def read(archive: bytes, size: int) -> tuple[list[TarMember], str | None]:
    """Return the members of `archive` that are read in pieces of `size`, and what ends them early."""
    reader = TarReader(archive[start : start + size] for start in range(0, len(archive), size))
    members: list[TarMember] = []
    try:
        for each in reader:
            members.append(each)
            assert not each.path.startswith("/")
            assert not {"", ".", ".."}.intersection(each.path.split("/")) or not each.path
            for piece in reader.content():
                assert len(piece)
        assert reader.offset <= len(archive)
    except ImgscopeError as error:
        return members, error.message
    return members, None


def row_of(found: TarMember) -> Row:
    """Return what is compared of a member."""
    size = found.size if found.type is EntryType.FILE else 0
    return found.path, found.type.value, size, found.mode, found.uid, found.gid, found.link_name


def rows_by_tarfile(archive: bytes) -> list[Row] | None:
    """Return what tarfile reads, or None where it fails or is known to read in another way than runtimes do."""
    if not is_ordinary(archive):
        return None
    rows: list[Row] = []
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:", errors="surrogateescape") as opened:
            for info in opened:
                size = info.size if info.isreg() else 0
                link = info.linkname if info.issym() or info.islnk() else ""
                kind = _TYPES[info.type]
                rows.append((normalized(info.name), kind, size, info.mode & 0o7777, info.uid, info.gid, link))
    except (tarfile.TarError, ValueError, EOFError, KeyError, OverflowError):
        return None
    return rows


def is_ordinary(archive: bytes) -> bool:
    """Tell whether each header of `archive` is one on which all readers agree.

    They part ways on types that are none, on global headers and on several extended headers before one member
    (C38, C39), on empty extended headers, on links with content, on prefixes in formats that have none, and on numbers
    that are anything but digits.
    """
    position, extended = 0, b""
    while position + BLOCK <= len(archive) and any(block := archive[position : position + BLOCK]):
        flag, size = block[156:157], _OCTAL.fullmatch(block[slice(*_SIZE)])
        if size is None or not _is_ordinary_header(block, extended):
            return False
        end = position + BLOCK + int(size[1], 8)
        if flag in b"xLK" and not _is_plain_extension(flag, archive[position + BLOCK : end]):
            return False
        extended = extended + flag if flag in b"xLK" else b""
        position = end + -end % BLOCK
    return not any(archive[position:])


def _is_ordinary_header(block: bytes, extended: bytes) -> bool:
    flag, magic = block[156:157], block[257:265]
    if magic not in (USTAR, GNU) or (magic == GNU and block[345]) or flag not in b"\x000123456xLK":
        return False
    if flag in extended or (extended and flag == b"x") or (b"x" in extended and flag in b"LK"):
        return False
    if flag in b"123456" and block[slice(*_SIZE)].strip(b"0 \0"):
        return False
    are_numbers = all(_OCTAL.fullmatch(block[start:end]) for start, end in _NUMBERS)
    return are_numbers and _DEVICE.fullmatch(block[329:345]) is not None


def _is_plain_extension(flag: bytes, content: bytes) -> bool:
    if flag != b"x":
        # Without an end of its own, tarfile takes what pads it for a part of the name.
        return not content.startswith(b"\0") and content.endswith(b"\0")
    records = [line.partition(b" ")[2].partition(b"=") for line in content.split(b"\n")]
    return all(
        keyword in (b"path", b"linkpath", b"uid", b"gid", b"mtime", b"") and (value or not keyword)
        for keyword, _, value in records
    )


def normalized(name: str) -> str:
    """Return `name` as a path in an image."""
    path = os.path.normpath("/" + name).lstrip("/")
    return "" if path == "." else path


def seeds() -> Mapping[str, bytes]:
    """Archives in every format, of every kind of member, as small as they get."""
    members = [
        directory("etc"),
        file("etc/app", "content", mode=0o4755, uid=1000, gid=1000),
        symlink("link", "etc/app"),
        hard_link("hard", "etc/app"),
        fifo("pipe"),
        device("null", 1, 3),
        whiteout("etc/gone"),
    ]
    long = [file("d/" * 80 + "name", "long"), symlink("l", "t" * 150), file("größe")]
    sparse = header(b"sparse", flag=b"S", size=4, magic=b"ustar  \0")
    old_sparse = bytearray(sparse)
    old_sparse[386:410] = b"%011o\0%011o\0" % (512, 4)
    old_sparse[483:495] = b"%011o\0" % 1024
    records = ((b"GNU.sparse.major", b"1"), (b"GNU.sparse.minor", b"0"), (b"GNU.sparse.realsize", b"99"))
    new_sparse = pax(*records, (b"GNU.sparse.name", b"s")) + member(b"x", b"1\n5\n4\n".ljust(512, b"\0") + b"data")
    archives = {
        "gnu": tar(members, format=1),
        "pax": tar(members),
        "ustar": tar(members, format=0),
        "long-gnu": tar(long, format=1),
        "long-pax": tar(long),
        "xattr": tar([file("app", mtime=-5, xattrs={"security.capability": "x"})]),
        "global": pax((b"comment", b"abc"), flag=b"g") + member(b"a", b"b"),
        "sparse-old": repaired(bytes(old_sparse) + b"data".ljust(512, b"\0")),
        "sparse-new": new_sparse,
        "large": header(b"big", size=base_256(3)) + b"abc".ljust(512, b"\0"),
        "v7": header(b"dir/", flag=b"\0", magic=bytes(8), devices=bytes(16)),
    }
    return {
        name: archive.rstrip(b"\0") + bytes(-len(archive.rstrip(b"\0")) % 512) + END
        for name, archive in archives.items()
    }
