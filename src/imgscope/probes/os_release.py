"""The distribution, from os-release (the os-release man page of systemd)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imgscope.filesystem.tree import FileTree
from imgscope.probes._content import content_of
from imgscope.probes._end_of_life import end_of_life
from imgscope.probes.base import Probe
from imgscope.report import Distro

PATHS: Final = ("etc/os-release", "usr/lib/os-release")
# What the two lead to is called os-release-workstation, etc-os-release and the like.
_WANTED: Final = ("**/os-release", "**/*-os-release", "**/os-release-*")
# All that distroless images say of themselves there; the name tells what they are made of.
_DISTROLESS: Final = "Distroless"
_LONGEST: Final = 64 * 1024
_LINE: Final = re.compile(r"[ \t]*([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
# One piece of a shell word: 'as it is', "with some escapes", an escaped character, or bare characters.
_PIECE: Final = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)""", re.DOTALL)
_ESCAPED: Final = re.compile(r'\\([\\"$`])')


def parse_os_release(content: bytes) -> dict[str, str]:
    """Return the assignments in `content`: shell quoting is undone, nothing is expanded, the last one wins.

    Lines that are no assignment are skipped. Only the first 64 KiB are read.
    """
    values: dict[str, str] = {}
    for line in content[:_LONGEST].decode("utf-8", "replace").split("\n"):
        assignment = _LINE.fullmatch(line.rstrip("\r"))
        if assignment:
            values[assignment.group(1)] = _unquoted(assignment.group(2).strip())
    return values


def _unquoted(value: str) -> str:
    pieces: list[str] = []
    position = 0
    while position < len(value):
        piece = _PIECE.match(value, position)
        if piece is None:
            # A quote that is never closed is no quote; what follows a space is another word.
            return "".join(pieces) if value[position].isspace() else value
        single, double, escaped, bare = piece.groups()
        pieces.append(_ESCAPED.sub(r"\1", double) if double is not None else single or escaped or bare or "")
        position = piece.end()
    return "".join(pieces)


def _find(tree: FileTree) -> Iterator[Distro]:
    for path in PATHS:
        values = parse_os_release(content_of(tree, path) or b"")
        if values:
            yield _distro(values, path)
            return


def _distro(values: dict[str, str], path: str) -> Distro:
    identity = values.get("ID") or "linux"
    version = values.get("VERSION_ID") or None
    name = values.get("NAME") or identity
    pretty_name = values.get("PRETTY_NAME") or f"{name} {version or ''}".strip()
    if pretty_name == _DISTROLESS:
        pretty_name = f"{_DISTROLESS} ({name} {version or ''})".replace(" )", ")")
    return Distro(
        id=identity.lower(),
        version_id=version,
        codename=values.get("VERSION_CODENAME") or None,
        pretty_name=pretty_name,
        id_like=values.get("ID_LIKE") or None,
        evidence=f"/{path}",
        confidence="high" if values.get("ID") else "medium",
        end_of_life=end_of_life(identity.lower(), version, pretty_name),
    )


PROBE = Probe(name="os-release", wants=_WANTED, find=_find)
