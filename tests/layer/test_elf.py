"""The ELF reader, beside pyelftools on the files of the machine that runs the tests, and on damaged ones."""

from __future__ import annotations

import io
import random
import struct
import sys
import sysconfig
import time
from functools import cache
from pathlib import Path

import pytest
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVersionSection
from elftools.elf.segments import InterpSegment
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.layer._elf_content import MAGIC, ElfContent
from imgscope.layer.elf import parse_elf
from tests.layer.reading import held_size
from tests.support import elf
from tests.support.programs import require, run

MEBIBYTE = 1024 * 1024


@cache
def real_files() -> tuple[Path, ...]:
    """Programs and libraries that are at hand: Python's own, its extensions, and tools of the system."""
    extensions = Path(sysconfig.get_path("platstdlib"), "lib-dynload")
    candidates = [
        Path(sys.executable).resolve(),
        *sorted(extensions.glob("*.so"))[:15],
        *(Path("/bin", name).resolve() for name in ("ls", "sh", "tar", "busybox", "ldconfig")),
        *sorted(Path("/lib").resolve().glob("*/libc.so.6")),
        *sorted(Path("/lib").resolve().glob("*/libm.so.6")),
        *sorted(Path("/lib").resolve().glob("ld-*.so*")),
        *sorted(Path("/usr/lib/musl/lib").glob("*.so")),
        *some_of("/usr/bin", "*"),
        *some_of("/usr/sbin", "*"),
        *some_of("/usr/lib", "*-linux-*/*.so*"),
        *some_of("/usr/lib32", "*.so*"),
    ]
    return tuple(path for path in candidates if path.is_file() and path.read_bytes()[:4] == MAGIC)


def some_of(directory: str, names: str) -> list[Path]:
    """A dozen files, other ones for every machine but the same ones in every run, none of them large."""
    found = [path for path in sorted(Path(directory).glob(names)) if path.is_file() and not path.is_symlink()]
    chosen = random.Random(len(found)).sample(found, min(len(found), 30))
    return [path for path in chosen if path.stat().st_size < MEBIBYTE][:12]


needs_elf = pytest.mark.skipif(not real_files(), reason="this machine's programs are not ELF")


@needs_elf
def test_facts_of_real_files_are_those_that_pyelftools_finds() -> None:
    for path in real_files():
        content = path.read_bytes()
        facts = parse_elf(content)
        assert facts is not None
        oracle = ELFFile(io.BytesIO(content))
        tags: dict[str, list[str]] = {}
        interpreter = None
        for segment in oracle.iter_segments():
            if isinstance(segment, InterpSegment):
                interpreter = segment.get_interp_name()
            if isinstance(segment, DynamicSegment):
                for tag in segment.iter_tags():
                    for attribute in ("needed", "soname", "runpath", "rpath"):
                        if hasattr(tag, attribute):
                            tags.setdefault(attribute, []).append(getattr(tag, attribute))
        assert (facts.bits, facts.interpreter) == (oracle.elfclass, interpreter), path
        assert facts.needed == tuple(tags.get("needed", ())), path
        found = [facts.soname, facts.runpath, facts.rpath]
        assert found == [tags.get(name, [None])[0] for name in ("soname", "runpath", "rpath")], path
        assert set(facts.version_needs) == version_names(oracle, ".gnu.version_r", with_auxiliaries=True), path
        assert set(facts.version_definitions) == version_names(oracle, ".gnu.version_d", with_auxiliaries=False), path


def version_names(oracle: ELFFile, section_name: str, *, with_auxiliaries: bool) -> set[str]:
    section = oracle.get_section_by_name(section_name)
    names: set[str] = set()
    for _, auxiliaries in section.iter_versions() if isinstance(section, GNUVersionSection) else ():
        listed = [auxiliary.name for auxiliary in auxiliaries if not (with_auxiliaries and auxiliary["vna_flags"] & 2)]
        names.update(listed if with_auxiliaries else listed[:1])
    return {name for name in names if name.startswith(("GLIBC_", "GLIBCXX_", "CXXABI_", "GCC_"))}


@needs_elf
def test_the_machine_of_this_python_is_named_as_oci_names_it() -> None:
    names = {"x86_64": "amd64", "aarch64": "arm64", "riscv64": "riscv64", "s390x": "s390x", "ppc64le": "ppc64le"}
    facts = parse_elf(real_files()[0].read_bytes())
    assert facts is not None
    machine = sysconfig.get_platform().rpartition("-")[2]
    assert facts.machine == names.get(machine, facts.machine)


