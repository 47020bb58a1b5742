"""Programs for two C libraries in one image.

## What it does
Sorts the programs that can start by the C library that they start on. Where there are two, it counts what the rarer one
brings: its loader, and the libraries that only its programs load. gcompat is no second C library: with it, programs for
glibc run on musl. An image that could not be read completely is not judged.

## Why it matters
It works. But the image holds two of the most exposed libraries, each to be updated on its own, mostly one of them
by hand; and what was meant to save space by Alpine ships glibc after all.

## How to fix
Use a build of the few programs for the C library of the others, or a static one; or base the image on the C library
that they need.
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.report import Finding, LibcFamily, Severity
from imgscope.rules._programs import named, native_programs
from imgscope.rules.base import Rule, severity_by_size
from imgscope.text import format_count, format_size


def _check(image: InspectedImage) -> Iterator[Finding]:
    if not image.is_complete:
        return
    programs: dict[LibcFamily, list[Node]] = {}
    libraries: dict[LibcFamily, dict[Node, None]] = {}
    for program in native_programs(image):
        linked = image.linker.link(program)
        loader = image.linker.loader_of(program)
        if linked.family != "unknown" and loader is not None:
            programs.setdefault(linked.family, []).append(program)
            libraries.setdefault(linked.family, {}).update(dict.fromkeys((loader, *linked.libraries)))
    by_number = sorted(programs, key=lambda family: (-len(programs[family]), family))
    for family in by_number[1:]:
        shared = {node for other in by_number if other != family for node in libraries[other]}
        own = [node for node in libraries[family] if node not in shared]
        yield _finding(image, family, by_number[0], programs, own)


def _finding(
    image: InspectedImage,
    family: LibcFamily,
    leading: LibcFamily,
    programs: dict[LibcFamily, list[Node]],
    own: list[Node],
) -> Finding:
    few = programs[family]
    size = sum(node.size for node in own)
    layer = own[0].content_layer if own else few[0].content_layer
    runs = "runs" if len(few) == 1 else "run"
    others = format_count(len(programs[leading]), "other program runs", "other programs run")
    return Finding(
        rule_id="mixed-libc",
        severity=min(Severity.LOW, severity_by_size(size), key=lambda severity: severity.rank),
        confidence="high",
        message=f"{named(few)} {runs} on {family} and {others} on {leading}: "
        f"{family} and the libraries that only it loads are {format_size(size)}",
        paths=tuple(node.path for node in (*few, *own)),
        packages=(),
        layer=layer,
        instruction=image.instruction(layer),
        bytes=size,
        fix=f"use a build of {'it' if len(few) == 1 else 'them'} for {leading}, a static one, "
        f"or a base image with {family}",
    )


RULE = Rule(id="mixed-libc", severity=Severity.LOW, topic="start", check=_check)
