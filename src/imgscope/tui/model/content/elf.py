"""What an ELF file says of itself, and what its loader would make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from imgscope.errors import LimitError
from imgscope.facts import InspectedImage
from imgscope.filesystem.node import Node
from imgscope.layer.elf import ElfFacts
from imgscope.linking.linker import Linked
from imgscope.tui.model.lines import Line

_KINDS: Final = {
    "executable": "program, dynamically linked",
    "static": "program, statically linked",
    "static-pie": "program, statically linked, position-independent",
    "shared-library": "shared library",
    "object": "object file",
    "core": "core dump",
}
_WIDTH: Final = 13


def elf_lines(image: InspectedImage, elf: ElfFacts, node: Node | None) -> list[Line]:
    """Return what `elf` says, and where what it needs is found.

    `node` is the file in the whole image; None where it is no longer there, and then nothing is looked for.
    """
    lines = [
        _line("kind", _KINDS.get(elf.kind, "other ELF file")),
        _line("machine", f"{elf.machine}, {elf.bits} bits"),
    ]
    if elf.interpreter:
        lines.append(_interpreter(image, elf.interpreter, node))
    told = {
        "name": elf.soname,
        "rpath": elf.rpath,
        "runpath": elf.runpath,
        "C library": elf.libc_version,
        "built by Go": elf.go_build,
    }
    lines += [_line(name, value) for name, value in told.items() if value]
    lines += _needed(image, elf, node)
    lines += _several("asks for", elf.version_needs)
    lines += _several("defines", elf.version_definitions)
    return lines


def _interpreter(image: InspectedImage, path: str, node: Node | None) -> Line:
    if node is None:
        return _line("loader", path)
    loader = image.linker.loader_of(node)
    if loader is None:
        return Line(f"{'loader':<{_WIDTH}}{path} is not in the image: this does not start", "bad")
    resolved = f" → /{loader.path}" if f"/{loader.path}" != path else ""
    return _line("loader", f"{path}{resolved}")


def _needed(image: InspectedImage, elf: ElfFacts, node: Node | None) -> Iterator[Line]:
    if not elf.needed:
        return
    if node is None:
        yield from _several("needs", elf.needed)
        return
    host = None if elf.interpreter else _host(image, elf)
    if elf.interpreter is None and host is None:
        yield from _several("needs", elf.needed)
        yield _line("", "no program of the image could load it, so none of these is looked for")
        return
    try:
        linked = image.linker.link(node, host=host)
    except LimitError as error:
        yield from _several("needs", elf.needed)
        yield Line(error.message, "warning")
        return
    if host is not None:
        yield _line("needs", f"as /{host.path} would find it:")
    places = _places(image, linked, host or node)
    missing = {each.name for each in linked.missing}
    for number, name in enumerate(elf.needed):
        title = "needs" if number == 0 and host is None else ""
        if name in places:
            yield _line(title, f"{name} → /{places[name]}")
        elif name in missing:
            yield Line(f"{title:<{_WIDTH}}{name} is not found", "bad")
        else:
            yield _line(title, name)


def _places(image: InspectedImage, linked: Linked, program: Node) -> dict[str, str]:
    """Return where each library is by all names that it may have been asked for by."""
    loader = image.linker.loader_of(program)
    places: dict[str, str] = {}
    for library in (*linked.libraries, *([loader] if loader is not None else [])):
        facts = library.content.elf if library.content is not None else None
        for name in {library.name, facts.soname if facts is not None and facts.soname else library.name}:
            places.setdefault(name, library.path)
    if linked.family == "musl" and loader is not None:
        places |= dict.fromkeys((f"libc.musl-{_musl(loader)}.so.1", "libc.so"), loader.path)
    return places


def _musl(loader: Node) -> str:
    return loader.name.removeprefix("ld-musl-").partition(".")[0]


def _host(image: InspectedImage, elf: ElfFacts) -> Node | None:
    """Return the first program of the image that could load the library."""
    for node in image.tree.elf_files:
        facts = node.content.elf if node.content is not None else None
        if facts is None or not facts.interpreter or (facts.machine, facts.bits) != (elf.machine, elf.bits):
            continue
        if image.linker.loader_of(node) is not None:
            return node
    return None


def _several(title: str, values: Iterable[str]) -> Iterator[Line]:
    for number, value in enumerate(values):
        yield _line(title if number == 0 else "", value)


def _line(title: str, value: str) -> Line:
    return Line(f"{title:<{_WIDTH}}{value}")
