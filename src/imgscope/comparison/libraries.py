"""Libraries that an image brings along for programs to load while they run: those that no rule follows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from imgscope.analyze import Inspection
from imgscope.comparison.data import Break
from imgscope.comparison.moved import Moved, is_own
from imgscope.filesystem.node import Node
from imgscope.layer.elf import ElfFacts
from imgscope.linking.families import family_needed
from imgscope.report import LibcFamily, Severity
from imgscope.text import format_count, printable

_MOST_PATHS: Final = 100
_TOLD_APART: Final[tuple[LibcFamily, ...]] = ("glibc", "musl", "uclibc", "bionic")


def foreign_libraries(mine: Inspection, moved: Moved, told: Collection[str]) -> Iterator[Break]:
    """Yield what is built for another C library than the base has, of libraries that are not among `told` paths.

    Only where it is built for the C library that the image has now: what is for another one has to be of use there.
    """
    here, there = mine.image.libc.family, moved.image.libc.family
    if here == there or here not in _TOLD_APART or there not in _TOLD_APART:
        return
    foreign = [node for node in moved.image.tree.elf_files if is_own(moved, mine, node) and node.path not in told]
    libraries = [node for node in foreign if _is_library_for(node, here)]
    if not libraries:
        return
    first = f"/{printable(libraries[0].path)}"
    counted = format_count(len(libraries), "library", "libraries")
    subject = first if len(libraries) == 1 else f"{counted} such as {first}"
    yield Break(
        kind="library",
        severity=Severity.MEDIUM,
        confidence="medium",
        message=f"{subject} {'is' if len(libraries) == 1 else 'are'} built for {here}, and the base has {there}: "
        "what loads them may fail",
        paths=tuple(node.path for node in libraries[:_MOST_PATHS]),
        fix=f"use builds for {there}",
    )


def _is_library_for(node: Node, family: LibcFamily) -> bool:
    elf: ElfFacts | None = node.content.elf if node.content is not None else None
    return elf is not None and elf.kind == "shared-library" and not elf.interpreter and family_needed(elf) == family
