"""Programs whose loader is not in the image.

## What it does
Reads from each program which loader (ELF interpreter) starts it and looks whether the image has it.

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
from imgscope.rules.base import Rule
from imgscope.text import format_count, printable

_MOST_PATHS = 100


def _check(image: InspectedImage) -> Iterator[Finding]:
    programs: dict[tuple[str, int], list[Node]] = {}
    for node in image.tree.files:
        elf = node.content.elf if node.content else None
        if elf is None or elf.interpreter is None or elf.kind != "executable":
            continue
        if image.tree.resolve(elf.interpreter) is None:
            programs.setdefault((elf.interpreter, node.content_layer), []).append(node)
    for (interpreter, layer), nodes in sorted(programs.items()):
        has = f"the image has {image.libc.family}" if image.libc.family not in ("none", "unknown", "mixed") else ""
        has = has or (f"the image has /{image.libc.loader}" if image.libc.loader else "the image has no loader")
        yield Finding(
            rule_id="interpreter-missing",
            severity=Severity.HIGH,
            confidence="high",
            message=(
                f"{format_count(len(nodes), 'program')} cannot start (such as /{printable(nodes[0].path)}): "
                f"{printable(interpreter)} is not in the image; {printable(has)}"
            ),
            paths=tuple(node.path for node in nodes[:_MOST_PATHS]),
            packages=(),
            layer=layer,
            instruction=image.instruction(layer),
            fix="use a build of the program for this C library, a static one, or a base image with the other C library",
        )


RULE = Rule(id="interpreter-missing", severity=Severity.HIGH, check=_check)
