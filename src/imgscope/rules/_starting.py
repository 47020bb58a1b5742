"""Why the kernel does not start a program that is there: it is for another processor, or its loader is missing."""

from __future__ import annotations

from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.linking.families import family_of_loader, family_of_program
from imgscope.rules._programs import elf_of, is_native, is_program
from imgscope.text import printable

MACHINES: Final = frozenset(
    "386 amd64 arm arm64 loong64 mips mips64 mips64le mipsle ppc64 ppc64le riscv64 s390x".split()
)
"""Machines that have a Linux to run programs; what is for others is firmware, or code for a graphics processor."""

TAKE_THE_BUILD: Final = (
    "take the build for the platform of the image; in a Dockerfile, ARG TARGETARCH tells which that is"
)
"""What to do about a program for another processor."""

_QEMU: Final = {
    "amd64": "x86_64",
    "386": "i386",
    "arm64": "aarch64",
    "loong64": "loongarch64",
    "mipsle": "mipsel",
    "mips64le": "mips64el",
}


def lacks_loader(image: InspectedImage, node: Node) -> bool:
    """Tell whether the ELF file asks for a loader that is not in the image, and not mounted into it either."""
    interpreter = elf_of(node).interpreter
    if not interpreter or image.linker.loader_of(node) is not None:
        return False
    # Android mounts the directory that the loader is in before it starts anything.
    return not (family_of_program(elf_of(node)) == "bionic" and image.tree.locate(interpreter))


def without_loader(image: InspectedImage, node: Node, *, is_one: bool = True) -> str:
    """Return what is read after the name of a program whose loader is not there: what it asks for, and what there is.

    Of several programs like `node`, it is read after their number.
    """
    family = family_of_program(elf_of(node))
    verbs = ("is", "asks", "needs") if is_one else ("are", "ask", "need")
    wants = f"{verbs[0]} built for {family} and {verbs[1]} for" if family != "unknown" else verbs[2]
    return f"{wants} {printable(elf_of(node).interpreter or '')}, which is not in the image (it has {_has(image)})"


def how_to_bring_loader(image: InspectedImage, node: Node) -> str:
    """Return what to do about a program whose loader is not in the image."""
    family = family_of_program(elf_of(node))
    if image.libc.loader is None:
        return "link it statically (CGO_ENABLED=0 for Go), or use a base image that has its C library"
    loader = image.tree.resolve(image.libc.loader)
    if loader is not None and family_of_loader(image.libc.loader, loader) == family:
        return f"use a build of it for the architecture of the image, or install the {family} of its own architecture"
    built = f"a base image with {family}" if family != "unknown" else "the base image that it was built for"
    return f"use a build of it for the C library of this image, a static one, or {built}"


def is_emulated(image: InspectedImage, node: Node) -> bool:
    """Tell whether the image can start a program for another processor: with its loader, or with qemu-user."""
    machine = elf_of(node).machine
    emulator = f"usr/bin/qemu-{_QEMU.get(machine, machine)}"
    names = (f"{emulator}-static", emulator)
    return image.linker.loader_of(node) is not None or any(image.tree.resolve(name) for name in names)


def is_for_another_processor(image: InspectedImage, node: Node) -> bool:
    """Tell whether the kernel refuses the ELF file in an image whose other programs are for its platform.

    Where none is, it is the configuration of the image that is wrong, and not the program.
    """
    elf = elf_of(node)
    if is_native(image, elf) or elf.machine not in MACHINES or is_emulated(image, node):
        return False
    return any(is_program(other) and is_native(image, elf_of(other)) for other in image.tree.elf_files)


def built_for(image: InspectedImage, node: Node) -> str:
    """Return what is read after `is` or `are` of a program for another processor."""
    return f"built for {elf_of(node).machine}, and the image is for {printable(image.config.platform.architecture)}"


def _has(image: InspectedImage) -> str:
    """Return which C library the image has, and its loader; `image.libc` leads with the one that is installed."""
    loader = image.libc.loader
    if loader is None:
        return "no loader"
    real = image.tree.resolve(loader)
    family = family_of_loader(loader, real) if real is not None else "unknown"
    version = f" {image.libc.version}" if image.libc.version else ""
    return f"/{printable(loader)}" if family == "unknown" else f"{family}{version} with /{printable(loader)}"
