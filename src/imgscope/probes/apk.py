"""Packages of Alpine and its relatives (apk's installed database; Alpine's "APKINDEX Format" and "Apk spec" pages)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes._attribution import bringing_layers
from imgscope.probes._content import content_of
from imgscope.probes.base import Probe

# Where apk-tools 2 and 3 keep it; one is usually a link to the other where both are there.
_DATABASES: Final = ("lib/apk/db/installed", "usr/lib/apk/db/installed")
_WORLD: Final = "etc/apk/world"
_NAME: Final = re.compile(r"[^\s<>=~@]+")

Key = tuple[str, str, str]


class ApkRecord(msgspec.Struct, kw_only=True):
    """One paragraph of the database: single-letter fields, and the files of the package."""

    fields: dict[str, str]
    paths: list[str]

    @property
    def key(self) -> Key:
        """What tells this version of the package from all others."""
        return self.fields["P"], self.fields["V"], self.fields.get("A", "")

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of packages, or of what packages provide, that this one depends on."""
        return _names(self.fields.get("D", "").split())

    @property
    def provides(self) -> tuple[str, ...]:
        """The other names that it goes by."""
        return _names(self.fields.get("p", "").split())


def parse_installed(content: bytes) -> Iterator[ApkRecord]:
    """Yield the packages of an installed database; `F:` opens a directory that following `R:` files are in."""
    for paragraph in content.split(b"\n\n"):
        record = ApkRecord(fields={}, paths=[])
        directory = ""
        for line in paragraph.split(b"\n"):
            letter, value = line[:1].decode("ascii", "replace"), line[2:]
            if line[1:2] != b":":
                continue
            if letter == "F":
                directory = _path(value)
            elif letter == "R":
                record.paths.append(f"{directory}/{_path(value)}" if directory else _path(value))
            else:
                record.fields.setdefault(letter, value.decode("utf-8", "replace"))
        if record.fields.get("P") and record.fields.get("V"):
            yield record


def _path(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _keys(content: bytes) -> Iterator[Key]:
    return (record.key for record in parse_installed(content))


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    seen: set[Key] = set()
    world = tree.captured(_WORLD)
    for path in _DATABASES:
        node = tree.resolve(path)
        content = content_of(tree, path)
        if content is None or node is None:
            continue
        layers = bringing_layers(tree, node.path, _keys)
        records = list(parse_installed(content))
        requested = None if world is None else frozenset(_names(world.decode("utf-8", "replace").split()))
        brought = _brought(records)
        for record in records:
            if record.key not in seen:
                seen.add(record.key)
                yield _package(record, layers.get(record.key, node.content_layer), requested, brought)


def _brought(records: Iterable[ApkRecord]) -> dict[str, list[str]]:
    """Return what apk installs by itself where the packages that it goes with are ("install_if"), by their names."""
    brought: dict[str, list[str]] = {}
    for record in records:
        for name in _names(record.fields.get("i", "").split()):
            brought.setdefault(name, []).append(record.fields["P"])
    return brought


def _names(words: Iterable[str]) -> tuple[str, ...]:
    """Return what dependencies name, without versions and repositories; `!` marks what must not be there."""
    found = (_NAME.match(word) for word in words if not word.startswith("!"))
    return tuple(match.group() for match in found if match)


def _package(
    record: ApkRecord, layer: int, requested: frozenset[str] | None, brought: dict[str, list[str]]
) -> InstalledPackage:
    size = record.fields.get("I", "")
    name = record.fields["P"]
    companions = (each for alias in (name, *record.provides) for each in brought.get(alias, ()))
    return InstalledPackage(
        name=name,
        version=record.fields["V"],
        type="apk",
        layer=layer,
        architecture=record.fields.get("A"),
        installed_size=int(size) if size.isascii() and size.isdigit() and len(size) < 19 else None,
        source=record.fields.get("o"),
        needs=record.needs,
        recommends=tuple(dict.fromkeys(companions)),
        provides=record.provides,
        # It may have been asked for by what it provides, such as so:libpq.so.5.
        is_requested=None if requested is None else not requested.isdisjoint((name, *record.provides)),
        paths=tuple(record.paths),
    )


PROBE = Probe(name="apk", wants=(*_DATABASES, _WORLD), find=_find)
