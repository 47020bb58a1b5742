"""What the file view says of ELF files."""

from __future__ import annotations

from imgscope.tui.model.content.elf import elf_lines
from tests.support.elf import (
    GLIBC_LOADER,
    MUSL_LOADER,
    glibc_library,
    glibc_program,
    library,
    musl_library,
    musl_program,
    program,
    static_program,
)
from tests.support.images import Entry, file, layer, symlink
from tests.support.memory import inspect

LIBC = file("usr/lib/x86_64-linux-gnu/libc.so.6", glibc_library("2.36"))
LOADER = file(GLIBC_LOADER.strip("/"), glibc_library("2.36", "ld-linux-x86-64.so.2"))


def told(path: str, *entries: Entry, is_gone: bool = False) -> list[str]:
    """What is said of the file at `path` of an image of `entries`."""
    image = inspect(layer(*entries)).image
    node = image.tree.get(path)
    assert node is not None
    assert node.content is not None
    assert node.content.elf is not None
    return [" ".join(line.text.split()) for line in elf_lines(image, node.content.elf, None if is_gone else node)]


def test_a_program_is_told_with_where_its_libraries_are() -> None:
    assert told("app", file("app", glibc_program()), LIBC, LOADER) == [
        "kind program, dynamically linked",
        "machine amd64, 64 bits",
        f"loader {GLIBC_LOADER}",
        "needs libc.so.6 → /usr/lib/x86_64-linux-gnu/libc.so.6",
    ]


def test_what_is_missing_is_said() -> None:
    entries = (file("app", program(GLIBC_LOADER, ["libc.so.6", "libgone.so.1"], rpath="/opt/lib")), LIBC, LOADER)
    assert "rpath /opt/lib" in told("app", *entries)
    assert "libgone.so.1 is not found" in told("app", *entries)
    assert f"loader {GLIBC_LOADER} is not in the image: this does not start" in told(
        "app", file("app", glibc_program())
    )


def test_links_to_libraries_are_followed() -> None:
    entries = (
        file("app", program(GLIBC_LOADER, ["libz.so.1"])),
        file("usr/lib/libz.so.1.2.13", library("libz.so.1")),
        symlink("usr/lib/libz.so.1", "libz.so.1.2.13"),
    )
    assert "needs libz.so.1 → /usr/lib/libz.so.1.2.13" in told("app", *entries, LIBC, LOADER)


def test_musl_is_its_own_library() -> None:
    entries = (file("app", musl_program()), file(MUSL_LOADER.strip("/"), musl_library("1.2.4")))
    assert "needs libc.musl-x86_64.so.1 → /lib/ld-musl-x86_64.so.1" in told("app", *entries)
    assert "C library 1.2.4" in told("lib/ld-musl-x86_64.so.1", *entries)


def test_a_library_is_looked_at_as_a_program_would_load_it() -> None:
    module = file("usr/lib/libx.so", library("libx.so.1", ["libc.so.6"], runpath="/opt"))
    lines = told("usr/lib/libx.so", module, file("bin/app", glibc_program()), LIBC, LOADER)
    assert lines[2:] == [
        "name libx.so.1",
        "runpath /opt",
        "needs as /bin/app would find it:",
        "libc.so.6 → /usr/lib/x86_64-linux-gnu/libc.so.6",
    ]
    assert told("usr/lib/libx.so", module)[-2:] == [
        "needs libc.so.6",
        "no program of the image could load it, so none of these is looked for",
    ]


def test_static_programs_need_nothing() -> None:
    assert told("app", file("app", static_program())) == ["kind program, statically linked", "machine amd64, 64 bits"]


def test_of_what_is_no_longer_there_nothing_is_looked_for() -> None:
    lines = told("app", file("app", glibc_program()), is_gone=True)
    assert lines[2:] == [f"loader {GLIBC_LOADER}", "needs libc.so.6"]


def test_symbol_versions_are_listed() -> None:
    entries = (file("lib/libc.so.6", glibc_library("2.36", defines=["GLIBC_2.2.5", "GLIBC_2.36"])),)
    lines = told("lib/libc.so.6", *entries)
    assert lines[-2:] == ["defines GLIBC_2.2.5", "GLIBC_2.36"]
