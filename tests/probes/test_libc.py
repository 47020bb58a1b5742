"""The verdict on the C library, from programs and files alone."""

from __future__ import annotations

import pytest

from imgscope.filesystem.tree import FileTree
from imgscope.layer.index import LayerIndex
from imgscope.probes.libc import PROBE
from imgscope.report import Libc, LibcBinaries
from tests.support import elf
from tests.support.images import Entry, directory, file, hard_link, symlink
from tests.support.memory import tree_of

DEBIAN_LIBC = "usr/lib/x86_64-linux-gnu/libc.so.6"
DEBIAN_LOADER = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"


def executable(path: str, content: bytes) -> Entry:
    return file(path, content, mode=0o755)


def libc_of(tree: FileTree) -> Libc:
    (found,) = PROBE.find(tree)
    assert isinstance(found, Libc)
    return found


def binaries(*, glibc: int = 0, musl: int = 0, uclibc: int = 0, static: int = 0, other: int = 0) -> LibcBinaries:
    return LibcBinaries(glibc=glibc, musl=musl, uclibc=uclibc, static=static, other=other)


def glibc(version: str = "2.36") -> tuple[Entry, ...]:
    """As Debian lays it out since the merge of /usr."""
    return (
        symlink("lib", "usr/lib"),
        symlink("lib64", "usr/lib64"),
        executable(DEBIAN_LOADER, elf.glibc_library(version, "ld-linux-x86-64.so.2")),
        symlink("usr/lib64/ld-linux-x86-64.so.2", "../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        executable(DEBIAN_LIBC, elf.glibc_library(version)),
    )


def musl(version: str = "1.2.5") -> tuple[Entry, ...]:
    """As Alpine lays it out."""
    return (
        executable("lib/ld-musl-x86_64.so.1", elf.musl_library(version, "libc.musl-x86_64.so.1")),
        symlink("lib/libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1"),
    )


def test_C54_programs_and_loader_of_glibc_are_glibc_through_the_links_of_a_merged_usr() -> None:
    found = libc_of(tree_of((*glibc(), executable("usr/bin/a", elf.glibc_program()))))
    assert found == Libc(
        family="glibc",
        version="2.36",
        loader="usr/lib64/ld-linux-x86-64.so.2",
        evidence=(
            f"/usr/lib64/ld-linux-x86-64.so.2 is the loader of glibc (at /{DEBIAN_LOADER})",
            f"/{DEBIAN_LOADER} says it is version 2.36",
            "1 program asks for /lib64/ld-linux-x86-64.so.2",
        ),
        confidence="high",
        binaries=binaries(glibc=1),
    )


def test_C54_programs_and_loader_of_musl_are_musl() -> None:
    found = libc_of(
        tree_of((*musl(), executable("bin/a", elf.musl_program()), executable("bin/b", elf.musl_program())))
    )
    assert (found.family, found.version, found.loader, found.confidence) == (
        "musl",
        "1.2.5",
        "lib/ld-musl-x86_64.so.1",
        "high",
    )
    assert "2 programs ask for /lib/ld-musl-x86_64.so.1" in found.evidence


def test_C54_the_musl_of_debian_has_no_SONAME_and_is_musl() -> None:
    tree = tree_of(
        (
            executable("usr/lib/x86_64-linux-musl/libc.so", elf.musl_library("1.2.3")),
            symlink("lib/ld-musl-x86_64.so.1", "/usr/lib/x86_64-linux-musl/libc.so"),
            executable("bin/a", elf.program(elf.MUSL_LOADER, ["libc.so"])),
        )
    )
    found = libc_of(tree)
    assert (found.family, found.version, found.loader) == ("musl", "1.2.3", "lib/ld-musl-x86_64.so.1")


def test_a_second_C_library_that_no_program_needs_changes_nothing() -> None:
    found = libc_of(tree_of((*glibc(), executable("bin/a", elf.glibc_program()), *musl()[:1])))
    assert (found.family, found.version) == ("glibc", "2.36")


def test_C54_programs_for_two_C_libraries_are_mixed() -> None:
    tree = tree_of((*musl(), executable("bin/a", elf.musl_program()), executable("opt/b", elf.glibc_program())))
    found = libc_of(tree)
    assert (found.family, found.loader) == ("mixed", "lib/ld-musl-x86_64.so.1")
    assert found.binaries == binaries(glibc=1, musl=1)
    assert "1 program asks for /lib64/ld-linux-x86-64.so.2, which is not in the image" in found.evidence


def test_a_program_for_another_C_library_than_the_one_installed_is_mixed() -> None:
    found = libc_of(tree_of((*musl(), executable("bin/a", elf.glibc_program()))))
    assert (found.family, found.binaries) == ("mixed", binaries(glibc=1))


def test_C54_static_programs_alone_need_no_C_library() -> None:
    found = libc_of(tree_of((executable("app", elf.static_program()),)))
    assert (found.family, found.confidence, found.evidence) == ("none", "high", ("1 program is static",))
    assert found.binaries == binaries(static=1)


def test_an_image_without_programs_has_no_C_library() -> None:
    found = libc_of(tree_of((file("etc/hosts", "127.0.0.1 localhost"),)))
    assert (found.family, found.confidence) == ("none", "high")
    assert found.evidence == ("no program and no C library was found",)


def test_a_C_library_without_programs_is_still_the_one_of_the_image() -> None:
    assert libc_of(tree_of(glibc())).family == "glibc"
    assert libc_of(tree_of((file(DEBIAN_LIBC, elf.glibc_library("2.36")),))).confidence == "medium"


def test_a_program_whose_C_library_is_missing_is_named_by_what_it_asks_for_but_not_trusted() -> None:
    found = libc_of(tree_of((executable("app", elf.glibc_program()),)))
    assert (found.family, found.confidence, found.version, found.loader) == ("glibc", "low", None, None)


def test_C54_a_program_with_a_loader_of_its_own_is_told_by_the_libraries_it_needs() -> None:
    found = libc_of(tree_of((*glibc(), executable("opt/a", elf.program("/opt/start", ["libm.so.6", "libc.so.6"])))))
    assert (found.family, found.binaries) == ("glibc", binaries(glibc=1))


def test_a_program_for_an_unknown_C_library_is_unknown() -> None:
    found = libc_of(tree_of((executable("opt/a", elf.program("/opt/start", ["libfoo.so"])),)))
    assert (found.family, found.confidence, found.binaries) == ("unknown", "low", binaries(other=1))


def test_C54_uclibc_is_known_by_its_loader_and_its_version_by_its_file_name() -> None:
    tree = tree_of(
        (
            executable("lib/ld-uClibc-0.9.33.2.so", elf.library("ld-uClibc.so.0")),
            symlink("lib/ld-uClibc.so.0", "ld-uClibc-0.9.33.2.so"),
            executable("lib/libuClibc-0.9.33.2.so", elf.library("libc.so.0")),
            executable("bin/busybox", elf.program(elf.UCLIBC_LOADER, ["libc.so.0"])),
        )
    )
    found = libc_of(tree)
    assert (found.family, found.version, found.binaries) == ("uclibc", "0.9.33.2", binaries(uclibc=1))


def test_bionic_is_known_by_the_loader_that_programs_ask_for() -> None:
    program = executable("system/bin/sh", elf.program("/system/bin/linker64", ["libc.so"]))
    assert libc_of(tree_of((program,))).family == "bionic"
    found = libc_of(tree_of((program, executable("system/bin/linker64", elf.library("ld-android.so")))))
    assert (found.family, found.loader, found.confidence) == ("bionic", "system/bin/linker64", "high")


@pytest.mark.parametrize(
    "shim",
    [
        (symlink("lib64/ld-linux-x86-64.so.2", "../lib/ld-musl-x86_64.so.1"),),
        (executable("lib/ld-linux-x86-64.so.2", elf.program(elf.MUSL_LOADER, ["libc.musl-x86_64.so.1"])),),
    ],
    ids=["libc6-compat", "gcompat"],
)
def test_what_stands_in_for_the_loader_of_glibc_on_alpine_is_no_glibc(shim: tuple[Entry, ...]) -> None:
    found = libc_of(tree_of((*musl(), *shim)))
    assert found.family == "musl"


def test_C54_with_gcompat_programs_for_glibc_run_on_musl_and_the_evidence_says_so() -> None:
    shim = executable("lib/ld-linux-x86-64.so.2", elf.program(elf.MUSL_LOADER, ["libgcompat.so.0"]))
    found = libc_of(
        tree_of(
            (
                *musl(),
                shim,
                symlink("lib64", "lib"),
                executable("lib/libgcompat.so.0", elf.library("libgcompat.so.0", ["libc.musl-x86_64.so.1"])),
                executable("app", elf.glibc_program()),
            )
        )
    )
    assert (found.family, found.version, found.loader) == ("musl", "1.2.5", "lib/ld-musl-x86_64.so.1")
    assert found.binaries == binaries(glibc=1, musl=1)
    assert "/lib64/ld-linux-x86-64.so.2 is gcompat, with which programs for glibc start on musl" in found.evidence


def test_C54_a_link_from_the_loader_of_glibc_to_that_of_musl_is_no_gcompat() -> None:
    shim = symlink("lib64/ld-linux-x86-64.so.2", "../lib/ld-musl-x86_64.so.1")
    found = libc_of(tree_of((*musl(), shim, executable("app", elf.glibc_program()))))
    assert found.family == "musl"
    assert (
        "/lib64/ld-linux-x86-64.so.2 is a stand-in of musl's, with which programs for glibc start on musl"
        in found.evidence
    )
    without = libc_of(tree_of((*musl(), executable("bin/a", elf.musl_program()))))
    assert not any("start on" in sentence for sentence in without.evidence)


def test_C54_a_glibc_without_its_version_text_is_told_by_the_symbol_versions_it_defines() -> None:
    definitions = ["GLIBC_2.2.5", "GLIBC_2.36", "GLIBC_2.4", "GLIBC_PRIVATE"]
    tree = tree_of((executable(DEBIAN_LIBC, elf.library("libc.so.6", defines=definitions)),))
    assert (libc_of(tree).family, libc_of(tree).version) == ("glibc", "2.36")


def test_C54_the_uclibc_of_64_bits_has_a_loader_of_its_own_name() -> None:
    tree = tree_of(
        (
            executable("lib/ld64-uClibc-1.0.45.so", elf.library("ld64-uClibc.so.1")),
            symlink("lib/ld64-uClibc.so.1", "ld64-uClibc-1.0.45.so"),
            executable("bin/busybox", elf.program("/lib/ld64-uClibc.so.1", ["libc.so.1"])),
        )
    )
    found = libc_of(tree)
    assert (found.family, found.version, found.loader) == ("uclibc", "1.0.45", "lib/ld64-uClibc.so.1")


@pytest.mark.parametrize(
    "entry",
    [
        file("lib/ld-linux.txt", "about loaders"),
        directory("lib64/ld-linux-x86-64.so.2"),
        symlink("lib64/ld-linux-x86-64.so.2", "gone"),
    ],
)
def test_what_only_has_the_name_of_a_loader_is_none(entry: Entry) -> None:
    found = libc_of(tree_of((entry,)))
    assert (found.family, found.loader) == ("none", None)


def test_hard_links_to_one_program_count_once() -> None:
    tree = tree_of((*musl(), executable("bin/a", elf.musl_program()), hard_link("bin/b", "bin/a")))
    assert libc_of(tree).binaries == binaries(musl=1)


def test_of_an_image_that_was_not_read_completely_nothing_is_claimed_for_sure() -> None:
    whole = tree_of((file("etc/hosts"),)).layers[0]
    found = libc_of(_stacked_with_error(whole))
    assert (found.family, found.confidence) == ("unknown", "low")
    with_libc = tree_of((*glibc(), executable("bin/a", elf.glibc_program()))).layers[0]
    assert libc_of(_stacked_with_error(with_libc)).confidence == "medium"


def _stacked_with_error(layer: LayerIndex) -> FileTree:
    import msgspec

    from imgscope.filesystem.stack import stack

    return stack([msgspec.structs.replace(layer, error="ends too early")])


def test_C70_evidence_is_safe_to_show_and_does_not_grow_without_end() -> None:
    programs = [executable(f"bin/{number}", elf.program(f"/lib/\x1b[31m{number}")) for number in range(100)]
    evidence = libc_of(tree_of(tuple(programs))).evidence
    assert "1 program asks for /lib/\\x1b[31m0, which is not in the image" in evidence
    assert evidence[-1] == "92 more programs ask for other loaders"
    assert len(evidence) == 9
