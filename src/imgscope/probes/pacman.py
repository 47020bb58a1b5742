"""Packages of Arch Linux and its relatives (pacman's local database: lib/libalpm/be_local.c, alpm-db-desc man page)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes._attribution import bringing_layers
from imgscope.probes._content import content_of
from imgscope.probes.base import Probe

_DATABASE: Final = "var/lib/pacman/local"
_SECTION: Final = re.compile(r"%([A-Z0-9]+)%")
_NAME: Final = re.compile(r"[^\s<>=:]+")
_AS_DEPENDENCY: Final = "1"
_LONGEST_NUMBER: Final = 18

Key = tuple[str | None, ...]


def parse_sections(content: bytes) -> dict[str, list[str]]:
    """Return the lines of each section of a `desc` or `files`: a name between `%`, lines, and an empty line."""
    sections: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in content.decode("utf-8", "surrogateescape").split("\n"):
        if not line:
            lines = None
        elif lines is not None:
            lines.append(line)
        elif section := _SECTION.fullmatch(line):
            lines = sections.setdefault(section[1], [])
    return sections


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    directory = tree.resolve(_DATABASE)
    for name in sorted((directory.children or {}) if directory else {}):
        path = f"{_DATABASE}/{name}"
        description, node = content_of(tree, f"{path}/desc"), tree.resolve(f"{path}/desc")
        if description is not None and node is not None:
            files = parse_sections(content_of(tree, f"{path}/files") or b"").get("FILES", [])
            layers = bringing_layers(tree, node.content.path if node.content else path, _keys)
            layer = layers.get(_key(description), node.content_layer)
            package = _package(parse_sections(description), layer, files)
            if package is not None:
                yield package


def _keys(content: bytes) -> Iterator[Key]:
    yield _key(content)


def _key(content: bytes) -> Key:
    """Return what tells this installation from others; the reason for it, `pacman -D` changes without one."""
    sections = parse_sections(content)
    return tuple(_first(sections, name) for name in ("NAME", "VERSION", "INSTALLDATE"))


def _package(sections: dict[str, list[str]], layer: int, files: Iterable[str]) -> InstalledPackage | None:
    name, version = _first(sections, "NAME"), _first(sections, "VERSION")
    if name is None or version is None:
        return None
    size = _first(sections, "SIZE") or ""
    return InstalledPackage(
        name=name,
        version=version,
        type="alpm",
        layer=layer,
        architecture=_first(sections, "ARCH"),
        installed_size=int(size) if size.isascii() and size.isdigit() and len(size) < _LONGEST_NUMBER else None,
        source=_first(sections, "BASE"),
        needs=_names(sections.get("DEPENDS", ())),
        provides=_names(sections.get("PROVIDES", ())),
        is_requested=_first(sections, "REASON") != _AS_DEPENDENCY,
        paths=tuple(path for path in files if not path.endswith("/")),
    )


def _first(sections: dict[str, list[str]], name: str) -> str | None:
    values = sections.get(name)
    return _shown(values[0]) if values else None


def _names(relations: Iterable[str]) -> tuple[str, ...]:
    """Return what relations such as `glibc>=2.38` and `libacl.so=1-64` name."""
    return tuple(dict.fromkeys(_shown(match[0]) for each in relations if (match := _NAME.match(each))))


def _shown(text: str) -> str:
    """Return `text` with what is no UTF-8 replaced: only paths have to be kept to the byte."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


PROBE = Probe(name="pacman", wants=(f"{_DATABASE}/*/desc", f"{_DATABASE}/*/files"), find=_find)
