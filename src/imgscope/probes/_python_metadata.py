"""The files in a `.dist-info` or `.egg-info`, and what of them is worth keeping."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import msgspec

_MOST_HEADERS: Final = 4096
_LONGEST_HEADER: Final = 1024
_LARGEST_RECORD: Final = 16 * 1024 * 1024
_LONGEST_NAME: Final = 256

_HEADER: Final = re.compile(rb"(?:name|version|requires-dist):", re.IGNORECASE)
# What follows the first column of a CSV file; a path in quotes has them doubled, and is kept with them.
_AFTER_PLAIN_PATH: Final = re.compile(rb"[,\r][^\n]*")
_AFTER_PATH: Final = re.compile(rb'(^"(?:[^"\r\n]|""){0,4096}")[^\n]*|[",\r][^\n]*', re.MULTILINE)
_REQUIREMENT: Final = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)")
_EXTRA: Final = re.compile(r"\bextra\b")


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What a distribution says of itself. `needs` are normalised names, those of optional features left out."""

    name: str
    version: str
    needs: tuple[str, ...] = ()

    @property
    def normalised_name(self) -> str:
        """The name as others may write it, too."""
        return normalised(self.name)


def normalised(name: str) -> str:
    """Return `name` in the one form that all its spellings have ("Names and normalization")."""
    return re.sub(r"[-_.]+", "-", name).lower()


def reduce_metadata(content: bytes) -> bytes:
    """Return the headers that are read, without the description after them, which is long."""
    kept: list[bytes] = []
    # A line that is longer than any worth keeping is not copied to find that out.
    for line in _lines_of_head(content):
        if len(line) <= _LONGEST_HEADER and _HEADER.match(line):
            kept.append(line)
            if len(kept) == _MOST_HEADERS:
                break
    return b"".join(line + b"\n" for line in kept)


def _lines_of_head(content: bytes) -> list[bytes]:
    ends = [end for end in (content.find(b"\n\n"), content.find(b"\n\r\n"), 1024 * 1024) if end >= 0]
    return [line.rstrip(b"\r") for line in content[: min(ends)].split(b"\n")]


def parse_metadata(content: bytes, directory: str) -> Metadata | None:
    """Return what METADATA or PKG-INFO says, or else the name of its `directory`; None if neither does."""
    values: dict[str, list[str]] = {}
    for line in reduce_metadata(content).decode("utf-8", "replace").split("\n"):
        field, _, value = line.partition(":")
        values.setdefault(field.lower(), []).append(value.strip())
    stem = directory.rpartition(".")[0]
    named, _, versioned = stem.partition("-")
    name = next(filter(None, values.get("name", ())), named)
    version = next(filter(None, values.get("version", ())), versioned.partition("-py")[0])
    if not name or not version or max(len(name), len(version)) > _LONGEST_NAME:
        return None
    required = (each for each in values.get("requires-dist", ()) if not _EXTRA.search(each.partition(";")[2]))
    return Metadata(name=name, version=version, needs=_required_names(required))


def egg_requirements(content: bytes) -> tuple[str, ...]:
    """Return the normalised names in a `requires.txt`, which has those of optional features under headings."""
    lines = content[: _MOST_HEADERS * _LONGEST_HEADER].decode("utf-8", "replace").split("\n")
    headings = (number for number, line in enumerate(lines) if line.startswith("["))
    return _required_names(lines[: min(next(headings, len(lines)), _MOST_HEADERS)])


def _required_names(requirements: Iterable[str]) -> tuple[str, ...]:
    found = (_REQUIREMENT.match(requirement) for requirement in requirements)
    return tuple(dict.fromkeys(normalised(match.group(1)) for match in found if match))


def reduce_record(content: bytes) -> bytes:
    """Return the paths of a RECORD, one a line, without digests and sizes."""
    if len(content) > _LARGEST_RECORD:
        content = content[: content.rfind(b"\n", 0, _LARGEST_RECORD) + 1]
    if b'"' in content:
        return _AFTER_PATH.sub(rb"\1", content)
    return _AFTER_PLAIN_PATH.sub(b"", content)


def recorded_paths(record: bytes) -> list[str]:
    """Return the paths in a RECORD that was reduced."""
    lines = record.decode("utf-8", "surrogateescape").split("\n")
    return [path for path in map(_unquoted, lines) if path]


def _unquoted(line: str) -> str:
    return line[1:-1].replace('""', '"') if line.startswith('"') else line
