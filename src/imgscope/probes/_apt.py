"""What apt keeps of its own (the man page apt.conf): what it installed by itself, and what else keeps that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imgscope.filesystem.tree import FileTree
from imgscope.probes._control import parse_paragraphs

_STATES: Final = "var/lib/apt/extended_states"
_CONFIGURATION: Final = "etc/apt/apt.conf"
_PARTS: Final = f"{_CONFIGURATION}.d"
_COMMENT: Final = re.compile(rb"/\*.*?(?:\*/|\Z)|^[ \t]*(?://|#).*?$", re.DOTALL | re.MULTILINE)
_OPTION: Final = re.compile(rb"\b(Recommends|Suggests)Important\s+\"?(\w+)\"?\s*;", re.IGNORECASE)
_MOST: Final = 64 * 1024
_NO: Final = frozenset((b"no", b"false", b"without", b"off", b"disable", b"0"))

WANTS: Final = (_STATES, _CONFIGURATION, f"{_PARTS}/*")


def installed_by_apt_alone(tree: FileTree) -> frozenset[tuple[str, str]] | None:
    """Return name and architecture of what is there only because others need it; None where apt keeps no record."""
    states = tree.captured(_STATES)
    if states is None:
        return None
    names: set[tuple[str, str]] = set()
    for paragraph in parse_paragraphs(states):
        if paragraph.get("auto-installed") == "1":
            name = paragraph.get("package", "")
            # Of packages that fit every machine, apt records the architecture of this one.
            names |= {(name, paragraph.get("architecture", "")), (name, "all")}
    return frozenset(names)


def keeping_fields(tree: FileTree) -> frozenset[str]:
    """Return which of `recommends` and `suggests` keep what apt installed by itself.

    Both do by default. Debian's images for Docker turn the latter off in `docker-autoremove-suggests`.
    """
    keeping = {"recommends": True, "suggests": True}
    for content in _configurations(tree):
        for field, value in _OPTION.findall(_COMMENT.sub(b"", content[:_MOST])):
            keeping[field.decode().lower()] = value.lower() not in _NO
    return frozenset(field for field, is_keeping in keeping.items() if is_keeping)


def _configurations(tree: FileTree) -> Iterator[bytes]:
    """Yield the files that apt reads, in its order: what comes later counts."""
    directory = tree.resolve(_PARTS)
    for path in (*(f"{_PARTS}/{name}" for name in sorted((directory and directory.children) or ())), _CONFIGURATION):
        content = tree.captured(path)
        if content is not None:
            yield content
