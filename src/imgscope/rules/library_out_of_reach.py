"""Programs that need a library which is where the loader does not look.

## What it does
Looks for libraries that programs need and do not find (see library-missing), and that are in the image all the same: in
a directory that ldconfig would list, or in one that nothing names. Of software that keeps program and libraries in a
directory of its own nothing is said: there a script sets LD_LIBRARY_PATH before it starts the program.

## Why it matters
"error while loading shared libraries" for a file that is there. glibc does not search /usr/local/lib: it reads
/etc/ld.so.cache, and only ldconfig writes what is new into that.

## How to fix
Run ldconfig after the library was copied; name the directory first if it is an unusual one.

    COPY --from=build /usr/local/lib/libfoo.so.1 /usr/local/lib/
    RUN ldconfig

    RUN echo /opt/foo/lib > /etc/ld.so.conf.d/foo.conf && ldconfig
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.report import Confidence, Finding, Severity
from imgscope.rules._commands import can_run
from imgscope.rules._libraries import Libraries, cannot_start, listed, stopped_programs
from imgscope.rules._programs import elf_of
from imgscope.rules._shell_words import is_plain
from imgscope.rules.base import Rule


def _check(image: InspectedImage) -> Iterator[Finding]:
    if not image.is_complete:
        return
    libraries = Libraries(image)
    searched = _searched_by_ldconfig(image)
    for ((blamed, names), layer), programs in stopped_programs(image).items():
        found = [library for name in names for library in libraries.named(name, elf_of(blamed or programs[0]))[:1]]
        if len(found) < len(names):
            continue
        is_listed = all(library.parent in searched for library in found)
        if not is_listed and all(_share_a_directory(program, library) for program in programs for library in found):
            continue
        severity, confidence, reason = _judged(is_listed=is_listed)
        there = f"{listed([f'/{library.path}' for library in found])} {'is' if len(found) == 1 else 'are'} there"
        yield Finding(
            rule_id="library-out-of-reach",
            severity=severity,
            confidence=confidence,
            message=f"{cannot_start(programs, blamed, names)}; {there}, but {reason}",
            paths=tuple(node.path for node in (*programs, *found)),
            packages=(),
            layer=layer,
            instruction=image.instruction(layer),
            fix=_fix(image, found, is_listed=is_listed),
        )


def _judged(*, is_listed: bool) -> tuple[Severity, Confidence, str]:
    if is_listed:
        return Severity.HIGH, "high", "ldconfig has not run since"
    return Severity.INFO, "low", "the loader looks there only if whatever starts it says so"


def _searched_by_ldconfig(image: InspectedImage) -> set[Node | None]:
    return {image.tree.resolve(directory) for directory in image.linker.configuration.directories} - {None}


def _share_a_directory(program: Node, library: Node) -> bool:
    """Tell whether both belong to software that has a directory of its own, such as /opt/foo/bin and /opt/foo/lib."""
    home = program.path.rpartition("/")[0].rpartition("/")[0] or program.path.rpartition("/")[0]
    return home not in ("", "usr", "usr/local", "opt") and library.path.startswith(f"{home}/")


def _fix(image: InspectedImage, found: Sequence[Node], *, is_listed: bool) -> str:
    has_ldconfig = image.libc.family != "musl" and can_run(image, "ldconfig")
    if is_listed and has_ldconfig:
        return "RUN ldconfig, after the library was copied"
    directories = list(dict.fromkeys(f"/{library.path.rpartition('/')[0]}" for library in found))
    if not all(map(is_plain, directories)):
        named = "name the directory in a file below /etc/ld.so.conf.d and run ldconfig"
        return named if has_ldconfig else "copy the library to a directory where the loader looks, such as /usr/lib"
    if has_ldconfig:
        return f"RUN printf '%s\\n' {' '.join(directories)} > /etc/ld.so.conf.d/app.conf && ldconfig"
    return f"ENV LD_LIBRARY_PATH={':'.join(directories)}"


RULE = Rule(id="library-out-of-reach", severity=Severity.HIGH, topic="start", check=_check)
