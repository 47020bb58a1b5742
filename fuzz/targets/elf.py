"""ELF files, beside pyelftools."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import InterpSegment

from imgscope.layer._elf_content import HEAD_SIZE, ElfContent
from imgscope.layer.elf import ElfFacts, parse_elf
from tests.support import elf
from tests.support.go import go_program

_PIECE: Final = 4096
_MOST_TAGS: Final = 4000
# More, and pyelftools takes seconds over the headers, of which the first section may promise four billion.
_MOST_SEGMENTS: Final = 1000
_SINGLE: Final = {"DT_SONAME": "soname", "DT_RPATH": "rpath", "DT_RUNPATH": "runpath"}


def target(data: bytes) -> None:
    """What is read does not depend on how the file comes, is little, and is what pyelftools reads where it can."""
    content = b"\x7fELF" + data
    facts = parse_elf(content)
    held = ElfContent(HEAD_SIZE)
    for start in range(0, len(content), _PIECE):
        held.add(content[start : start + _PIECE])
    assert parse_elf(held) == facts
    if facts is not None:
        assert facts.text_size < 64 * len(content) + 40_000_000
        expected = _by_pyelftools(content)
        if expected is not None:
            assert _compared(facts, expected) == expected


def _by_pyelftools(content: bytes) -> dict[str, Any] | None:
    """Return what pyelftools finds, or None where it or what it finds is out of the ordinary."""
    try:
        file = ELFFile(io.BytesIO(content))
        found = _found(file, list(file.iter_segments())) if file.num_segments() <= _MOST_SEGMENTS else None
    except Exception:  # noqa: BLE001 - whatever it says of hostile files
        return None
    return found if found is not None and _is_plain(found) else None


def _found(file: Any, segments: list[Any]) -> dict[str, Any] | None:
    interpreters = [each for each in segments if isinstance(each, InterpSegment)]
    dynamics = [each for each in segments if isinstance(each, DynamicSegment)]
    # A loader believes no length of a segment, but only files of debug symbols have others than what is there.
    lengths = [len(each.get_interp_name()) + 1 == each.header.p_filesz for each in interpreters]
    lengths += [each.num_tags() * file.structs.Elf_Dyn.sizeof() <= each.header.p_filesz for each in dynamics]
    tags: list[Any] = [tag for dynamic in dynamics for tag in dynamic.iter_tags()]
    kinds = [tag.entry.d_tag for tag in tags]
    is_odd = len(interpreters) > 1 or len(dynamics) > 1 or file.num_sections() or len(tags) > _MOST_TAGS
    if is_odd or not all(lengths) or kinds.count("DT_STRTAB") != 1 or any(kinds.count(kind) > 1 for kind in _SINGLE):
        return None
    single = {_SINGLE[tag.entry.d_tag]: tag for tag in tags if tag.entry.d_tag in _SINGLE}
    return {
        "bits": file.elfclass,
        "interpreter": next((each.get_interp_name() for each in interpreters), None),
        "needed": [tag.needed for tag in tags if tag.entry.d_tag == "DT_NEEDED"],
        **{name: getattr(single[name], name) if name in single else None for name in _SINGLE.values()},
    }


def _is_plain(found: dict[str, Any]) -> bool:
    texts = [found["interpreter"], *found["needed"], *(found[name] for name in _SINGLE.values())]
    return all(text is None or (0 < len(text) < 256 and text.isascii() and text.isprintable()) for text in texts)


def _compared(facts: ElfFacts, expected: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(facts, name) for name in expected}
    return {**found, "needed": list(facts.needed)}


def seeds() -> Mapping[str, bytes]:
    """Programs and libraries without their magic, which the target adds."""
    files = {
        "glibc": elf.program(elf.GLIBC_LOADER, ["libc.so.6", "libm.so.6"], versions=["GLIBC_2.34"], runpath="$ORIGIN"),
        "musl": elf.musl_program(),
        "static": elf.static_program(),
        "go": go_program("path\texample.org/app", "mod\texample.org/app\tv1.2.3\th1:x=", "dep\ta.b/c\tv0.1.0\t"),
        "go-old": go_program("path\tapp", style="pointers", version="go1.17", order=">", bits=32),
        "library": elf.library("libx.so.1", ["libc.so.6"], defines=["GLIBCXX_3.4"], rpath="/opt/lib"),
        "libc": elf.glibc_library("2.36"),
    }
    return {name: content[4:] for name, content in files.items()}
