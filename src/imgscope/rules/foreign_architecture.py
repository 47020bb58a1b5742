"""Programs for another processor than the image is for.

## What it does
Compares the machine that each program was built for with the platform that the image's configuration names. What
a distribution's package brought, what says its architecture in its path, as packages with a build for each do, and what
the image can start after all, with that architecture's loader or with qemu-user, is left alone. What the container
starts or checks its health with is another finding (see start-command-cannot-run and healthcheck-cannot-run). An image
that could not be read completely is not judged.

## Why it matters
The kernel refuses to start such a program: "exec format error". It happens when a program built on an arm64 machine is
copied into an amd64 image, or when a release for the wrong architecture is downloaded.

## How to fix
Take the build for the platform of the image; in a Dockerfile, TARGETARCH says which that is.

    ARG TARGETARCH
    ADD https://example.com/tool-linux-${TARGETARCH} /usr/local/bin/tool

    docker buildx build --platform linux/amd64 .
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.report import Finding, Severity
from imgscope.rules._commands import stopped_by_name
from imgscope.rules._programs import elf_of, is_native, is_of_distribution, is_program, named
from imgscope.rules._starting import MACHINES, TAKE_THE_BUILD, built_for, is_emulated
from imgscope.rules.base import Rule

# How people write them in paths.
_SPELLINGS: Final[Mapping[str, str]] = {
    "386": r"i[3-6]86|x86|ia32|386",
    "amd64": r"x86[-_]64|amd64|x64",
    "arm": r"arm(?:v[5-7]\w*|hf|el|32)?|aarch32",
    "arm64": r"aarch64\w*|arm64\w*|armv8\w*",
    "loong64": r"loong(?:arch)?64",
    "mips": r"mips\w*",
    "mips64": r"mips\w*",
    "mips64le": r"mips\w*",
    "mipsle": r"mips\w*",
    "ppc64": r"p(?:ower)?pc64",
    "ppc64le": r"p(?:ower)?pc64(?:le|el)",
    "riscv64": r"riscv64\w*",
    "s390x": r"s390x?",
}
_ELSEWHERE: Final = ("firmware/", "testdata/", "/tests/", "/test/", "sysroot/")


def _check(image: InspectedImage) -> Iterator[Finding]:
    if not image.is_complete:
        return
    native = 0
    foreign: dict[tuple[str, int], list[Node]] = {}
    for node in filter(is_program, image.tree.elf_files):
        machine = elf_of(node).machine
        if is_native(image, elf_of(node)):
            native += 1
        elif machine in MACHINES:
            foreign.setdefault((machine, node.content_layer), []).append(node)
    if not native and foreign:
        (machine, layer), _ = max(foreign.items(), key=lambda item: len(item[1]))
        every = [node for (built_for, _), nodes in foreign.items() if built_for == machine for node in nodes]
        yield _finding(image, machine, layer, every, is_whole_image=True)
        return
    called = stopped_by_name(image)
    for (machine, layer), nodes in sorted(foreign.items()):
        misplaced = [node for node in nodes if _is_misplaced(image, machine, node)]
        # What the image starts is a finding of its own, so that another rule can tell it in place of this one.
        alone = [[node] for node in misplaced if node.path in called]
        for group in filter(None, ([node for node in misplaced if node.path not in called], *alone)):
            yield _finding(image, machine, layer, group, is_whole_image=False)


def _is_misplaced(image: InspectedImage, machine: str, node: Node) -> bool:
    path = node.path
    says_so = re.search(rf"(?<![a-z0-9])(?:{_SPELLINGS[machine]})(?![a-z0-9])", path.lower())
    if says_so or any(part in path for part in _ELSEWHERE) or is_of_distribution(image, node):
        return False
    return not is_emulated(image, node)


def _finding(image: InspectedImage, machine: str, layer: int, nodes: list[Node], *, is_whole_image: bool) -> Finding:
    subject = f"{named(nodes)} cannot start: {'it is' if len(nodes) == 1 else 'they are'} {built_for(image, nodes[0])}"
    whole = "; no program in the image is for it, so its configuration is wrong" if is_whole_image else ""
    return Finding(
        rule_id="foreign-architecture",
        severity=Severity.HIGH,
        confidence="high",
        message=f"{subject}{whole}",
        paths=tuple(node.path for node in nodes),
        packages=(),
        layer=layer,
        instruction=image.instruction(layer),
        fix=f"build the image for what is in it: docker buildx build --platform linux/{machine}"
        if is_whole_image
        else TAKE_THE_BUILD,
    )


RULE = Rule(
    id="foreign-architecture",
    severity=Severity.HIGH,
    topic="start",
    check=_check,
    yields_to=("start-command-cannot-run", "healthcheck-cannot-run"),
)
