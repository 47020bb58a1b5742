"""Facts of an ELF file (System V gABI chapters 4 and 5; LSB "Symbol Versioning").

Every offset and count in the file is a claim: what points outside the content that was read is left out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from imgscope.layer._elf_content import PT_DYNAMIC, PT_INTERP, ElfContent, Segment
from imgscope.layer._go_build import go_build

_ET_EXEC, _ET_DYN = 2, 3
_DT_NEEDED, _DT_STRTAB, _DT_SONAME, _DT_RPATH, _DT_RUNPATH = 1, 5, 14, 15, 29
_DT_FLAGS_1, _DT_VERDEF, _DT_VERDEFNUM, _DT_VERNEED, _DT_VERNEEDNUM = (
    0x6FFFFFFB,
    0x6FFFFFFC,
    0x6FFFFFFD,
    0x6FFFFFFE,
    0x6FFFFFFF,
)
_DF_1_PIE: Final = 0x08000000

_LONGEST_STRING: Final = 4096
_MOST_DYNAMIC: Final = 4096
_MOST_VERSIONS: Final = 4096

_MACHINES: Final = {
    3: "386",
    8: "mips",
    20: "ppc",
    21: "ppc64",
    22: "s390x",
    40: "arm",
    62: "amd64",
    183: "arm64",
    243: "riscv",
    258: "loong64",
}
_GLIBC_BANNER: Final = re.compile(rb"(?:stable|development) release version (\d+\.\d+(?:\.\d+)?)")
_MUSL_BANNER: Final = b"musl libc ("
_MUSL_VERSION: Final = re.compile(rb"\x00(\d+\.\d+\.\d+)(?:-git-[\w-]+)?\x00")
# Those of the C library, of libstdc++ and of libgcc: what a program built on a newer system asks an older one for.
_KEPT_VERSIONS: Final = ("GLIBC_", "GLIBCXX_", "CXXABI_", "GCC_")
_VER_FLG_WEAK: Final = 2


class ElfFacts(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """What a program or library says of itself.

    `kind` is `executable`, `static`, `static-pie`, `shared-library`, `object`, `core` or `other`.
    `machine` is the architecture by its OCI name. `version_needs` and `version_definitions` hold symbol
    versions such as `GLIBC_2.34` and `GLIBCXX_3.4.30`; of the needs only those that are not weak. `libc_version` is
    set on C libraries and their loaders, from the version text inside the file. `go_build` is what the Go toolchain
    noted in a program: see `layer._go_build`.
    """

    bits: int
    machine: str
    kind: str
    interpreter: str | None = None
    needed: tuple[str, ...] = ()
    soname: str | None = None
    runpath: str | None = None
    rpath: str | None = None
    version_needs: tuple[str, ...] = ()
    version_definitions: tuple[str, ...] = ()
    libc_version: str | None = None
    go_build: str | None = None

    @property
    def is_static(self) -> bool:
        """Whether this is a program that needs neither a loader nor a library."""
        return self.kind in ("static", "static-pie")

    @property
    def text_size(self) -> int:
        """The length of all names together, in characters: a file of a few kB can claim megabytes of them."""
        single = (self.interpreter, self.soname, self.runpath, self.rpath, self.go_build)
        several = (*self.needed, *self.version_needs, *self.version_definitions)
        return sum(len(text or "") for text in single) + sum(map(len, several))


def parse_elf(content: ElfContent | bytes | bytearray) -> ElfFacts | None:
    """Return the facts of the ELF file that `content` holds, or None if it is not one."""
    view = content if isinstance(content, ElfContent) else _whole(content)
    if not view.open():
        return None
    segments = list(view.segments())
    dynamic = _dynamic(view, segments)
    strings = _string_table(view, segments, dynamic)
    interpreter = next(
        (view.string(offset, min(size, _LONGEST_STRING)) for kind, _, offset, size, _ in segments if kind == PT_INTERP),
        None,
    )
    soname = next(strings(dynamic.get(_DT_SONAME, ())), None)
    return ElfFacts(
        bits=view.bits,
        machine=_machine(view),
        kind=_kind(view, interpreter, dynamic),
        interpreter=interpreter,
        needed=tuple(strings(dynamic.get(_DT_NEEDED, ()))),
        soname=soname,
        runpath=next(strings(dynamic.get(_DT_RUNPATH, ())), None),
        rpath=next(strings(dynamic.get(_DT_RPATH, ())), None),
        version_needs=_versions(view, segments, dynamic, strings, _NEEDS),
        version_definitions=_versions(view, segments, dynamic, strings, _DEFINITIONS),
        libc_version=_libc_version(view.head, soname, dynamic),
        go_build=go_build(view, segments),
    )


def _whole(content: bytes | bytearray) -> ElfContent:
    held = ElfContent(len(content))
    held.add(content)
    return held


def _dynamic(view: ElfContent, segments: list[Segment]) -> dict[int, list[int]]:
    tags: dict[int, list[int]] = {}
    located = next(((offset, size) for kind, _, offset, size, _ in segments if kind == PT_DYNAMIC), None)
    if located is None:
        return tags
    offset, size = located
    layout, step = ("QQ", 16) if view.bits == 64 else ("II", 8)
    for position in range(min(size // step, _MOST_DYNAMIC)):
        pair = view.unpack(layout, offset + position * step)
        if pair is None or pair[0] == 0:
            break
        tags.setdefault(pair[0], []).append(pair[1])
    return tags


class _Strings:
    """Calling it with offsets into the dynamic string table yields the strings that are there."""

    def __init__(self, view: ElfContent, table: int | None) -> None:
        self.view = view
        self.table = table

    def __call__(self, offsets: Iterable[int]) -> Iterator[str]:
        if self.table is None:
            return
        for offset in offsets:
            text = self.view.string(self.table + offset, _LONGEST_STRING)
            if text is not None:
                yield text


def _string_table(view: ElfContent, segments: list[Segment], dynamic: dict[int, list[int]]) -> _Strings:
    address = next(iter(dynamic.get(_DT_STRTAB, ())), None)
    return _Strings(view, None if address is None else view.file_offset(segments, address))


class _VersionTable(msgspec.Struct, frozen=True):
    """Where one of the two symbol version sections keeps its chain of records."""

    address_tag: int
    count_tag: int
    record_layout: str
    auxiliary_position: int
    next_position: int
    auxiliary_layout: str
    name_position: int
    flags_position: int | None
    only_first: bool


_NEEDS = _VersionTable(_DT_VERNEED, _DT_VERNEEDNUM, "HHIII", 3, 4, "IHHII", 3, 1, False)
_DEFINITIONS = _VersionTable(_DT_VERDEF, _DT_VERDEFNUM, "HHHHIII", 5, 6, "II", 0, None, True)


def _versions(
    view: ElfContent,
    segments: list[Segment],
    dynamic: dict[int, list[int]],
    strings: _Strings,
    table: _VersionTable,
) -> tuple[str, ...]:
    address = next(iter(dynamic.get(table.address_tag, ())), None)
    count = next(iter(dynamic.get(table.count_tag, ())), 0)
    offset = None if address is None else view.file_offset(segments, address)
    auxiliaries = () if offset is None else _auxiliaries(view, offset, count, table)
    # The records may overlap, so that a small file can claim millions of them.
    counted = itertools.islice(auxiliaries, _MOST_VERSIONS)
    found = dict.fromkeys(strings(each[table.name_position] for each in counted if not _is_weak(each, table)))
    return tuple(name for name in found if name.startswith(_KEPT_VERSIONS))


def _is_weak(auxiliary: tuple[int, ...], table: _VersionTable) -> bool:
    """Whether a loader goes on without this version: where all symbols of it are weak."""
    return table.flags_position is not None and bool(auxiliary[table.flags_position] & _VER_FLG_WEAK)


def _auxiliaries(view: ElfContent, offset: int, count: int, table: _VersionTable) -> Iterator[tuple[int, ...]]:
    """Yield the fields of the auxiliaries that name versions, in the chain of records that starts at `offset`."""
    for _ in range(min(count, _MOST_VERSIONS)):
        record = view.unpack(table.record_layout, offset)
        if record is None:
            return
        wanted = 1 if table.only_first else record[1]
        yield from _auxiliaries_of(view, offset + record[table.auxiliary_position], wanted, table)
        if record[table.next_position] == 0:
            return
        offset += record[table.next_position]


def _auxiliaries_of(view: ElfContent, offset: int, count: int, table: _VersionTable) -> Iterator[tuple[int, ...]]:
    for _ in range(count):
        auxiliary = view.unpack(table.auxiliary_layout, offset)
        if auxiliary is None:
            return
        yield auxiliary
        following = auxiliary[-1]
        if following == 0:
            return
        offset += following


def _machine(view: ElfContent) -> str:
    fields = view.unpack("H", 18)
    number = fields[0] if fields else 0
    name = _MACHINES.get(number, f"machine-{number}")
    if name == "riscv":
        return f"riscv{view.bits}"
    if name == "mips" and view.bits == 64:
        name = "mips64"
    if name in ("ppc64", "mips", "mips64") and view.order == "<":
        return f"{name}le"
    return name


def _kind(view: ElfContent, interpreter: str | None, dynamic: dict[int, list[int]]) -> str:
    fields = view.unpack("H", 16)
    number = fields[0] if fields else 0
    is_pie = any(flags & _DF_1_PIE for flags in dynamic.get(_DT_FLAGS_1, ()))
    if number == _ET_EXEC:
        return "executable" if interpreter or dynamic.get(_DT_NEEDED) else "static"
    if number == _ET_DYN:
        if is_pie and not interpreter and not dynamic.get(_DT_NEEDED):
            return "static-pie"
        return "executable" if interpreter and (is_pie or _DT_SONAME not in dynamic) else "shared-library"
    return {1: "object", 4: "core"}.get(number, "other")


def _libc_version(content: bytes | bytearray, soname: str | None, dynamic: dict[int, list[int]]) -> str | None:
    if soname is not None and soname.startswith(("libc.so.6", "ld-linux", "ld64.so", "ld.so.1")):
        banner = _GLIBC_BANNER.search(content)
        return banner.group(1).decode() if banner else None
    # musl is one file, library and loader at once; some builds give it no name at all.
    is_alone = bool(dynamic) and not dynamic.get(_DT_NEEDED)
    named_like_musl = soname in (None, "libc.so") or str(soname).startswith(("libc.musl-", "ld-musl-"))
    if is_alone and named_like_musl and _MUSL_BANNER in content:
        versions = {match.group(1) for match in _MUSL_VERSION.finditer(content)}
        return versions.pop().decode() if len(versions) == 1 else None
    return None
