"""Packages of Alpine and its relatives (apk's installed database; Alpine's "APKINDEX Format" and "Apk spec" pages)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes._attribution import bringing_layers
from imgscope.probes._content import content_of
from imgscope.probes.base import Probe

# Where apk-tools 2 and 3 keep it; one is usually a link to the other where both are there.
_DATABASES: Final = ("lib/apk/db/installed", "usr/lib/apk/db/installed")

Key = tuple[str, str, str]


class ApkRecord(msgspec.Struct, kw_only=True):
    """One paragraph of the database: single-letter fields, and the files of the package."""

    fields: dict[str, str]
    paths: list[str]

    @property
    def key(self) -> Key:
        """What tells this version of the package from all others."""
        return self.fields["P"], self.fields["V"], self.fields.get("A", "")


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
    for path in _DATABASES:
        node = tree.resolve(path)
        content = content_of(tree, path)
        if content is None or node is None:
            continue
        layers = bringing_layers(tree, node.path, _keys)
        for record in parse_installed(content):
            if record.key not in seen:
                seen.add(record.key)
                yield _package(record, layers.get(record.key, node.content_layer))


def _package(record: ApkRecord, layer: int) -> InstalledPackage:
    size = record.fields.get("I", "")
    return InstalledPackage(
        name=record.fields["P"],
        version=record.fields["V"],
        type="apk",
        layer=layer,
        architecture=record.fields.get("A"),
        installed_size=int(size) if size.isascii() and size.isdigit() and len(size) < 19 else None,
        source=record.fields.get("o"),
        paths=tuple(record.paths),
    )


PROBE = Probe(name="apk", wants=_DATABASES, find=_find)
