"""Packages of OpenWrt before apk, and of Yocto (opkg's libopkg/pkg.c and pkg_parse.c; fields are those of dpkg)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes._attribution import bringing_layers
from imgscope.probes._content import content_of
from imgscope.probes._control import Paragraph, alternatives_in, lines_of, number_in, parse_paragraphs, related_names
from imgscope.probes.base import Probe

# Where OpenWrt keeps it, and where Yocto does; either may be a link to the other.
_DIRECTORIES: Final = ("usr/lib/opkg", "var/lib/opkg")
_NOT_THERE: Final = ("not-installed", "config-files")
_DONE: Final = "installed"

Key = tuple[str, str, str]


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    seen: set[Key] = set()
    for directory in _DIRECTORIES:
        path = f"{directory}/status"
        status, node = content_of(tree, path), tree.resolve(path)
        if status is None or node is None:
            continue
        layers = bringing_layers(tree, node.path, _keys)
        for paragraph in parse_paragraphs(status):
            if _is_installed(paragraph) and _key(paragraph) not in seen:
                seen.add(_key(paragraph))
                yield _package(tree, directory, paragraph, layers.get(_key(paragraph), node.content_layer))


def _is_installed(paragraph: Paragraph) -> bool:
    is_named = bool(paragraph.get("package") and paragraph.get("version"))
    return is_named and _state(paragraph) not in (None, *_NOT_THERE)


def _state(paragraph: Paragraph) -> str | None:
    """Return the last of the three words of a status: want, flags, state."""
    words = paragraph.get("status", "").split()
    return words[2] if len(words) == 3 else None


def _key(paragraph: Paragraph) -> Key:
    return paragraph["package"], paragraph["version"], paragraph.get("architecture", "")


def _keys(content: bytes) -> Iterator[Key]:
    return (_key(paragraph) for paragraph in parse_paragraphs(content) if _is_installed(paragraph))


def _package(tree: FileTree, directory: str, status: Paragraph, layer: int) -> InstalledPackage:
    info = f"{directory}/info/{status['package']}"
    # OpenWrt leaves most fields where they came from.
    control = next(parse_paragraphs(content_of(tree, f"{info}.control") or b""), {})
    paragraph = {**control, **status}
    state = _state(status)
    return InstalledPackage(
        name=paragraph["package"],
        version=paragraph["version"],
        type="opkg",
        layer=layer,
        architecture=paragraph.get("architecture") or None,
        # Unlike dpkg, opkg counts bytes.
        installed_size=number_in(paragraph, "installed-size"),
        source=paragraph.get("sourcename") or None,
        section=paragraph.get("section"),
        needs=related_names(paragraph, "pre-depends", "depends"),
        alternatives=alternatives_in(paragraph, "pre-depends", "depends"),
        recommends=related_names(paragraph, "recommends"),
        provides=related_names(paragraph, "provides"),
        is_requested=status.get("auto-installed") != "yes",
        is_protected=paragraph.get("essential") == "yes",
        state=None if state == _DONE else state,
        paths=_paths(content_of(tree, f"{info}.list")),
    )


def _paths(listed: bytes | None) -> tuple[str, ...]:
    """Return the paths in a list, behind which Yocto writes mode and link target, parted by tabs."""
    return tuple(line.partition("\t")[0] for line in lines_of(listed)) if listed else ()


_NAMES: Final = ("status", "info/*.list", "info/*.control")
PROBE = Probe(name="opkg", wants=tuple(f"{each}/{name}" for each in _DIRECTORIES for name in _NAMES), find=_find)
