"""Programs whose loader is not in the image.

## What it does
Reads from each executable file which loader (ELF interpreter) starts it and looks whether the image has it. What is
for another architecture is another finding, and so is what the container starts or checks its health with (see
start-command-cannot-run and healthcheck-cannot-run). Of builds for several C libraries side by side, as npm packages
have them, only one has to fit. An image that could not be read completely is not judged.

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
from imgscope.report import Finding, Severity
from imgscope.rules._commands import stopped_by_name
from imgscope.rules._programs import (
    elf_of,
    is_of_distribution,
    is_program,
    named,
    native_programs,
    without_stand_ins,
)
from imgscope.rules._starting import how_to_bring_loader, lacks_loader, without_loader
from imgscope.rules.base import Rule


def _check(image: InspectedImage) -> Iterator[Finding]:
    if not image.is_complete:
        return
    called = stopped_by_name(image)
    programs: dict[tuple[str, int, str], list[Node]] = {}
    unstartable = (node for node in native_programs(image) if lacks_loader(image, node))
    for node in without_stand_ins(unstartable, _startable(image)):
        # What the image starts is a finding of its own, so that another rule can tell it in place of this one.
        alone = node.path if node.path in called else ""
        programs.setdefault((elf_of(node).interpreter or "", node.content_layer, alone), []).append(node)
    for (_, layer, _), nodes in sorted(programs.items(), key=lambda item: item[0]):
        is_one = len(nodes) == 1
        subject = "it" if is_one else "they"
        # Packages have helpers for systems that they are not installed on, such as 32-bit programs of a tracer.
        is_packaged = all(is_of_distribution(image, node) for node in nodes)
        yield Finding(
            rule_id="interpreter-missing",
            severity=Severity.INFO if is_packaged else Severity.HIGH,
            confidence="high",
            message=f"{named(nodes)} cannot start: {subject} {without_loader(image, nodes[0], is_one=is_one)}",
            paths=tuple(node.path for node in nodes),
            packages=(),
            layer=layer,
            instruction=image.instruction(layer),
            fix=how_to_bring_loader(image, nodes[0]),
        )


def _startable(image: InspectedImage) -> Iterator[Node]:
    for node in image.tree.elf_files:
        if is_program(node) and (elf_of(node).is_static or image.linker.loader_of(node) is not None):
            yield node


RULE = Rule(
    id="interpreter-missing",
    severity=Severity.HIGH,
    topic="start",
    check=_check,
    yields_to=("start-command-cannot-run", "healthcheck-cannot-run"),
)
