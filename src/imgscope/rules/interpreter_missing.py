"""Programs whose loader is not in the image.

## What it does
Reads from each executable file which loader (ELF interpreter) starts it and looks whether the image has it.
An image that could not be read completely is not judged.

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
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.report import Finding, Severity
from imgscope.rules.base import Rule
from imgscope.text import format_count, printable

_MOST_PATHS: Final = 100
_EXECUTABLE: Final = 0o111


def _check(image: InspectedImage) -> Iterator[Finding]:
    if not image.is_complete:
        return
    programs: dict[tuple[str, int], list[Node]] = {}
    for node in image.tree.files:
        interpreter = _interpreter(node)
        if interpreter is not None and image.tree.resolve(interpreter) is None:
            programs.setdefault((interpreter, node.content_layer), []).append(node)
    has = f"/{printable(image.libc.loader)}" if image.libc.loader else "no loader"
    for (interpreter, layer), nodes in sorted(programs.items(), key=lambda item: item[0]):
        yield Finding(
            rule_id="interpreter-missing",
            severity=Severity.HIGH,
            confidence="high",
            message=f"{_named(nodes)} cannot start: {printable(interpreter)} is not in the image, which has {has}",
            paths=tuple(node.path for node in nodes[:_MOST_PATHS]),
            packages=(),
            layer=layer,
            instruction=image.instruction(layer),
            fix="use a build of the program for this C library, a static one, or a base image with the other C library",
        )


def _named(nodes: list[Node]) -> str:
    path = f"/{printable(nodes[0].path)}"
    return path if len(nodes) == 1 else f"{format_count(len(nodes), 'program')} such as {path}"


def _interpreter(node: Node) -> str | None:
    """Return the loader that starts the program `node`; what nobody may execute is data, such as a compiler's tests."""
    content = node.content
    if content is None or content.elf is None or content.elf.kind != "executable" or not content.mode & _EXECUTABLE:
        return None
    return content.elf.interpreter


RULE = Rule(id="interpreter-missing", severity=Severity.HIGH, topic="start", check=_check)
