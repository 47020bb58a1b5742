"""Programs whose loader is not in the image.

## What it does
Reads from each executable file which loader (ELF interpreter) starts it and looks whether the image has it. What is
for another architecture is another finding, and of builds for several C libraries side by side, as npm packages have
them, only one has to fit. An image that could not be read completely is not judged.

## Why it matters
Such a program cannot start: the kernel answers "no such file or directory" although the program is there.
The usual cause is a program built for glibc that was copied into a musl image such as Alpine, or the reverse.

## How to fix
Take a build of the program for the C library of this image, or a base image with the C library of the program;
or link it statically.

    FROM debian:12-slim
    COPY --from=build /program /usr/bin/program
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.linking.families import family_of_loader, family_of_program
from imgscope.report import Finding, Severity
from imgscope.rules._programs import (
    MOST_PATHS,
    elf_of,
    is_of_distribution,
    is_program,
    named,
    native_programs,
    without_stand_ins,
)
from imgscope.rules.base import Rule
from imgscope.text import printable


def _check(image: InspectedImage) -> Iterator[Finding]:
    if not image.is_complete:
        return
    programs: dict[tuple[str, int], list[Node]] = {}
    for node in without_stand_ins(_unstartable(image), _startable(image)):
        programs.setdefault((elf_of(node).interpreter or "", node.content_layer), []).append(node)
    for (interpreter, layer), nodes in sorted(programs.items(), key=lambda item: item[0]):
        family = family_of_program(elf_of(nodes[0]))
        subject, asks = ("it is", "asks") if len(nodes) == 1 else ("they are", "ask")
        built = "" if family == "unknown" else f"{subject} built for {family} and {asks} for "
        # Packages have helpers for systems that they are not installed on, such as 32-bit programs of a tracer.
        is_packaged = all(is_of_distribution(image, node) for node in nodes)
        yield Finding(
            rule_id="interpreter-missing",
            severity=Severity.INFO if is_packaged else Severity.HIGH,
            confidence="high",
            message=f"{named(nodes)} cannot start: {built}{printable(interpreter)}"
            f"{', which' if built else ''} is not in the image (it has {_present(image)})",
            paths=tuple(node.path for node in nodes[:MOST_PATHS]),
            packages=(),
            layer=layer,
            instruction=image.instruction(layer),
            fix=_fix(image, family),
        )


def _unstartable(image: InspectedImage) -> Iterator[Node]:
    for node in native_programs(image):
        # Android mounts the directory that the loader is in before it starts anything.
        is_mounted = family_of_program(elf_of(node)) == "bionic" and image.tree.locate(elf_of(node).interpreter or "")
        if image.linker.loader_of(node) is None and not is_mounted:
            yield node


def _startable(image: InspectedImage) -> Iterator[Node]:
    for node in image.tree.elf_files:
        if is_program(node) and (elf_of(node).is_static or image.linker.loader_of(node) is not None):
            yield node


def _present(image: InspectedImage) -> str:
    """Return which C library the image has, and its loader; `image.libc` leads with the one that is installed."""
    loader = image.libc.loader
    if loader is None:
        return "no loader"
    real = image.tree.resolve(loader)
    family = family_of_loader(loader, real) if real is not None else "unknown"
    version = f" {image.libc.version}" if image.libc.version else ""
    return f"/{printable(loader)}" if family == "unknown" else f"{family}{version} with /{printable(loader)}"


def _fix(image: InspectedImage, family: str) -> str:
    if image.libc.loader is None:
        return "link it statically (CGO_ENABLED=0 for Go), or use a base image that has its C library"
    loader = image.tree.resolve(image.libc.loader)
    if loader is not None and family_of_loader(image.libc.loader, loader) == family:
        return f"use a build of it for the architecture of the image, or install the {family} of its own architecture"
    built = f"a base image with {family}" if family != "unknown" else "the base image that it was built for"
    return f"use a build of it for the C library of this image, a static one, or {built}"


RULE = Rule(id="interpreter-missing", severity=Severity.HIGH, topic="start", check=_check)
