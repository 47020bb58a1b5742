"""What the Go toolchain notes in programs, in each form it has had, and in damaged files."""

from __future__ import annotations

import struct
import time
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.layer._elf_content import HEAD_SIZE, MAGIC, ElfContent
from imgscope.layer.elf import parse_elf
from tests.layer.reading import held_size
from tests.support import elf
from tests.support.go import Style, go_program

LINES = ("path\texample.com/a/cmd", "mod\texample.com/a\tv1.2.3\th1:x", "dep\texample.com/b\tv0.1.0\th1:y")
MEBIBYTE = 1024 * 1024


def note_in(content: bytes) -> str | None:
    facts = parse_elf(content)
    return facts.go_build if facts else None


@pytest.mark.parametrize("style", ["inline", "pointers"])
@pytest.mark.parametrize(("bits", "order"), [(64, "<"), (64, ">"), (32, "<")])
def test_the_note_is_read_in_either_form(style: Style, bits: Literal[32, 64], order: Literal["<", ">"]) -> None:
    program = go_program(*LINES, style=style, bits=bits, order=order)
    assert note_in(program) == "\n".join(["go1.22.1", *LINES])


def test_of_the_build_settings_only_those_that_name_the_revision_are_kept() -> None:
    settings = ("build\t-ldflags=-X main.token=secret", "build\tvcs.revision=abc", "build\tvcs.time=t", "nonsense")
    assert note_in(go_program(*LINES, *settings)) == "\n".join(["go1.22.1", *LINES, *settings[1:3]])


def test_text_that_only_speaks_of_the_note_is_passed_over() -> None:
    program = go_program(*LINES, before=b"x\xff Go buildinf:\x08\x02")
    assert note_in(program) == "\n".join(["go1.22.1", *LINES])


def test_a_note_beyond_the_first_megabytes_of_a_program_is_found_where_its_segment_is_held() -> None:
    program = go_program(*LINES, padding=HEAD_SIZE + 1)
    held = ElfContent(64 * MEBIBYTE)
    for position in range(0, len(program), MEBIBYTE):
        held.add(program[position : position + MEBIBYTE])
    facts = parse_elf(held)
    assert facts is not None
    assert facts.go_build == "\n".join(["go1.22.1", *LINES])
    assert held_size(held) < HEAD_SIZE + MEBIBYTE


def test_a_note_in_the_second_writable_segment_is_found_as_other_linkers_put_it_there() -> None:
    program = bytearray(go_program(*LINES, padding=56))
    first = struct.pack("<IIQQQQQQ", 1, 6, 0, 0x900000, 0x900000, 64, 64, 4096)
    # The header says that there are two segments, and the one that has the note comes second.
    program[56:58] = struct.pack("<H", 2)
    program[64:176] = first + program[64:120]
    assert note_in(bytes(program)) == "\n".join(["go1.22.1", *LINES])


def test_C67_a_thousand_segments_over_the_same_bytes_are_not_searched_a_thousand_times() -> None:
    size = HEAD_SIZE
    header = struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0, 64, 0, 0, 64, 56, 1024, 0, 0, 0)
    segments = struct.pack("<IIQQQQQQ", 1, 6, 0, 0, 0, size, size, 1) * 1024
    program = ((MAGIC + b"\2\1\1").ljust(16, b"\0") + header + segments).ljust(size, b"\xff")
    started = time.process_time()
    assert note_in(program) is None
    assert time.process_time() - started < 0.5


def test_programs_of_other_languages_have_no_note() -> None:
    assert note_in(elf.glibc_program()) is None
    assert note_in(go_program(*LINES, version="rust")) is None


def test_modules_that_are_longer_than_any_are_left_out() -> None:
    assert note_in(go_program("dep\t" + "x" * 600_000)) == "go1.22.1"
    assert note_in(go_program("dep\t" + "x" * 2000, LINES[0])) == f"go1.22.1\n{LINES[0]}"


@given(
    position=st.integers(0, 400),
    change=st.binary(min_size=1, max_size=8),
    style=st.sampled_from(["inline", "pointers"]),
)
def test_a_damaged_note_is_read_as_far_as_it_goes(position: int, change: bytes, style: Style) -> None:
    program = bytearray(go_program(*LINES, style=style))
    program[position : position + len(change)] = change
    for length in (len(program), position):
        note = note_in(bytes(program[:length]))
        assert note is None or note.startswith(("go", "devel"))
