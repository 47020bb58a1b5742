"""How an image configures its loaders: ld.so.conf and ld.so.cache of glibc, and musl's path files.

Sources: the man pages ld.so(8) and ldconfig(8), and musl's ldso/dynlink.c.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.linking.loader_cache import parse_loader_cache

_CONFIGURATION: Final = "etc/ld.so.conf"
_CACHE: Final = "etc/ld.so.cache"
_MUSL_PATH: Final = re.compile(r"ld-musl-(.+)\.path")
_MOST_FILES: Final = 1000
_MOST_DIRECTORIES: Final = 1000
_MOST_PATTERNS: Final = 1000
_LONGEST_PATTERN: Final = 4096
_MOST_COMPARED: Final = 100_000

WANTED: Final = (_CONFIGURATION, "etc/ld.so.conf.d/*", _CACHE, "etc/ld-musl-*.path")
"""The files whose content the configuration is read from, as path globs."""

Read = Callable[[str], bytes | None]
"""Returns the content of the file that a path leads to, or None where there is none."""


class LinkerConfiguration(msgspec.Struct, frozen=True, kw_only=True):
    """Where loaders look besides their default directories.

    `directories` are those that ldconfig searches, in its order. `cached` has what it found when it last ran: paths by
    name of the library, empty where it never did; None where that cannot be read. `musl_paths` has the directories
    that replace musl's defaults, by architecture as musl calls it.
    """

    directories: tuple[str, ...] = ()
    cached: dict[str, tuple[str, ...]] | None = None
    musl_paths: dict[str, tuple[str, ...]] = {}


def read_configuration(tree: FileTree, read: Read) -> LinkerConfiguration:
    """Return how the image of `tree` configures its loaders; `read` gives the content of the files in `WANTED`."""
    return LinkerConfiguration(
        directories=tuple(_ConfigurationFiles(tree, read).directories()),
        cached=parse_loader_cache(read(_CACHE) or b"") if tree.resolve(_CACHE) is not None else {},
        musl_paths=dict(_musl_paths(tree, read)),
    )


def _musl_paths(tree: FileTree, read: Read) -> Iterator[tuple[str, tuple[str, ...]]]:
    etc = tree.resolve("etc")
    for name in sorted((etc.children if etc else None) or ()):
        match = _MUSL_PATH.fullmatch(name)
        content = read(f"etc/{name}") if match else None
        if match and content is not None:
            yield match.group(1), tuple(filter(None, re.split("[:\n]", _decoded(content))))[:_MOST_DIRECTORIES]


class _ConfigurationFiles:
    """ld.so.conf and what it includes, each file once; no more of it than any honest image has."""

    def __init__(self, tree: FileTree, read: Read) -> None:
        self._tree = tree
        self._read = read
        self._seen: set[str] = set()
        self._included = 0
        self._patterns = 0
        self._compared = 0
        self._names: dict[Node, list[str]] = {}

    def directories(self) -> list[str]:
        """Return the directories in the order in which ldconfig comes to them, each once."""
        found: dict[str, None] = {}
        # The files that are still to be read, and the lines that are left of those that include them.
        waiting: list[Iterator[str]] = [self._lines(_CONFIGURATION)]
        while waiting and len(found) < _MOST_DIRECTORIES:
            line = next(waiting[-1], None)
            if line is None:
                waiting.pop()
                continue
            word, _, rest = line.partition(" ")
            if word == "include":
                included = [path for pattern in rest.split() for path in self._matching(pattern)]
                waiting.extend(self._lines(path) for path in reversed(included))
            elif word != "hwcap":
                # What follows a "=" says which kind of libraries the directory has.
                found[line.partition("=")[0].rstrip()] = None
        return list(found)

    def _lines(self, path: str) -> Iterator[str]:
        node = self._tree.resolve(path)
        if node is None or not node.is_file or node.path in self._seen or len(self._seen) >= _MOST_FILES:
            return
        self._seen.add(node.path)
        for line in _decoded(self._read(path) or b"").split("\n"):
            said = line.partition("#")[0].replace("\t", " ").strip()
            if said:
                yield said

    def _matching(self, pattern: str) -> list[str]:
        """Return the files that a glob names; only its last component may have wildcards."""
        self._patterns += 1
        if self._patterns > _MOST_PATTERNS or len(pattern) > _LONGEST_PATTERN:
            return []
        directory, _, name = (pattern if pattern.startswith("/") else f"etc/{pattern}").rpartition("/")
        names = self._names_in(self._tree.resolve(directory))
        self._compared += len(names)
        if self._compared > _MOST_COMPARED:
            return []
        matching = [each for each in fnmatch.filter(names, name) if not each.startswith(".")]
        kept = matching[: max(_MOST_FILES - self._included, 0)]
        self._included += len(kept)
        return [f"{directory}/{each}" for each in kept]

    def _names_in(self, directory: Node | None) -> list[str]:
        if directory is None or not directory.children:
            return []
        if directory not in self._names:
            self._names[directory] = sorted(directory.children)
        return self._names[directory]


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
