"""The C library, from the loaders that programs ask for and the library files themselves.

Never from the distribution's name: Alpine images carry glibc programs, and Debian has a musl package.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.probes.base import Probe
from imgscope.report import Confidence, Libc, LibcBinaries, LibcFamily
from imgscope.text import format_count

_LOADERS: Final[tuple[tuple[str, LibcFamily], ...]] = (
    ("ld-musl-", "musl"),
    ("ld-uClibc", "uclibc"),
    ("ld64-uClibc", "uclibc"),
    ("ld-linux", "glibc"),
    ("ld64.so", "glibc"),
    ("ld.so.1", "glibc"),
    ("linker", "bionic"),
)
_LIBRARIES: Final[tuple[tuple[str, LibcFamily], ...]] = (
    ("libc.so.6", "glibc"),
    ("libc.musl-", "musl"),
    ("libuClibc-", "uclibc"),
)


def family_of_interpreter(interpreter: str) -> LibcFamily:
    """Return the C library whose loader `interpreter` names, `unknown` for any other."""
    return _family(interpreter.rpartition("/")[2], _LOADERS)


def _family(name: str, known: tuple[tuple[str, LibcFamily], ...]) -> LibcFamily:
    return next((family for prefix, family in known if name.startswith(prefix)), "unknown")


def _find(tree: FileTree) -> Iterator[Libc]:
    survey = _Survey(tree)
    family = survey.family()
    leading = survey.leading()
    yield Libc(
        family=family,
        version=survey.version(leading),
        loader=survey.loader(leading),
        evidence=tuple(survey.evidence(leading)),
        confidence=survey.confidence(family),
        binaries=survey.binaries(),
    )


class _Survey:
    """All programs and C libraries of an image."""

    def __init__(self, tree: FileTree) -> None:
        self._tree = tree
        self._interpreters: Counter[str] = Counter()
        self._programs: Counter[LibcFamily] = Counter()
        self._static = 0
        self._libraries: dict[LibcFamily, list[Node]] = {}
        for node in tree.files:
            self._count(node)
        self._loaders = self._present_loaders()

    def _count(self, node: Node) -> None:
        elf = node.content.elf if node.content else None
        if elf is None:
            return
        if elf.is_static:
            self._static += 1
        elif elf.kind == "executable":
            self._interpreters[elf.interpreter or ""] += 1
            self._programs[family_of_interpreter(elf.interpreter or "")] += 1
        elif elf.kind == "shared-library":
            family = _family(elf.soname or node.name, _LIBRARIES)
            if elf.libc_version is not None and family == "unknown":
                family = "musl" if node.name.startswith(("libc.", "ld-musl-")) else "glibc"
            if family != "unknown":
                self._libraries.setdefault(family, []).append(node)

    def _present_loaders(self) -> dict[LibcFamily, Node]:
        """Find loaders where programs ask for them, and where their names put them."""
        loaders: dict[LibcFamily, Node] = {}
        wanted = [path for path, _ in self._interpreters.most_common()]
        named = [node.path for node in self._tree.nodes if _is_loader_path(node)]
        for path in [*wanted, *named]:
            family = family_of_interpreter(path)
            if path and family != "unknown" and family not in loaders and self._tree.resolve(path) is not None:
                located = self._tree.locate(path)
                if located is not None:
                    loaders[family] = located
        return loaders

    def family(self) -> LibcFamily:
        needed = {family for family in self._programs if family != "unknown"}
        present = set(self._loaders) | set(self._libraries)
        if len(needed) > 1 or (needed and present and not needed & present):
            return "mixed"
        if needed:
            return next(iter(needed))
        if len(present) == 1:
            return next(iter(present))
        if present:
            return "mixed"
        return "unknown" if self._programs else "none"

    def leading(self) -> LibcFamily | None:
        """The family that most programs can run on: the installed one first."""
        candidates: set[LibcFamily] = set(self._loaders) or set(self._libraries) or set(self._programs)
        return max(sorted(candidates), key=lambda family: self._programs[family], default=None)

    def version(self, family: LibcFamily | None) -> str | None:
        for node in self._files_of(family):
            if node.content and node.content.elf and node.content.elf.libc_version:
                return node.content.elf.libc_version
        return None

    def loader(self, family: LibcFamily | None) -> str | None:
        found = self._loaders.get(family) if family else None
        return found.path if found else None

    def confidence(self, family: LibcFamily) -> Confidence:
        if family == "unknown":
            return "low"
        return "high" if family == "none" or self._loaders else "medium"

    def evidence(self, family: LibcFamily | None) -> Iterator[str]:
        loader = self._loaders.get(family) if family else None
        if loader is not None:
            real = self._tree.resolve(loader.path)
            where = f" (at /{real.path})" if real is not None and real is not loader else ""
            yield f"/{loader.path} is the loader of {family}{where}"
        for node in self._files_of(family):
            if node.content and node.content.elf and node.content.elf.libc_version:
                yield f"/{node.path} says it is version {node.content.elf.libc_version}"
                break
        for interpreter, count in sorted(self._interpreters.items(), key=lambda item: (-item[1], item[0])):
            verb = "asks" if count == 1 else "ask"
            yield f"{format_count(count, 'program')} {verb} for {interpreter or 'no loader'}"
        if self._static:
            yield format_count(self._static, "program is static", "programs are static")
        if not self._interpreters and not self._static and loader is None:
            yield "no program and no C library was found"

    def binaries(self) -> LibcBinaries:
        counted = ("glibc", "musl", "uclibc")
        return LibcBinaries(
            glibc=self._programs["glibc"],
            musl=self._programs["musl"],
            uclibc=self._programs["uclibc"],
            static=self._static,
            other=sum(count for family, count in self._programs.items() if family not in counted),
        )

    def _files_of(self, family: LibcFamily | None) -> list[Node]:
        if family is None:
            return []
        loader = self._loaders.get(family)
        real = self._tree.resolve(loader.path) if loader else None
        return [*self._libraries.get(family, []), *([real] if real else [])]


def _is_loader_path(node: Node) -> bool:
    above = node.parent.name if node.parent else ""
    return above.startswith("lib") and not node.is_directory and _family(node.name, _LOADERS[:-1]) != "unknown"


PROBE = Probe(name="libc", wants=(), find=_find)
