"""Tar archives header by header, so that they can be wrong in exactly one place."""

from __future__ import annotations

from typing import Final

BLOCK: Final = 512
ZERO_BLOCK: Final = bytes(BLOCK)
END: Final = ZERO_BLOCK * 2
USTAR: Final = b"ustar\x0000"
GNU: Final = b"ustar  \x00"


def header(
    name: bytes = b"file",
    *,
    size: int | bytes = 0,
    flag: bytes = b"0",
    mode: bytes = b"0000644\0",
    uid: bytes = b"0000000\0",
    gid: bytes = b"0000000\0",
    mtime: bytes = b"00000000000\0",
    link: bytes = b"",
    magic: bytes = USTAR,
    devices: bytes = b"0000000\x000000000\0",
    prefix: bytes = b"",
    checksum: bytes | None = None,
) -> bytes:
    """One header block; fields that are numbers come as the bytes they are, and the checksum fits unless given."""
    size_field = size if isinstance(size, bytes) else b"%011o\0" % size
    block = name.ljust(100, b"\0") + mode + uid + gid + size_field + mtime + b" " * 8 + flag
    block += link.ljust(100, b"\0") + magic + bytes(64) + devices + prefix.ljust(155, b"\0")
    block = block.ljust(BLOCK, b"\0")
    assert len(block) == BLOCK
    field = b"%06o\0 " % sum(block) if checksum is None else checksum
    return block[:148] + field + block[156:]


def member(name: bytes = b"file", content: bytes = b"", *, flag: bytes = b"0") -> bytes:
    """A header, and its content padded to whole blocks."""
    return header(name, size=len(content), flag=flag) + padded(content)


def padded(content: bytes) -> bytes:
    """The content as an archive stores it, in whole blocks."""
    return content + bytes(-len(content) % BLOCK)


def pax(*records: tuple[bytes, bytes], flag: bytes = b"x") -> bytes:
    """An extended header with these keywords and values."""
    return member(b"PaxHeaders/file", b"".join(record(*each) for each in records), flag=flag)


def record(keyword: bytes, value: bytes) -> bytes:
    """One record of an extended header, which begins with its own length."""
    rest = b" " + keyword + b"=" + value + b"\n"
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length = len(b"%d" % length) + len(rest)
    return b"%d" % length + rest


def base_256(value: int, width: int = 12) -> bytes:
    """A number as GNU tar writes those that octal digits cannot hold."""
    field = bytearray(value.to_bytes(width, "big", signed=True))
    field[0] |= 0x80
    return bytes(field)
