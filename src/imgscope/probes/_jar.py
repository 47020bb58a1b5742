"""What a jar says of itself, and of the jars in it (the JAR File Specification; Maven's `pom.properties`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from imgscope.probes._zip import Member, ZipView

_MANIFEST: Final = "META-INF/MANIFEST.MF"
_MAVEN: Final = re.compile(r"META-INF/maven/([^/]{1,256})/([^/]{1,256})/pom\.properties")
_ARCHIVES: Final = (".jar", ".war", ".ear", ".rar")
_READ_OF_MANIFEST: Final = (
    "Implementation-Title",
    "Implementation-Version",
    "Implementation-Vendor-Id",
    "Specification-Version",
    "Bundle-Version",
)
_LARGEST_TEXT: Final = 256 * 1024
_LARGEST_NESTED: Final = 64 * 1024 * 1024
# What is in a jar was compressed before or is class files: no honest one unpacks to so many times its own size.
_UNPACKED_TIMES: Final = 16
_MOST_MEMBERS: Final = 500_000
_MOST_COORDINATES: Final = 1000
_MOST_NESTED: Final = 2000
_LONGEST_TEXT: Final = 256
_MOST_TEXT_KEPT: Final = 4 * 1024 * 1024


class Coordinates(msgspec.Struct, frozen=True, array_like=True):
    """What Maven calls a package by."""

    group: str
    artifact: str
    version: str


class Jar(msgspec.Struct, frozen=True, array_like=True):
    """A jar: `path` where it is in the one around it, `manifest` what is read of its main section."""

    path: str = ""
    manifest: dict[str, str] = {}
    coordinates: tuple[Coordinates, ...] = ()
    nested: tuple[Jar, ...] = ()


class _Kept(msgspec.Struct, frozen=True, array_like=True, tag="imgscope-jar"):
    """A jar that was reduced to what is read of it."""

    jar: Jar


_decoder = msgspec.json.Decoder(_Kept)
_MARK: Final = b'["imgscope-jar"'


def reduce_jar(content: bytes) -> bytes:
    """Return what is read of a jar, in a form that `parse_jar` understands; nothing if it is none."""
    jar = parse_jar(content)
    kept = msgspec.json.encode(_Kept(jar)) if jar is not None else b""
    return kept if len(kept) <= _MOST_TEXT_KEPT else b""


def parse_jar(content: bytes) -> Jar | None:
    """Return what the jar in `content` says, whole or reduced; None if it is none."""
    if not content.startswith(_MARK):
        return _Reader(len(content)).jar(memoryview(content))
    try:
        return _decoder.decode(content).jar if len(content) <= _MOST_TEXT_KEPT else None
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


class _Reader:
    """Reads one jar and those in it, so much in all and no more."""

    def __init__(self, size: int) -> None:
        self._unpacked_left = _LARGEST_TEXT + _UNPACKED_TIMES * size
        self._members_left = _MOST_MEMBERS
        self._coordinates_left = _MOST_COORDINATES

    def jar(self, content: memoryview, path: str = "", *, is_nested: bool = False) -> Jar | None:
        view = ZipView(content)
        manifest: dict[str, str] = {}
        coordinates: list[Coordinates] = []
        nested: list[Jar] = []
        is_empty = True
        for member in self._members(view):
            is_empty = False
            described = _MAVEN.fullmatch(member.name)
            if member.name == _MANIFEST:
                manifest = _manifest(self._text(view, member))
            elif described and self._coordinates_left:
                self._coordinates_left -= 1
                coordinates += _coordinates(self._text(view, member), *described.groups())
            elif member.name.endswith(_ARCHIVES) and not is_nested and len(nested) < _MOST_NESTED:
                inner = self._nested(view, member)
                nested += [inner] if inner is not None else []
        return None if is_empty else Jar(path, manifest, tuple(coordinates), tuple(nested))

    def _members(self, view: ZipView) -> Iterator[Member]:
        for member in view.members():
            self._members_left -= 1
            if self._members_left < 0:
                return
            yield member

    def _nested(self, view: ZipView, member: Member) -> Jar | None:
        if len(member.name) > _LONGEST_TEXT:
            return None
        content = self._read(view, member, _LARGEST_NESTED)
        # One that cannot be read, as in the part of a huge jar that was not held, still has a name.
        return Jar(member.name) if content is None else self.jar(content, member.name, is_nested=True)

    def _text(self, view: ZipView, member: Member) -> str:
        content = self._read(view, member, _LARGEST_TEXT)
        return bytes(content).decode("utf-8", "replace") if content is not None else ""

    def _read(self, view: ZipView, member: Member, limit: int) -> memoryview | None:
        content = view.read(member, min(limit, self._unpacked_left))
        self._unpacked_left -= len(content) if content is not None else 0
        return content


def _manifest(text: str) -> dict[str, str]:
    """Return the attributes that are read of the main section; a line that begins with a space goes on."""
    main, _, _ = text.replace("\r\n", "\n").replace("\r", "\n").partition("\n\n")
    pairs = (line.partition(":") for line in main.replace("\n ", "").split("\n"))
    read = ((name.strip(), value.strip()) for name, _, value in pairs)
    return {name: value for name, value in read if name in _READ_OF_MANIFEST and 0 < len(value) <= _LONGEST_TEXT}


def _coordinates(text: str, group: str, artifact: str) -> Iterable[Coordinates]:
    """Return what a pom.properties says; group and artifact are in its path, too."""
    found = re.search(r"^version[ \t]*[=:][ \t]*(\S{1,256})[ \t]*$", text.replace("\r", "\n"), re.MULTILINE)
    return [Coordinates(group, artifact, found.group(1))] if found else []
