"""Extended headers: the keywords of POSIX pax (pax, "pax Extended Header"), which override a member's header."""

from __future__ import annotations

import re
from typing import Final

from imgscope.layer import _sparse
from imgscope.layer._header import LARGEST_NUMBER
from imgscope.layer._malformed import malformed

_DECIMAL: Final = re.compile(rb"[0-9]{1,19}")
_TIME: Final = re.compile(rb"(-?[0-9]{1,19})(?:\.([0-9]*))?")
_XATTR: Final = b"SCHILY.xattr."
_NAMES: Final = (b"path", b"linkpath", b"GNU.sparse.name")
# Keywords of a global header that would change what every later member is.
_DANGEROUS_GLOBALS: Final = (b"path", b"linkpath", b"size")
_SPARSE: Final = b"GNU.sparse."

Records = dict[bytes, bytes]
"""The keywords of an extended header with their values; a value may be any bytes."""


def parse_records(content: bytes, start: int) -> Records:
    """Return the records of the extended header at `start`: `LENGTH KEYWORD=VALUE\\n`, LENGTH counting all of it.

    Raises `LayerError` on anything else, and on names with a NUL, which would hide what follows it.
    """
    records: Records = {}
    sparse: list[tuple[bytes, bytes]] = []
    position = 0
    while position < len(content) and content[position]:
        space = content.find(b" ", position, position + 20)
        digits = content[position:space] if space > 0 else b""
        end = position + int(digits) if _DECIMAL.fullmatch(digits) else 0
        keyword, equals, value = content[space + 1 : end - 1].partition(b"=")
        if end <= space or content[end - 1 : end] != b"\n" or not equals:
            raise malformed(start, "an extended header that is no pax header")
        if keyword in _NAMES and b"\0" in value:
            raise malformed(start, f"a NUL in a {keyword.decode()}")
        if keyword in _sparse.KEYWORDS_0_0:
            sparse.append((keyword, value))
        else:
            records[keyword] = value
        position = end
    if content[position:].strip(b"\0"):
        raise malformed(start, "an extended header that is no pax header")
    if sparse:
        records[b"GNU.sparse.map"] = _sparse.map_0_0(sparse, start)
    return records


def check_global(records: Records, start: int) -> None:
    """Raise `LayerError` where the global header at `start` would rename or resize every later member."""
    for keyword in records:
        if keyword in _DANGEROUS_GLOBALS or keyword.startswith(_SPARSE):
            name = keyword[:40].decode("ascii", "backslashreplace")
            raise malformed(start, f"a global header sets the {name} of every member")


def number_of(records: Records, keyword: bytes, default: int, start: int) -> int:
    """Return the decimal number under `keyword`, or `default` where there is none or an empty one."""
    value = records.get(keyword)
    if not value:
        return default
    if not _DECIMAL.fullmatch(value) or int(value) > LARGEST_NUMBER:
        raise malformed(start, f"a {keyword.decode()} of {value[:40]!r} in an extended header")
    return int(value)


def time_of(records: Records, default: int, start: int) -> int:
    """Return `mtime` in whole seconds, rounded down as the time of a file is, or `default` where there is none."""
    value = records.get(b"mtime")
    if not value:
        return default
    parsed = _TIME.fullmatch(value)
    if parsed is None:
        raise malformed(start, f"a time of {value[:40]!r} in an extended header")
    has_fraction = (parsed[2] or b"").strip(b"0") != b""
    return int(parsed[1]) - (has_fraction and value.startswith(b"-"))


def xattrs_of(records: Records) -> dict[str, bytes] | None:
    """Return the extended attributes, or None where there are none."""
    return {
        keyword[len(_XATTR) :].decode("utf-8", "surrogateescape"): value
        for keyword, value in records.items()
        if keyword.startswith(_XATTR)
    } or None
