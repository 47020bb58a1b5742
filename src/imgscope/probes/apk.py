"""Packages of Alpine and its relatives (apk's installed database; Alpine's "APKINDEX Format" and "Apk spec" pages)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from imgscope.facts import InstalledPackage
from imgscope.filesystem.tree import FileTree
from imgscope.probes._attribution import bringing_layers
from imgscope.probes.base import Probe

_DATABASES: Final = ("lib/apk/db/installed", "usr/lib/apk/db/installed")


class ApkRecord(msgspec.Struct, kw_only=True):
    """One paragraph of the database: single-letter fields, and the files of the package."""

    fields: dict[str, str]
    paths: list[str]


def parse_installed(content: bytes) -> Iterator[ApkRecord]:
    """Yield the packages of an installed database; `F:` opens a directory that following `R:` files are in."""
    for paragraph in content.decode("utf-8", "surrogateescape").split("\n\n"):
        record = ApkRecord(fields={}, paths=[])
        directory = ""
        for line in paragraph.split("\n"):
            letter, colon, value = line.partition(":")
            if not colon or len(letter) != 1:
                continue
            if letter == "F":
                directory = value
            elif letter == "R":
                record.paths.append(f"{directory}/{value}" if directory else value)
            else:
                record.fields.setdefault(letter, value)
        if record.fields.get("P") and record.fields.get("V"):
            yield record


def _key(record: ApkRecord) -> tuple[str, str]:
    return record.fields["P"], record.fields["V"]


def _find(tree: FileTree) -> Iterator[InstalledPackage]:
    for path in _DATABASES:
        node = tree.resolve(path)
        content = tree.captured(path)
        if content is None or node is None:
            continue
        layers = bringing_layers(tree, node.path, lambda version: map(_key, parse_installed(version)))
        for record in parse_installed(content):
            yield _package(record, layers.get(_key(record), node.content_layer))
        return


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
