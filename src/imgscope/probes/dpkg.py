"""Packages of Debian and its relatives (the man pages dpkg, deb-control and apt-mark; distroless keeps status.d)."""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Final

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes import _apt, _dpkg_paths
from imgscope.probes._attribution import bringing_layers
from imgscope.probes._content import content_of
from imgscope.probes._control import Paragraph, alternatives_in, number_in, parse_paragraphs, related_names
from imgscope.probes.base import Probe

_STATUS: Final = "var/lib/dpkg/status"
_STATUS_DIRECTORY: Final = "var/lib/dpkg/status.d"
_KIBIBYTE: Final = 1024
# "deinstall ok config-files" is what a removed package leaves.
_NOT_THERE: Final = ("not-installed", "config-files")
_DONE: Final = "installed"

Key = tuple[str, str, str]


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    seen: set[Key] = set()
    for package in (*_from_status(tree), *_from_directory(tree)):
        key = package.name, package.version, package.architecture or ""
        if key not in seen:
            seen.add(key)
            yield package


def _from_status(tree: FileTree) -> Iterator[InstalledPackage]:
    status, node = content_of(tree, _STATUS), tree.resolve(_STATUS)
    if status is None or node is None:
        return
    layers = bringing_layers(tree, node.path, _keys)
    automatic, keeping = _apt.installed_by_apt_alone(tree), _apt.keeping_fields(tree)
    diversions = _dpkg_paths.read_diversions(tree)
    for paragraph in parse_paragraphs(status):
        if _is_installed(paragraph):
            name, _, architecture = key = _key(paragraph)
            yield _package(
                paragraph,
                layers.get(key, node.content_layer),
                _dpkg_paths.paths_of(tree, name, architecture, diversions),
                keeping=keeping,
                is_requested=None if automatic is None else not {(name, architecture), (name, "")} & automatic,
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
        layers = bringing_layers(tree, node.content.path if node.content else node.path, _keys)
        for paragraph in parse_paragraphs(content):
            if _is_installed(paragraph):
                yield _package(
                    paragraph, layers.get(_key(paragraph), node.content_layer), _dpkg_paths.summed_paths(sums)
                )


def _is_installed(paragraph: Paragraph) -> bool:
    if not paragraph.get("package") or not paragraph.get("version"):
        return False
    state = _state(paragraph)
    return state is not None and state not in _NOT_THERE


def _state(paragraph: Paragraph) -> str | None:
    """Return the last of the three words of a status: want, error, state; distroless keeps none."""
    words = paragraph.get("status", f"install ok {_DONE}").split()
    return words[2] if len(words) == 3 else None


def _is_protected(paragraph: Paragraph) -> bool:
    """Tell whether apt keeps the package although nothing needs it (apt-pkg/depcache.cc, `MarkRequired`)."""
    is_needed_by_all = any(paragraph.get(field) == "yes" for field in ("essential", "protected", "important"))
    is_held = paragraph.get("status", "").startswith("hold ")
    is_apt = paragraph["package"] == "apt"
    return is_needed_by_all or is_held or is_apt or paragraph.get("priority") == "required"


def _key(paragraph: Paragraph) -> Key:
    return paragraph["package"], paragraph["version"], paragraph.get("architecture", "")


def _keys(content: bytes) -> Iterator[Key]:
    return (_key(paragraph) for paragraph in parse_paragraphs(content) if _is_installed(paragraph))


def _package(
    paragraph: Paragraph,
    layer: int,
    paths: tuple[str, ...],
    *,
    keeping: Container[str] = ("recommends", "suggests"),
    is_requested: bool | None = None,
) -> InstalledPackage:
    claimed, state = number_in(paragraph, "installed-size"), _state(paragraph)
    return InstalledPackage(
        name=paragraph["package"],
        version=paragraph["version"],
        type="deb",
        layer=layer,
        architecture=paragraph.get("architecture") or None,
        installed_size=None if claimed is None else claimed * _KIBIBYTE,
        source=paragraph.get("source", paragraph["package"]).partition(" ")[0],
        section=paragraph.get("section"),
        needs=related_names(paragraph, "pre-depends", "depends"),
        alternatives=alternatives_in(paragraph, "pre-depends", "depends"),
        recommends=related_names(paragraph, "recommends") if "recommends" in keeping else (),
        suggests=related_names(paragraph, "suggests") if "suggests" in keeping else (),
        provides=related_names(paragraph, "provides"),
        is_requested=is_requested,
        is_protected=_is_protected(paragraph),
        state=None if state == _DONE else state,
        paths=paths,
    )


PROBE = Probe(name="dpkg", wants=(_STATUS, f"{_STATUS_DIRECTORY}/*", *_apt.WANTS, *_dpkg_paths.WANTS), find=_find)
