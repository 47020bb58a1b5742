"""Programs that need a library which is not in the image.

## What it does
Follows for each program what its loader would do: the libraries that it names, and those that these name, along RPATH
and RUNPATH, LD_LIBRARY_PATH from the image's ENV, ld.so.cache, musl's path file and the default directories. A library
of another architecture does not count. Libraries of graphics drivers, which the host puts into a container, are left
out. An image that could not be read completely is not judged.

## Why it matters
The loader ends the program before its first line runs: "error while loading shared libraries". It is what a multi-stage
build forgets most often: the program is copied, and what it was linked with is not.

## How to fix
Install the package that has the library, or copy it with the program; or link the program statically.

    FROM debian:12-slim
    RUN apt-get update && apt-get install -y --no-install-recommends libpq5 && rm -rf /var/lib/apt/lists/*
    COPY --from=build /program /usr/bin/program
"""

from __future__ import annotations

from collections.abc import Iterator

from imgscope.facts import InspectedImage
from imgscope.report import Finding, Severity
from imgscope.rules._libraries import Libraries, cannot_start, how_to_get, stopped_programs
from imgscope.rules._programs import elf_of, is_of_distribution
from imgscope.rules.base import Rule


def _check(image: InspectedImage) -> Iterator[Finding]:
    if not image.is_complete:
        return
    libraries = Libraries(image)
    for ((blamed, names), layer), programs in stopped_programs(image).items():
        asking = blamed or programs[0]
        absent = [name for name in names if not libraries.named(name, elf_of(asking))]
        if not absent:
            continue
        is_packaged = all(is_of_distribution(image, program) for program in programs)
        files = [*programs] if blamed is None else [blamed, *programs]
        yield Finding(
            rule_id="library-missing",
            # A package manager lets nothing be missing that is needed for what a package is there for.
            severity=Severity.LOW if is_packaged else Severity.HIGH,
            confidence="high",
            message=f"{cannot_start(programs, blamed, absent)}, not in the image",
            paths=tuple(node.path for node in files),
            packages=(),
            layer=layer,
            instruction=image.instruction(layer),
            fix=how_to_get(image, absent, elf_of(asking)),
        )


RULE = Rule(id="library-missing", severity=Severity.HIGH, topic="start", check=_check)