@needs_elf
@settings(max_examples=150)
@given(st.data())
def test_C67_damaged_real_files_never_raise(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(small_heads())))
    for _ in range(data.draw(st.integers(1, 8))):
        position = data.draw(st.one_of(st.integers(0, 1000), st.integers(0, len(content) - 1))) % len(content)
        content[position] = data.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, data.draw(st.integers(0, 255))]))
    del content[data.draw(st.integers(0, len(content))) :]
    facts = parse_elf(content)
    assert facts is None or facts.bits in (32, 64)


@cache
def small_heads() -> tuple[bytes, ...]:
    heads = sorted((path.read_bytes() for path in real_files()), key=len)[:5]
    made = [elf.glibc_program(), elf.musl_library("1.2.4"), elf.glibc_library("2.36")]
    return (*made, *(head[:200_000] for head in heads))


@given(st.binary(max_size=300), st.sampled_from([b"\1\1", b"\1\2", b"\2\1", b"\2\2", b"\3\1", b"\2\7"]))
def test_C67_anything_behind_the_magic_never_raises(rest: bytes, kind: bytes) -> None:
    facts = parse_elf(MAGIC + kind + rest)
    assert facts is None or facts.bits in (32, 64)


@pytest.mark.parametrize("content", [b"", b"\x7fEL", b"#!/bin/sh\n" * 10, MAGIC, MAGIC + b"\2\1" + bytes(50)])
def test_what_is_no_elf_or_too_short_to_be_one_has_no_facts(content: bytes) -> None:
    assert parse_elf(content) is None


@pytest.mark.parametrize(
    ("content", "kind", "is_static"),
    [
        (elf.glibc_program(), "executable", False),
        (elf.static_program(), "static", True),
        (elf.glibc_library("2.36"), "shared-library", False),
    ],
)
def test_kinds_are_told_apart(content: bytes, kind: str, is_static: bool) -> None:
    facts = parse_elf(content)
    assert facts is not None
    assert (facts.kind, facts.is_static) == (kind, is_static)


@pytest.mark.parametrize(
    ("compiler", "options", "kind", "needs"),
    [
        ("gcc", [], "executable", ("libc.so.6",)),
        ("gcc", ["-no-pie"], "executable", ("libc.so.6",)),
        ("gcc", ["-s", "-Wl,-rpath,/opt/lib"], "executable", ("libc.so.6",)),
        ("gcc", ["-static"], "static", ()),
        ("gcc", ["-static-pie", "-s"], "static-pie", ()),
        ("gcc", ["-shared", "-fPIC", "-Wl,-soname,libx.so.1"], "shared-library", ("libc.so.6",)),
        ("gcc", ["-c"], "object", ()),
        ("musl-gcc", [], "executable", ("libc.so",)),
        ("musl-gcc", ["-static"], "static", ()),
    ],
)
@pytest.mark.integration
def test_kinds_of_compiled_programs_are_told_apart(
    tmp_path: Path, compiler: str, options: list[str], kind: str, needs: tuple[str, ...]
) -> None:
    require(compiler)
    (tmp_path / "main.c").write_text('#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n')
    run(compiler, *options, "-o", tmp_path / "made", tmp_path / "main.c")
    facts = parse_elf((tmp_path / "made").read_bytes())
    assert facts is not None
    assert (facts.kind, facts.needed) == (kind, needs)
    assert facts.is_static is kind.startswith("static")
    assert (facts.interpreter is not None) is (kind == "executable")
    assert facts.soname == ("libx.so.1" if "-shared" in options else None)
    assert facts.runpath == ("/opt/lib" if "-s" in options and kind == "executable" else None)


def test_C54_c_libraries_tell_their_version() -> None:
    glibc, musl = parse_elf(elf.glibc_library("2.36")), parse_elf(elf.musl_library("1.2.4"))
    assert glibc is not None
    assert musl is not None
    assert (glibc.libc_version, musl.libc_version) == ("2.36", "1.2.4")


