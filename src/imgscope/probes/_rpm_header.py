"""The header of an installed package, as every kind of rpm database stores it (rpm's manual, "RPM V4 Package format").

Two counts, an index of tags, and the data that the index points into; all numbers are big-endian.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

import msgspec

# The most that rpm itself accepted until 4.14 (hdrchkTags and hdrchkData in its header.c).
_MOST_ENTRIES: Final = 0xFFFF
_MOST_DATA: Final = 32 * 1024 * 1024
# Of one tag; the largest honest packages have a hundred thousand files.
_MOST_STRINGS: Final = 1_000_000
_LONGEST_DEPENDENCY: Final = 4096
# What Python needs for a string besides its characters.
_STRING_OVERHEAD: Final = 50
_COUNTS: Final = struct.Struct(">II")
_ENTRY: Final = struct.Struct(">IIII")

_NAME, _VERSION, _RELEASE, _EPOCH, _SIZE, _LONG_SIZE = 1000, 1001, 1002, 1003, 1009, 5009
_GROUP, _ARCHITECTURE, _SOURCE_PACKAGE, _OLD_PATHS = 1016, 1022, 1044, 1027
_PROVIDES, _REQUIRES, _RECOMMENDS = 1047, 1049, 5046
_DIRECTORY_NUMBERS, _BASE_NAMES, _DIRECTORIES = 1116, 1117, 1118

_STRING, _STRING_ARRAY, _TRANSLATED_STRING = 6, 8, 9
_NUMBERS: Final = {2: "B", 3: "H", 4: "I", 5: "Q"}

_CONDITION: Final = re.compile(r"\s(?:if|unless)\s.*?(?=\selse\s|\)|$)", re.DOTALL)
_IF: Final = re.compile(rb"\s(?:if|unless)\s")
_VERSION_TEST: Final = re.compile(r"\s[<>=]+\s*[^\s()]+")
_RICH_NAME: Final = re.compile(r"[^\s()]+(?:\([^\s()]*\))*")
_OPERATORS: Final = frozenset(("and", "or", "with", "without", "if", "unless", "else"))


class MalformedHeader(ValueError):
    """What should be the header of a package is none."""


class RpmPackage(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What is kept of a header. `version` is EPOCH:VERSION-RELEASE; `files` has base names, by NUL, by directory."""

    name: str
    version: str
    architecture: str | None = None
    installed_size: int | None = None
    source: str | None = None
    section: str | None = None
    needs: list[str] = []
    recommends: list[str] = []
    provides: list[str] = []
    files: list[tuple[bytes, bytes]] = []

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells this version of the package from all others."""
        return self.name, self.version, self.architecture or ""

    def paths(self) -> Iterator[str]:
        """Yield the paths of its files; they start with a slash."""
        for directory, names in self.files:
            above = directory.decode("utf-8", "surrogateescape")
            for name in names.decode("utf-8", "surrogateescape").split("\0"):
                yield above + name

    @property
    def paths_size(self) -> int:
        """How many bytes `paths` take: a hostile header can name very many files in one directory with a long name."""
        return sum(
            (names.count(b"\0") + 1) * (len(directory) + _STRING_OVERHEAD) + len(names)
            for directory, names in self.files
        )


def parse_header(blob: bytes) -> RpmPackage:
    """Return what the header in `blob` says. Raises `MalformedHeader`.

    Offsets and counts are held to the data that is there; what lies outside of it is missing from the result.
    """
    header = _Header(blob)
    name, version = header.text(_NAME), header.text(_VERSION)
    if not name or not version:
        raise MalformedHeader("has no name and version")
    release, epoch = header.text(_RELEASE), header.number(_EPOCH)
    required = header.texts(_REQUIRES)
    conditional = [word for word in required if _IF.search(word)]
    return RpmPackage(
        name=name,
        version=(f"{epoch}:" if epoch is not None else "") + version + (f"-{release}" if release else ""),
        architecture=header.text(_ARCHITECTURE),
        installed_size=header.number(_LONG_SIZE) or header.number(_SIZE),
        source=source_name(header.text(_SOURCE_PACKAGE)),
        section=header.text(_GROUP),
        needs=_names((word for word in required if not _IF.search(word)), besides=name),
        # Which conditions hold is for rpm to decide; where they do not, the package does without.
        recommends=_names([*conditional, *header.texts(_RECOMMENDS)], besides=name),
        provides=_names(header.texts(_PROVIDES), besides=name),
        files=list(_files(header)),
    )


def source_name(file_name: str | None) -> str | None:
    """Return the name of the source package in a file `file_name`, NAME-VERSION-RELEASE.src.rpm, if it is one."""
    parts = (file_name or "").rsplit("-", 2)
    return parts[0] if len(parts) == 3 and parts[0] else None


def _names(written: Iterable[bytes], *, besides: str) -> list[str]:
    """Return the names in dependencies; those on features of rpm itself are none, and `besides` goes without saying."""
    names: dict[str, None] = {}
    for word in written:
        if word.startswith(b"rpmlib(") or len(word) > _LONGEST_DEPENDENCY:
            continue
        text = word.decode("utf-8", "replace")
        names.update(dict.fromkeys(_rich_names(text) if text.startswith("(") else (text,)))
    names.pop(besides, None)
    return list(names)


def _rich_names(text: str) -> Iterator[str]:
    """Yield the names in a dependency such as `(a or b)` or `(a >= 2 if b else c)`, what is a condition left out.

    Source: rpm's manual, "Boolean Dependencies".
    """
    unconditional = _VERSION_TEST.sub("", _CONDITION.sub("", text))
    return (name for name in _RICH_NAME.findall(unconditional) if name not in _OPERATORS)


def _files(header: _Header) -> Iterator[tuple[bytes, bytes]]:
    names, directories = header.texts(_BASE_NAMES), header.texts(_DIRECTORIES)
    numbered = zip(header.numbers(_DIRECTORY_NUMBERS), names, strict=False)
    for number, files in groupby(numbered, key=lambda pair: pair[0]):
        if number < len(directories):
            yield directories[number], b"\0".join(name for _, name in files)
    # Before version 4, rpm had whole paths.
    old = header.texts(_OLD_PATHS)
    if old and not names:
        yield b"", b"\0".join(old)


class _Header:
    """The tags of a header; the first of equal ones counts."""

    def __init__(self, blob: bytes) -> None:
        if len(blob) < _COUNTS.size:
            raise MalformedHeader("is shorter than a header")
        entries, size = _COUNTS.unpack_from(blob)
        start = _COUNTS.size + entries * _ENTRY.size
        if not 0 < entries <= _MOST_ENTRIES or size > _MOST_DATA or start > len(blob):
            raise MalformedHeader("does not begin as a header does")
        self._data = blob[start : start + size]
        self._index: dict[int, tuple[int, int, int]] = {}
        for tag, kind, offset, count in _ENTRY.iter_unpack(blob[_COUNTS.size : start]):
            self._index.setdefault(tag, (kind, offset, count))
        self._offsets = sorted({offset for _, offset, _ in self._index.values()})

    def text(self, tag: int) -> str | None:
        """Return the string of `tag`, or the first of several."""
        found = self.texts(tag)
        return found[0].decode("utf-8", "replace") if found else None

    def texts(self, tag: int) -> list[bytes]:
        """Return the strings of `tag`."""
        kind, data, count = self._raw(tag)
        if kind not in (_STRING, _STRING_ARRAY, _TRANSLATED_STRING) or not data:
            return []
        strings = data.split(b"\0", min(count, _MOST_STRINGS))
        # What follows the last NUL is something else, or a string that was cut.
        return strings[:-1]

    def number(self, tag: int) -> int | None:
        """Return the number of `tag`, or the first of several."""
        return next(iter(self.numbers(tag)), None)

    def numbers(self, tag: int) -> tuple[int, ...]:
        """Return the numbers of `tag`."""
        kind, data, count = self._raw(tag)
        if kind not in _NUMBERS:
            return ()
        code = _NUMBERS[kind]
        count = min(count, len(data) // struct.calcsize(f">{code}"))
        return struct.unpack_from(f">{count}{code}", data)

    def _raw(self, tag: int) -> tuple[int, bytes, int]:
        """Return kind, bytes and count of `tag`; the bytes end where those of another tag begin."""
        kind, offset, count = self._index.get(tag, (0, 0, 0))
        following = bisect_right(self._offsets, offset)
        end = self._offsets[following] if following < len(self._offsets) else len(self._data)
        return kind, self._data[offset:end], count
