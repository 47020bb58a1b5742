"""Modules of Python and Node.js in machine code, the programs that load them, and the packages they came in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.linking.families import family_needed
from imgscope.report import LibcFamily
from imgscope.rules._programs import elf_of, is_native
from imgscope.text import printable

# PEP 3149: the interpreter that a module is for stands in its name, or "abi3" for all of Python 3.
_PYTHON_MODULE: Final = re.compile(r".+\.(?:cpython-(?P<version>\d++)\w*+(?:-[\w-]++)?|abi3|pypy\d++-[\w-]++)\.so")
_PYTHON_PLACE: Final = re.compile(
    r"(?P<prefix>(?:.+/)?)lib(?:64)?/(?P<python>python\d(?:\.\d+)?)/(?:site-packages|dist-packages|lib-dynload)/.+"
)
_PYTHONS: Final = ("usr/local/bin/python3", "usr/bin/python3", "opt/venv/bin/python3")
_NODES: Final = ("usr/local/bin/node", "usr/bin/node", "usr/bin/nodejs", "usr/local/bin/bun")
_PACKAGE_TYPES: Final = ("pypi", "python", "npm")
_METADATA: Final = re.compile(r"(?P<name>[^/]+?)-(?P<version>[^/-]+)\.(?:dist-info|egg-info)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module in machine code, and the program of the image that loads it. `host_path` is what people call that."""

    node: Node
    host: Node
    host_path: str
    package: str


def family_of_module(image: InspectedImage, module: Module) -> LibcFamily:
    """Return the C library that a module was built for: what it says itself, or else the libraries it brings."""
    own = family_needed(elf_of(module.node))
    if own != "unknown":
        return own
    of_host = {module.host, *image.linker.link(module.host).libraries}
    brought = (node for node in image.linker.link(module.node, host=module.host).libraries if node not in of_host)
    families = (family_needed(elf_of(node)) for node in brought)
    return next((family for family in families if family != "unknown"), "unknown")


def native_modules(image: InspectedImage) -> Iterator[Module]:
    """Yield the modules that are for the platform of the image and for an interpreter that it has."""
    packages = _Packages(image)
    for node in image.tree.elf_files:
        is_node = node.name.endswith(".node")
        named = None if is_node else _PYTHON_MODULE.fullmatch(node.name)
        if (not is_node and not named) or not is_native(image, elf_of(node)):
            continue
        candidates = _NODES if is_node else _python_candidates(node.path, named["version"] if named else None)
        for path in candidates:
            host = image.tree.resolve(path)
            if host is not None and host.content is not None and host.content.elf is not None:
                yield Module(node=node, host=host, host_path=path, package=packages.of(node))
                break


def _python_candidates(path: str, version: str | None) -> tuple[str, ...]:
    """Return where the interpreter may be that imports the module at `path`, the one beside it first."""
    place = _PYTHON_PLACE.fullmatch(path)
    minor = f"python{version[0]}.{version[1:]}" if version and len(version) > 1 else None
    if place is None:
        return _PYTHONS if minor is None else tuple(f"{each.rpartition('/')[0]}/{minor}" for each in _PYTHONS)
    beside = f"{place['prefix']}bin/"
    if minor is None:
        names = (place["python"], "python3", "python")
        return (*(f"{beside}{name}" for name in names), *_PYTHONS)
    if place["python"] not in (minor, "python3"):
        # Built for another version than the one whose directory it is in: never imported.
        return ()
    return (f"{beside}{minor}", *(f"{each.rpartition('/')[0]}/{minor}" for each in _PYTHONS))


class _Packages:
    """Which Python or npm package a file came in."""

    def __init__(self, image: InspectedImage) -> None:
        self._image = image
        self._metadata: dict[int, dict[str, str]] = {}

    def of(self, node: Node) -> str:
        """Return the name, and the version where it is known, of the package that brought `node`.

        Where no package database says so, it is told from where the file is.
        """
        owner = self._image.owner(node)
        if owner is not None and owner.type in _PACKAGE_TYPES:
            return printable(f"{owner.name} {owner.version}")
        path = node.path
        if "node_modules/" in path:
            below = path.rpartition("node_modules/")[2].split("/")
            return printable("/".join(below[: 2 if below[0].startswith("@") else 1]))
        return printable(self._from_metadata(node) or node.name.partition(".")[0])

    def _from_metadata(self, node: Node) -> str | None:
        """Return the package by a `.dist-info` directory beside the file, or beside a directory above it."""
        top, directory = node, node.parent
        while directory is not None:
            found = self._names_in(directory)
            if found:
                return _best_match(found, top.name.partition(".")[0])
            top, directory = directory, directory.parent
        return None

    def _names_in(self, directory: Node) -> dict[str, str]:
        if id(directory) not in self._metadata:
            matches = (_METADATA.fullmatch(name) for name in directory.children or ())
            names = {_normalized(match["name"]): f"{match['name']} {match['version']}" for match in matches if match}
            self._metadata[id(directory)] = names
        return self._metadata[id(directory)]


def _best_match(packages: dict[str, str], name: str) -> str:
    """Return which of `packages` has the top-level module `name`; the name itself if that cannot be told."""
    wanted = _normalized(name).strip("-")
    if wanted in packages:
        return packages[wanted]
    # psycopg2 is in psycopg2_binary, and _cffi_backend in cffi.
    likely = [
        package for package in packages if f"{package}-".startswith(f"{wanted}-") or wanted.startswith(f"{package}-")
    ]
    return packages[likely[0]] if len(likely) == 1 else name


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