def test_big_endian_32_bit_files_are_read() -> None:
    interpreter = b"/lib/ld.so.1\0"
    content = (
        MAGIC + b"\1\2\1".ljust(12, b"\0") + struct.pack(">HHIIIIIHHHHHH", 2, 8, 1, 0, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    )
    content += struct.pack(">IIIIIIII", 3, 84, 0, 0, len(interpreter), len(interpreter), 4, 1) + interpreter
    facts = parse_elf(content)
    assert facts is not None
    assert (facts.bits, facts.machine, facts.kind, facts.interpreter) == (32, "mips", "executable", "/lib/ld.so.1")


@pytest.mark.parametrize(
    ("bits", "order", "number", "machine"),
    [
        (2, 1, 62, "amd64"), (1, 1, 3, "386"), (2, 1, 183, "arm64"), (1, 1, 40, "arm"), (2, 2, 22, "s390x"),
        (2, 1, 21, "ppc64le"), (2, 2, 21, "ppc64"), (1, 1, 8, "mipsle"), (1, 2, 8, "mips"),
        (2, 1, 8, "mips64le"), (2, 2, 8, "mips64"),
        (2, 1, 243, "riscv64"), (1, 1, 243, "riscv32"), (2, 1, 258, "loong64"), (2, 1, 9999, "machine-9999"),
    ],
)  # fmt: skip
def test_machines_have_the_names_that_oci_gives_them(bits: int, order: int, number: int, machine: str) -> None:
    head = MAGIC + bytes([bits, order]) + bytes(10) + struct.pack("<>"[order - 1] + "HH", 2, number)
    facts = parse_elf(head.ljust(64, b"\0"))
    assert facts is not None
    assert facts.machine == machine


def with_version_needs(records: int, auxiliaries: int, *, weak: bool = False) -> bytes:
    """A library whose version records all overlap: each claims `auxiliaries` names, and each is the same one.

    They are also each other's auxiliaries, `weak` ones or not.
    """
    dynamic_offset, needs_offset, strings_offset = 512, 1024, 100_000
    tags = [(5, strings_offset), (0x6FFFFFFE, needs_offset), (0x6FFFFFFF, records), (0, 0)]
    content = bytearray(200_000)
    content[:64] = (
        MAGIC + b"\2\1\1".ljust(12, b"\0") + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 64, 0, 0, 64, 56, 2, 0, 0, 0)
    )
    content[64:120] = struct.pack("<IIQQQQQQ", 1, 0, 0, 0, 0, len(content), len(content), 1)
    content[120:176] = struct.pack("<IIQQQQQQ", 2, 0, dynamic_offset, dynamic_offset, 0, 64, 64, 1)
    content[dynamic_offset : dynamic_offset + 64] = b"".join(struct.pack("<QQ", *tag) for tag in tags)
    for position in range(needs_offset, strings_offset - 16, 16):
        # Read as an auxiliary, the third number has the flags.
        content[position : position + 16] = struct.pack("<HHIII", 1, auxiliaries, 2 if weak else 0, 0, 16)
    content[strings_offset : strings_offset + 12] = b"GLIBC_2.34\0\0"
    return bytes(content)


@pytest.mark.parametrize("weak", [False, True])
def test_C67_overlapping_records_cost_no_more_than_a_file_can_honestly_hold(weak: bool) -> None:
    content = with_version_needs(0xFFFFFFFF, 0xFFFF, weak=weak)
    started = time.process_time()
    assert parse_elf(content) is not None
    assert time.process_time() - started < 1


def test_the_text_size_counts_every_name() -> None:
    facts = parse_elf(elf.program("/lib/ld.so", ["liba.so", "libb.so"]))
    assert facts is not None
    assert facts.text_size == len("/lib/ld.so") + len("liba.so") + len("libb.so")


def test_what_patchelf_moved_to_the_end_of_a_huge_file_is_found() -> None:
    """Tools that rewrite a library append a loadable segment; the bytes between are not held."""
    content = elf.program("/lib64/ld-linux-x86-64.so.2", ["liba.so"], tables_at=40 * MEBIBYTE)
    held = ElfContent(64 * MEBIBYTE)
    for start in range(0, len(content), MEBIBYTE // 2):
        held.add(memoryview(content)[start : start + MEBIBYTE // 2])

    facts = parse_elf(held)

    assert facts is not None
    assert (facts.interpreter, facts.needed) == ("/lib64/ld-linux-x86-64.so.2", ("liba.so",))
    assert held_size(held) <= 17 * MEBIBYTE


def test_C67_no_more_than_the_limit_is_held_of_a_file_that_claims_everything_is_loadable() -> None:
    content = elf.program("/lib/ld.so", ["liba.so"], tables_at=40 * MEBIBYTE)
    held = ElfContent(MEBIBYTE)
    held.add(content)

    assert held_size(held) == MEBIBYTE
