"""Installed for one version of an interpreter, moved to a base that has another: packages of CPython and PyPy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from imgscope.analyze import Inspection
from imgscope.comparison.data import Break
from imgscope.comparison.moved import Moved
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.report import Severity
from imgscope.text import format_count, printable

_MOST_PATHS: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class _Language:
    """Where packages for one version of an interpreter are, and what that interpreter is called.

    `place` has the groups `prefix` and `version`; `programs` are tried below that prefix and in the usual places.
    """

    name: str
    place: re.Pattern[str]
    programs: tuple[str, ...]
    versions: re.Pattern[str]


_LANGUAGES: Final = (
    _Language(
        name="Python",
        place=re.compile(r"(?P<prefix>(?:.+/)?)lib(?:64)?/python(?P<version>\d\.\d+)/site-packages"),
        programs=("bin/python{version}",),
        versions=re.compile(r"python(\d\.\d+)"),
    ),
    _Language(
        name="PyPy",
        place=re.compile(r"(?P<prefix>(?:.+/)?)lib(?:64)?/pypy(?P<version>\d\.\d+)/site-packages"),
        programs=("bin/pypy{version}",),
        versions=re.compile(r"pypy(\d\.\d+)"),
    ),
)
_USUAL: Final = ("", "usr/local/", "usr/", "opt/venv/")
_PROGRAM_DIRECTORIES: Final = ("usr/local/bin", "usr/bin", "bin", "opt/venv/bin")


def lost_interpreters(mine: Inspection, moved: Moved) -> Iterator[Break]:
    """Yield each directory of packages of the image's own whose interpreter it has now, and would not have then."""
    for directory in moved.image.directories_by_name.get("site-packages", ()):
        for language in _LANGUAGES:
            match = language.place.fullmatch(directory.path)
            if match is None:
                continue
            version, prefix = match["version"], match["prefix"]
            own = [child for child in (directory.children or {}).values() if _is_own(child, moved)]
            before = _find(mine.image.tree, language, prefix, version)
            if own and before is not None and _find(moved.image.tree, language, prefix, version) is None:
                yield _break(language, version, directory, own, moved)


def _is_own(node: Node, moved: Moved) -> bool:
    return any(
        each.content is not None and each.content_layer >= moved.first_own for each in node.walk() if each.is_file
    )


def _find(tree: FileTree, language: _Language, prefix: str, version: str) -> Node | None:
    names = (program.format(version=version) for program in language.programs)
    places = [f"{above}{name}" for name in names for above in dict.fromkeys((prefix, *_USUAL))]
    return next((node for node in map(tree.resolve, places) if node is not None and not node.is_directory), None)


def _break(language: _Language, version: str, directory: Node, own: list[Node], moved: Moved) -> Break:
    there = sorted(_versions(moved.image.tree, language))
    has = f"{language.name} {', '.join(there)}" if there else f"no {language.name}"
    packages = [node for node in own if node.name.endswith(".dist-info")]
    count = format_count(len(packages) or len(own), "package")
    return Break(
        kind="interpreter",
        severity=Severity.HIGH,
        confidence="high",
        message=f"{count} in /{printable(directory.path)} {'is' if len(packages or own) == 1 else 'are'} for "
        f"{language.name} {version}, and the base has {has}: nothing looks for them there",
        paths=tuple(node.path for node in (packages or own)[:_MOST_PATHS]),
        fix=f"install them again with the {language.name} of the base, or take a base with {language.name} {version}",
    )


def _versions(tree: FileTree, language: _Language) -> set[str]:
    found = set()
    for path in _PROGRAM_DIRECTORIES:
        directory = tree.resolve(path)
        for name, node in ((directory.children if directory else None) or {}).items():
            match = language.versions.fullmatch(name)
            if match and tree.resolve(node.path) is not None:
                found.add(match[1])
    return found
