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

_PIECE: Final = 4096
_MOST_TAGS: Final = 4000
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
        segments = list(file.iter_segments())
        found: dict[str, Any] = {"bits": file.elfclass, "interpreter": None, "needed": []}
        found |= dict.fromkeys(_SINGLE.values())
        interpreters = [
            (each.get_interp_name(), each.header.p_filesz) for each in segments if isinstance(each, InterpSegment)
        ]
        dynamics = [each for each in segments if isinstance(each, DynamicSegment)]
        if len(interpreters) > 1 or len(dynamics) > 1 or file.num_sections():
            return None
        for interpreter, size in interpreters:
            # Linux runs no program that says another length than that.
            if size != len(interpreter) + 1:
                return None
            found["interpreter"] = interpreter
        tags: list[Any] = [tag for dynamic in dynamics for tag in dynamic.iter_tags()]
        if len(tags) > _MOST_TAGS or [tag.entry.d_tag for tag in tags].count("DT_STRTAB") != 1:
            return None
        for tag in tags:
            if tag.entry.d_tag == "DT_NEEDED":
                found["needed"].append(tag.needed)
            elif name := _SINGLE.get(tag.entry.d_tag):
                if found[name] is not None:
                    return None
                found[name] = getattr(tag, name)
    except Exception:  # noqa: BLE001 - whatever it says of hostile files
        return None
    return found if _is_plain(found) else None


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
        "library": elf.library("libx.so.1", ["libc.so.6"], defines=["GLIBCXX_3.4"], rpath="/opt/lib"),
        "libc": elf.glibc_library("2.36"),
    }
    return {name: content[4:] for name, content in files.items()}
