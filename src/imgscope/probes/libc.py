"""The C library, from the loaders that programs ask for and the library files themselves.

Never from the distribution's name: Alpine images carry glibc programs, and Debian has a musl package. A program runs on
the C library whose loader starts it, whatever it was built for: with gcompat, programs for glibc run on musl.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.layer.elf import ElfFacts
from imgscope.linking.families import (
    family_of_interpreter,
    family_of_library,
    family_of_loader,
    family_of_program,
    is_loader_path,
)
from imgscope.probes.base import Probe
from imgscope.report import Confidence, Libc, LibcBinaries, LibcFamily
from imgscope.text import format_count, printable

_UCLIBC_VERSION: Final = re.compile(r"(?:libuClibc|ld64-uClibc|ld-uClibc)-(\d+\.\d+(?:\.\d+)*)\.so")
_GLIBC_VERSION: Final = re.compile(r"GLIBC_(\d{1,9}(?:\.\d{1,9})+)")
_GCOMPAT: Final = "libgcompat.so.0"
_MOST_INTERPRETERS: Final = 8


def _find(tree: FileTree) -> Iterator[Libc]:
    yield _Survey(tree).verdict()


class _Survey:
    """All programs and C libraries of an image."""

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        self._is_complete = not any(layer.error for layer in tree.layers)
        self._interpreters: Counter[str] = Counter()
        self._programs: Counter[LibcFamily] = Counter()
        self._pairs: set[tuple[str, LibcFamily]] = set()
        self._static = 0
        self._libraries: dict[LibcFamily, list[Node]] = {}
        for node in tree.elf_files:
            if node.content is not None and node.content.elf is not None:
                self._count(node, node.content.elf)
        self._stand_ins: dict[Node, tuple[str, LibcFamily]] = {}
        self._loaders = self._present_loaders()
        self._installed: set[LibcFamily] = {*self._loaders, *self._libraries}

    def verdict(self) -> Libc:
        family, leading = self._overall_family(), self._leading()
        loader = self._loaders.get(leading) if leading else None
        return Libc(
            family=family,
            version=self._version(leading),
            loader=loader.path if loader else None,
            evidence=tuple(self._evidence(leading, loader)),
            confidence=self._confidence(family),
            binaries=self._binaries(),
        )

    def _count(self, node: Node, elf: ElfFacts) -> None:
        if elf.is_static:
            self._static += 1
        elif elf.kind == "executable":
            interpreter, wanted = elf.interpreter or "", family_of_program(elf)
            self._interpreters[interpreter] += 1
            self._programs[wanted] += 1
            self._pairs.add((interpreter, wanted))
        elif elf.kind == "shared-library":
            family = family_of_library(node.name, elf)
            if family != "unknown":
                self._libraries.setdefault(family, []).append(node)

    def _present_loaders(self) -> dict[LibcFamily, Node]:
        """Find loaders where programs ask for them, and where their names put them."""
        loaders: dict[LibcFamily, Node] = {}
        asked_for = [path for path, _ in self._interpreters.most_common() if family_of_interpreter(path) != "unknown"]
        named = [node.path for node in self._tree.nodes if is_loader_path(node)]
        for path in [*asked_for, *named]:
            located, real = self._tree.locate(path), self._tree.resolve(path)
            family = family_of_loader(path, real) if real is not None else "unknown"
            if located is None or family == "unknown":
                continue
            if family_of_interpreter(path) in (family, "unknown"):
                loaders.setdefault(family, located)
            else:
                self._stand_ins.setdefault(located, (path.strip("/"), family))
        for located, (_, family) in self._stand_ins.items():
            loaders.setdefault(family, located)
        return loaders

    def _overall_family(self) -> LibcFamily:
        needed = {self._started_on(interpreter, wanted) for interpreter, wanted in self._pairs} - {"unknown"}
        if len(needed) > 1 or (needed and self._installed and not needed & self._installed):
            return "mixed"
        if needed or len(self._installed) == 1:
            return next(iter(needed or self._installed))
        if self._installed:
            return "mixed"
        return "unknown" if self._programs or not self._is_complete else "none"

    def _started_on(self, interpreter: str, wanted: LibcFamily) -> LibcFamily:
        """Return the C library that programs run on that ask for `interpreter`, and were built for `wanted`."""
        loader = self._tree.resolve(interpreter) if interpreter else None
        family = family_of_loader(interpreter, loader) if loader is not None else "unknown"
        return family if family != "unknown" else wanted

    def _leading(self) -> LibcFamily | None:
        """The family that most programs can run on, of those that are installed."""
        candidates = set(self._loaders) or self._installed
        return max(sorted(candidates), key=lambda family: self._programs[family], default=None)

    def _version(self, family: LibcFamily | None) -> str | None:
        return next((version for _, version in self._versions(family)), None)

    def _versions(self, family: LibcFamily | None) -> Iterator[tuple[Node, str]]:
        """Yield the files of `family` that tell its version, most telling first."""
        if family is None:
            return
        files = self._libraries.get(family, [])
        for node in files:
            if node.content and node.content.elf and node.content.elf.libc_version:
                yield node, node.content.elf.libc_version
        for node in files:
            named = _UCLIBC_VERSION.fullmatch(node.name)
            if named:
                yield node, named.group(1)
        # A build without the text that says so still defines a version for each release that added symbols.
        for node in files:
            highest = _highest_definition(node) if family == "glibc" else None
            if highest:
                yield node, highest

    def _confidence(self, family: LibcFamily) -> Confidence:
        if family == "unknown" or (family != "none" and not self._installed):
            return "low"
        return "high" if self._is_complete and (family == "none" or self._loaders) else "medium"

    def _evidence(self, family: LibcFamily | None, loader: Node | None) -> Iterator[str]:
        if loader is not None:
            real = self._tree.resolve(loader.path)
            where = f" (at /{printable(real.path)})" if real is not None and real is not loader else ""
            yield f"/{printable(loader.path)} is the loader of {family}{where}"
        for node, version in self._versions(family):
            yield f"/{printable(node.path)} says it is version {version}"
            break
        yield from self._demands()
        yield from self._standing_in()
        if self._static:
            yield format_count(self._static, "program is static", "programs are static")
        if not self._programs and not self._static and not self._installed:
            yield "no program and no C library was found"

    def _demands(self) -> Iterator[str]:
        counted = sorted(self._interpreters.items(), key=lambda item: (-item[1], item[0]))
        for interpreter, count in counted[:_MOST_INTERPRETERS]:
            verb = "asks" if count == 1 else "ask"
            missing = ", which is not in the image" if interpreter and self._tree.resolve(interpreter) is None else ""
            yield f"{format_count(count, 'program')} {verb} for {printable(interpreter) or 'no loader'}{missing}"
        hidden = sum(count for _, count in counted[_MOST_INTERPRETERS:])
        if hidden:
            yield f"{format_count(hidden, 'more program asks', 'more programs ask')} for other loaders"

    def _standing_in(self) -> Iterator[str]:
        """Yield what lets programs for one C library start on another."""
        for located, (path, family) in self._stand_ins.items():
            real = self._tree.resolve(located.path)
            beside = real.parent.children if real is not None and real.parent is not None else None
            how = "gcompat, with which" if _GCOMPAT in (beside or ()) else f"a stand-in of {family}'s, with which"
            yield f"/{printable(path)} is {how} programs for {family_of_interpreter(path)} start on {family}"

    def _binaries(self) -> LibcBinaries:
        counted = ("glibc", "musl", "uclibc")
        return LibcBinaries(
            glibc=self._programs["glibc"],
            musl=self._programs["musl"],
            uclibc=self._programs["uclibc"],
            static=self._static,
            other=sum(count for family, count in self._programs.items() if family not in counted),
        )


def _highest_definition(node: Node) -> str | None:
    """Return the newest release of glibc that the library defines symbols of."""
    elf = node.content.elf if node.content is not None else None
    matches = (_GLIBC_VERSION.fullmatch(version) for version in (elf.version_definitions if elf is not None else ()))
    numbers = (tuple(map(int, match[1].split("."))) for match in matches if match)
    return ".".join(map(str, max(numbers, default=()))) or None


PROBE = Probe(name="libc", wants=(), find=_find)
