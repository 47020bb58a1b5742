"""Packages of Fedora, SUSE and their relatives: rpm's database in every place and format; the list of distroless."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from imgscope.errors import LayerError
from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want
from imgscope.probes import _rpm_reasons
from imgscope.probes._attribution import bringing_layers
from imgscope.probes._content import content_of
from imgscope.probes._rpm_database import kept_keys, kept_packages, reduce_database
from imgscope.probes._rpm_header import RpmPackage
from imgscope.probes._rpm_manifest import parse_manifest
from imgscope.probes.base import Probe
from imgscope.text import printable

# One is usually a link to another: Fedora and SUSE moved it, rpm-ostree keeps it where nothing changes.
_DIRECTORIES: Final = ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
# Where a system moved from one format to another, the former may have been left.
_NAMES: Final = ("rpmdb.sqlite", "Packages.db", "Packages")
_JOURNALS: Final = ("-wal", "-journal")
# A write-ahead log has this much before its first change.
_LOG_HEADER_SIZE: Final = 32
_MANIFEST: Final = "var/lib/rpmmanifest/container-manifest-2"

Key = tuple[str, str, str]


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    seen: set[Key] = set()
    problems: list[str] = []
    databases: set[int] = set()
    automatic = _rpm_reasons.automatic_packages(tree)
    for directory in _DIRECTORIES:
        real = tree.resolve(directory)
        if real is None or id(real) in databases:
            continue
        databases.add(id(real))
        yield from _unseen(_in_directory(tree, directory, automatic, problems), seen)
    yield from _unseen(_in_manifest(tree), seen)
    if problems:
        raise LayerError("; ".join(problems))


def _unseen(packages: Iterable[InstalledPackage], seen: set[Key]) -> Iterator[InstalledPackage]:
    for package in packages:
        key = package.name, package.version, package.architecture or ""
        if key not in seen:
            seen.add(key)
            yield package


def _in_directory(
    tree: FileTree, directory: str, automatic: _rpm_reasons.Names | None, problems: list[str]
) -> list[InstalledPackage]:
    """Return the packages of the first database in `directory` that has any; add what cannot be read to `problems`."""
    for name in _NAMES:
        path = f"{directory}/{name}"
        content, node = content_of(tree, path), tree.resolve(path)
        if content is None or node is None:
            continue
        kept = kept_packages(content)
        if kept.problem:
            problems.append(f"/{printable(path)} cannot be read completely: {kept.problem}")
        problems.extend(_pending_changes(tree, path))
        layers = bringing_layers(tree, node.path, kept_keys)
        if kept.packages:
            return [
                _package(each, layers.get(each.key, node.content_layer), automatic=automatic) for each in kept.packages
            ]
    return []


def _pending_changes(tree: FileTree, path: str) -> Iterator[str]:
    """Say of each journal beside the database whether it holds what the database does not."""
    for suffix in _JOURNALS:
        journal = tree.resolve(path + suffix)
        if journal is not None and journal.is_file and journal.size > _LOG_HEADER_SIZE:
            yield (
                f"/{printable(path + suffix)} has {journal.size:,} bytes of changes that rpm was kept from putting into"
                " the database, so packages may be missing or listed wrongly"
            )


def _in_manifest(tree: FileTree) -> Iterator[InstalledPackage]:
    content, node = content_of(tree, _MANIFEST), tree.resolve(_MANIFEST)
    if content is not None and node is not None:
        layers = bringing_layers(tree, node.path, _manifest_keys)
        for record in parse_manifest(content):
            yield _package(record, layers.get(record.key, node.content_layer))


def _manifest_keys(content: bytes) -> Iterator[Key]:
    return (record.key for record in parse_manifest(content))


def _package(record: RpmPackage, layer: int, *, automatic: _rpm_reasons.Names | None = None) -> InstalledPackage:
    names = {record.name, f"{record.name}.{record.architecture}"}
    return InstalledPackage(
        name=record.name,
        version=record.version,
        type="rpm",
        layer=layer,
        architecture=record.architecture,
        installed_size=record.installed_size,
        source=record.source,
        section=record.section,
        needs=tuple(record.needs),
        recommends=tuple(record.recommends),
        provides=tuple(record.provides),
        is_requested=None if automatic is None else names.isdisjoint(automatic),
        paths=tuple(record.paths()),
    )


_WANTS: Final = tuple(
    Want(glob=f"{directory}/{name}", reduce=reduce_database) for directory in _DIRECTORIES for name in _NAMES
)
PROBE = Probe(name="rpm", wants=(*_WANTS, _MANIFEST, *_rpm_reasons.WANTS), find=_find)
