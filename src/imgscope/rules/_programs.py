"""What the rules on programs and their libraries have in common: which programs count, and what stands in for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.layer.elf import ElfFacts
from imgscope.text import format_count, printable

_EXECUTABLE: Final = 0o111
_DISTRIBUTION_TYPES: Final = ("deb", "apk", "rpm", "alpm", "opkg")
# What the processor, or the kernel, runs besides its own.
_ALSO_RUN: Final = {
    "amd64": ("386",),
    "arm64": ("arm",),
    "ppc64": ("ppc",),
    "mips64": ("mips",),
    "mips64le": ("mipsle",),
}
# How packages and directories that hold one build for each platform call it.
_VARIANT: Final = re.compile(r"(?<![a-z0-9])(linuxmusl|linux|glibc|gnu|musl)(eabihf|eabi|abin32)?(?![a-z0-9])")


def elf_of(node: Node) -> ElfFacts:
    """Return the facts of an ELF file of the image; no other node may be given."""
    assert node.content is not None
    assert node.content.elf is not None
    return node.content.elf


def is_program(node: Node) -> bool:
    """Tell whether the ELF file is a program that somebody may start; without the permission it is data."""
    is_executable = node.content is not None and bool(node.content.mode & _EXECUTABLE)
    return is_executable and (elf_of(node).kind == "executable" or elf_of(node).is_static)


def is_native(image: InspectedImage, elf: ElfFacts) -> bool:
    """Tell whether the platform that the image is for runs code of this machine; so it does if it is not known."""
    architecture = image.config.platform.architecture
    return not architecture or elf.machine == architecture or elf.machine in _ALSO_RUN.get(architecture, ())


def native_programs(image: InspectedImage) -> Iterator[Node]:
    """Yield the programs of the image that are for its platform and ask for a loader."""
    for node in image.tree.elf_files:
        elf = elf_of(node)
        if elf.kind == "executable" and elf.interpreter and is_program(node) and is_native(image, elf):
            yield node


def is_of_distribution(image: InspectedImage, node: Node) -> bool:
    """Tell whether a package of the distribution brought the file, rather than a person or a language's installer."""
    owner = image.owner(node)
    return owner is not None and owner.type in _DISTRIBUTION_TYPES


def named(nodes: list[Node], kind: str = "program") -> str:
    """Return how a sentence names files of one `kind`: the path of one, or how many there are and one of them."""
    path = f"/{printable(nodes[0].path)}"
    return path if len(nodes) == 1 else f"{format_count(len(nodes), kind)} such as {path}"


def variant_key(path: str) -> str:
    """Return `path` without what tells builds for different C libraries of Linux apart.

    npm packages and Python wheels often ship a build for each and take the one that fits when they start:
    `@swc/core-linux-x64-gnu` beside `@swc/core-linux-x64-musl`, `linux-x64/node.napi.glibc.node` beside
    `node.napi.musl.node`.
    """
    return re.sub(r"[-_.@+]+", "-", _VARIANT.sub("", path)).replace("-/", "/").replace("/-", "/").strip("-")


def without_stand_ins(unusable: Iterable[Node], usable: Iterable[Node]) -> list[Node]:
    """Return those of `unusable` that none of `usable` is a build of for the C library of the image."""
    candidates = list(unusable)
    if not candidates:
        return []
    keys = {variant_key(node.path) for node in usable}
    return [node for node in candidates if variant_key(node.path) not in keys]
