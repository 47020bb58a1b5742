"""Packages of Debian and its relatives (the man pages deb-control and apt-mark; distroless keeps status.d)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes._attribution import bringing_layers
from imgscope.probes._content import content_of
from imgscope.probes.base import Probe

_STATUS: Final = "var/lib/dpkg/status"
_STATUS_DIRECTORY: Final = "var/lib/dpkg/status.d"
_LISTS: Final = "var/lib/dpkg/info"
_APT_STATES: Final = "var/lib/apt/extended_states"
_KIBIBYTE: Final = 1024
_RELATION: Final = re.compile(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]*)")

Paragraph = dict[str, str]


def parse_paragraphs(content: bytes) -> Iterator[Paragraph]:
    """Yield the paragraphs of a control file: fields by lowercase name, continuation lines left out."""
    paragraph: Paragraph = {}
    for line in content.decode("utf-8", "replace").split("\n"):
        if not line.strip():
            if paragraph:
                yield paragraph
            paragraph = {}
        elif not line[0].isspace():
            name, colon, value = line.partition(":")
            if colon:
                paragraph[name.lower()] = value.strip()
    if paragraph:
        yield paragraph


def _is_installed(paragraph: Paragraph) -> bool:
    if not paragraph.get("package") or not paragraph.get("version"):
        return False
    # Want, error, state; "deinstall ok config-files" is what a removed package leaves.
    state = paragraph.get("status", "install ok installed").split()
    return len(state) == 3 and state[2] not in ("not-installed", "config-files")


def _key(paragraph: Paragraph) -> tuple[str, str, str]:
    return paragraph["package"], paragraph["version"], paragraph.get("architecture", "")


def _keys(content: bytes) -> Iterator[tuple[str, str, str]]:
    return (_key(paragraph) for paragraph in parse_paragraphs(content) if _is_installed(paragraph))


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    seen: set[tuple[str, str, str | None]] = set()
    for package in (*_from_status(tree), *_from_directory(tree)):
        key = package.name, package.version, package.architecture
        if key not in seen:
            seen.add(key)
            yield package


def _from_status(tree: FileTree) -> Iterator[InstalledPackage]:
    status, node = content_of(tree, _STATUS), tree.resolve(_STATUS)
    if status is None or node is None:
        return
    layers = bringing_layers(tree, node.path, _keys)
    automatic = _installed_by_apt_alone(tree)
    for paragraph in parse_paragraphs(status):
        if _is_installed(paragraph):
            layer = layers.get(_key(paragraph), node.content_layer)
            requested = None if automatic is None else paragraph["package"] not in automatic
            yield _package(paragraph, layer, _listed_paths(tree, paragraph), is_requested=requested)


def _installed_by_apt_alone(tree: FileTree) -> frozenset[str] | None:
    """Return the names of packages that are there only because others need them; None where apt keeps no record."""
    states = tree.captured(_APT_STATES)
    if states is None:
        return None
    return frozenset(
        paragraph.get("package", "") for paragraph in parse_paragraphs(states) if paragraph.get("auto-installed") == "1"
    )


def _from_directory(tree: FileTree) -> Iterator[InstalledPackage]:
    """Read what distroless images have instead: a file a package, and its paths in another beside."""
    directory = tree.resolve(_STATUS_DIRECTORY)
    for name in sorted((directory.children or {}) if directory else {}):
        if name.endswith(".md5sums"):
            continue
        content = content_of(tree, f"{_STATUS_DIRECTORY}/{name}")
        node = tree.resolve(f"{_STATUS_DIRECTORY}/{name}")
        if content is None or node is None:
            continue
        sums = content_of(tree, f"{_STATUS_DIRECTORY}/{name}.md5sums") or b""
        paths = tuple(line.partition("  ")[2] for line in _lines(sums) if "  " in line)
        for paragraph in parse_paragraphs(content):
            if _is_installed(paragraph):
                yield _package(paragraph, node.content_layer, paths)


def _package(
    paragraph: Paragraph, layer: int, paths: tuple[str, ...], *, is_requested: bool | None = None
) -> InstalledPackage:
    claimed = paragraph.get("installed-size", "")
    is_number = claimed.isascii() and claimed.isdigit() and len(claimed) < 16
    return InstalledPackage(
        name=paragraph["package"],
        version=paragraph["version"],
        type="deb",
        layer=layer,
        architecture=paragraph.get("architecture") or None,
        installed_size=int(claimed) * _KIBIBYTE if is_number else None,
        source=paragraph.get("source", paragraph["package"]).partition(" ")[0],
        section=paragraph.get("section"),
        needs=_names(paragraph, "pre-depends", "depends"),
        recommends=_names(paragraph, "recommends"),
        provides=_names(paragraph, "provides"),
        is_requested=is_requested,
        paths=paths,
    )


def _names(paragraph: Paragraph, *fields: str) -> tuple[str, ...]:
    """Return the packages that relationship fields name, without versions and architectures (deb-control)."""
    relations = ",".join(paragraph.get(field, "") for field in fields)
    return tuple(dict.fromkeys(_RELATION.findall(relations)))


def _listed_paths(tree: FileTree, paragraph: Paragraph) -> tuple[str, ...]:
    name, architecture = paragraph["package"], paragraph.get("architecture", "")
    for stem in (name, f"{name}:{architecture}"):
        content = content_of(tree, f"{_LISTS}/{stem}.list")
        if content is not None:
            return tuple(_lines(content))
    return ()


def _lines(content: bytes) -> list[str]:
    """Return the lines of a list of paths, which may hold anything but a line feed."""
    return content.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n")


PROBE = Probe(name="dpkg", wants=(_STATUS, f"{_STATUS_DIRECTORY}/*", f"{_LISTS}/*.list", _APT_STATES), find=_find)
