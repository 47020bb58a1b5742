"""The distribution, from os-release (the os-release man page of systemd)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imgscope.filesystem.tree import FileTree
from imgscope.probes.base import Probe
from imgscope.report import Distro

_PATHS: Final = ("etc/os-release", "usr/lib/os-release")
_LONGEST: Final = 64 * 1024
_LINE: Final = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)")
_ESCAPED: Final = re.compile(r'\\([\\"$`])')


def parse_os_release(content: bytes) -> dict[str, str]:
    """Return the assignments in `content`: shell quoting is undone, nothing is expanded, the last one wins."""
    values: dict[str, str] = {}
    for line in content[:_LONGEST].decode("utf-8", "replace").splitlines():
        assignment = _LINE.fullmatch(line)
        if assignment:
            values[assignment.group(1)] = _unquoted(assignment.group(2).strip())
    return values


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] == "'":
        return value[1:-1]
    if len(value) >= 2 and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return re.sub(r"\\(.)", r"\1", value)


def _find(tree: FileTree) -> Iterator[Distro]:
    for path in _PATHS:
        content = tree.captured(path)
        values = parse_os_release(content) if content is not None else {}
        identity = values.get("ID", "linux") if values else ""
        if not identity:
            continue
        version = values.get("VERSION_ID") or None
        name = values.get("NAME", identity)
        yield Distro(
            id=identity.lower(),
            version_id=version,
            codename=values.get("VERSION_CODENAME") or None,
            pretty_name=values.get("PRETTY_NAME") or f"{name} {version or ''}".strip(),
            id_like=values.get("ID_LIKE") or None,
            evidence=f"/{path}",
            confidence="high" if "ID" in values else "medium",
        )
        return


PROBE = Probe(name="os-release", wants=("**/os-release",), find=_find)
