"""Programs built for a newer C library than the image has.

## What it does
Compares the symbol versions that programs, modules of Python and Node.js, and the libraries they load ask for, such as
`GLIBC_2.38` or `GLIBCXX_3.4.32`, with those that the libraries in the image define. musl has no such versions. An image
that could not be read completely is not judged.

## Why it matters
The loader refuses to start the program: "version `GLIBC_2.38' not found". glibc runs what was built with an older one,
not what was built with a newer one.

## How to fix
Compile on the release that the image is based on, or an older one; or base the image on a newer release.

    FROM debian:12 AS build
    COPY . /src
    RUN make -C /src

    FROM debian:12-slim
    COPY --from=build /src/program /usr/bin/program
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.linking.linker import Linked
from imgscope.report import Finding, Severity
from imgscope.rules._libraries import listed
from imgscope.rules._modules import native_modules
from imgscope.rules._programs import elf_of, is_program, named, native_programs
from imgscope.rules.base import Rule

_LIBRARIES: Final = {"GLIBC": "glibc", "GLIBCXX": "libstdc++", "CXXABI": "libstdc++", "GCC": "libgcc"}
_RELEASES: Final = (
    ("Debian 11", (2, 31)),
    ("Ubuntu 22.04", (2, 35)),
    ("Debian 12", (2, 36)),
    ("Ubuntu 24.04", (2, 39)),
    ("Debian 13", (2, 41)),
)


def _check(image: InspectedImage) -> Iterator[Finding]:
    if not image.is_complete:
        return
    refused: dict[tuple[str, int], list[Node]] = {}
    missing: dict[tuple[str, int], dict[str, None]] = {}
    offered: dict[str, str] = {}
    for node, linked in _processes(image):
        versions = _Offered(linked)
        for file in (node, *linked.libraries):
            for version in versions.without(elf_of(file).version_needs):
                key = _prefix(version), file.content_layer
                if file not in refused.setdefault(key, []):
                    refused[key].append(file)
                missing.setdefault(key, {})[version] = None
                offered[_prefix(version)] = versions.highest(_prefix(version))
    for (prefix, layer), files in sorted(refused.items(), key=lambda item: item[0]):
        yield _finding(image, layer, files, sorted(missing[prefix, layer], key=_number), offered[prefix])


def _processes(image: InspectedImage) -> Iterator[tuple[Node, Linked]]:
    """Yield programs and modules that glibc loads, with what it loads for them."""
    for program in native_programs(image):
        yield program, image.linker.link(program)
    for module in native_modules(image):
        yield module.node, image.linker.link(module.node, host=module.host)


class _Offered:
    """The symbol versions that the libraries of one process define, where the loader looks at them."""

    def __init__(self, linked: Linked) -> None:
        libraries = linked.libraries if linked.family == "glibc" else ()
        self._versions = {version for node in libraries for version in elf_of(node).version_definitions}
        self._prefixes = set(map(_prefix, self._versions))

    def without(self, needed: Iterable[str]) -> list[str]:
        """Return those of `needed` that are not defined; those of a library that is not even there do not count."""
        undefined = [version for version in needed if version not in self._versions]
        return [version for version in undefined if _prefix(version) in self._prefixes]

    def highest(self, prefix: str) -> str:
        """Return the highest version that is defined of those that begin with `prefix`."""
        return max((version for version in self._versions if _prefix(version) == prefix), key=_number)


def _finding(image: InspectedImage, layer: int, files: list[Node], missing: list[str], highest: str) -> Finding:
    library = _LIBRARIES[_prefix(highest)]
    kind, fails = ("program", "cannot start") if all(map(is_program, files)) else ("file", "cannot be loaded")
    need = "it needs" if len(files) == 1 else "they need"
    # The highest say how old is too old; there may be a dozen below them.
    return Finding(
        rule_id="symbol-version-missing",
        severity=Severity.HIGH,
        confidence="high",
        message=f"{named(files, kind)} {fails}: {need} {listed(reversed(missing))} of {library}, "
        f"and the image's defines up to {highest}",
        paths=tuple(node.path for node in files),
        packages=(),
        layer=layer,
        instruction=image.instruction(layer),
        fix="build it on the release that the image is based on, or take a base image with "
        f"{_newer(image, missing[-1])}",
    )


def _newer(image: InspectedImage, version: str) -> str:
    library = _LIBRARIES[_prefix(version)]
    if library != "glibc" or not _number(version):
        return f"a {library} that defines {version}"
    releases = [name for name, number in _RELEASES if number >= _number(version)]
    # Whoever has a Debian goes to the next Debian first.
    releases.sort(key=lambda name: not name.lower().startswith(image.distro.id))
    such = f", such as {releases[0]}" if releases else ""
    return f"glibc {'.'.join(map(str, _number(version)))} or newer{such}"


def _prefix(version: str) -> str:
    return version.partition("_")[0]


def _number(version: str) -> tuple[int, ...]:
    """Return the version as numbers; nothing for one that is a name, such as GLIBC_PRIVATE."""
    parts = version.partition("_")[2].split(".")
    return tuple(map(int, parts)) if all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts) else ()


RULE = Rule(id="symbol-version-missing", severity=Severity.HIGH, topic="start", check=_check)
