"""Which libraries a program gets, and from where."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgscope.errors import LimitError
from imgscope.filesystem.tree import FileTree
from imgscope.linking import linker
from imgscope.linking.configuration import LinkerConfiguration, read_configuration
from imgscope.linking.linker import Linked, Linker
from tests.support import elf
from tests.support.images import Entry, file, symlink
from tests.support.memory import tree_of
from tests.support.roots import (
    MULTIARCH,
    executable,
    glibc_library,
    glibc_program,
    glibc_root,
    musl_library,
    musl_program,
    musl_root,
)

NOTHING_CACHED = LinkerConfiguration(cached={})


class Image:
    """An image and its linker."""

    def __init__(
        self, *entries: Entry, configuration: LinkerConfiguration = NOTHING_CACHED, library_path: str = ""
    ) -> None:
        self.tree: FileTree = tree_of(tuple(entries))
        self.linker = Linker(self.tree, configuration, library_path)

    def link(self, path: str = "app", *, host: str | None = None) -> Linked:
        node, program = self.tree.get(path), self.tree.get(host) if host else None
        assert node is not None
        return self.linker.link(node, host=program)

    def libraries(self, path: str = "app") -> set[str]:
        return {node.path for node in self.link(path).libraries}

    def missing(self, path: str = "app", *, host: str | None = None) -> list[tuple[str, str]]:
        return [(each.name, each.needed_by.path) for each in self.link(path, host=host).missing]


def on_glibc(*entries: Entry, **options: object) -> Image:
    return Image(*glibc_root(), *entries, **options)  # type: ignore[arg-type]


def on_musl(*entries: Entry, **options: object) -> Image:
    return Image(*musl_root(), *entries, **options)  # type: ignore[arg-type]


def test_a_library_is_found_in_the_directories_of_Debian_through_its_link() -> None:
    image = on_glibc(
        executable("app", glibc_program("liba.so.1")),
        file(f"{MULTIARCH}/liba.so.1.2", glibc_library("liba.so.1")),
        symlink(f"{MULTIARCH}/liba.so.1", "liba.so.1.2"),
    )
    assert image.libraries() == {f"{MULTIARCH}/liba.so.1.2", f"{MULTIARCH}/libc.so.6"}
    assert (image.missing(), image.link().family) == ([], "glibc")


@pytest.mark.parametrize("directory", ["lib64", "usr/lib64", "lib", "usr/lib"])
def test_a_library_is_found_in_the_directories_of_other_distributions(directory: str) -> None:
    image = Image(
        executable("lib64/ld-linux-x86-64.so.2", elf.glibc_library("2.36", "ld-linux-x86-64.so.2")),
        file(f"{directory}/liba.so.1", elf.library("liba.so.1")),
        executable("app", elf.program(elf.GLIBC_LOADER, ["liba.so.1"])),
    )
    assert image.missing() == []


def test_a_library_that_is_nowhere_is_missing_and_blamed_on_the_file_that_names_it() -> None:
    image = on_glibc(
        executable("app", glibc_program("liba.so.1", "libb.so.1", "libc1.so")),
        file(f"{MULTIARCH}/liba.so.1", glibc_library("liba.so.1", "libgone.so.2")),
        file(f"{MULTIARCH}/libb.so.1", glibc_library("libb.so.1", "libgone.so.2")),
    )
    assert image.missing() == [("libc1.so", "app"), ("libgone.so.2", f"{MULTIARCH}/liba.so.1")]


def test_a_library_for_another_machine_or_word_size_is_none() -> None:
    image = on_glibc(
        executable("app", glibc_program("liba.so.1")),
        file("usr/lib/liba.so.1", elf.library("liba.so.1", machine=elf.ARM64)),
        file(f"{MULTIARCH}/liba.so.1", "INPUT(liba.so)"),
    )
    assert image.missing() == [("liba.so.1", "app")]


LIBRARY = file("opt/lib/liba.so.1", glibc_library("liba.so.1"))


@pytest.mark.parametrize("path", ["/opt/lib", "/nowhere:$ORIGIN/../lib", "${ORIGIN}/../lib"])
def test_runpath_and_rpath_lead_to_libraries(path: str) -> None:
    for attribute in ("runpath", "rpath"):
        content = elf.program(elf.GLIBC_LOADER, ["liba.so.1"], **{attribute: path})  # type: ignore[arg-type]
        assert on_glibc(executable("opt/bin/app", content), LIBRARY).missing("opt/bin/app") == []


def test_LD_LIBRARY_PATH_of_the_image_leads_to_libraries() -> None:
    program = executable("app", glibc_program("liba.so.1"))
    assert on_glibc(program, LIBRARY).missing() == [("liba.so.1", "app")]
    assert on_glibc(program, LIBRARY, library_path="/x::/opt/lib").missing() == []
    assert on_musl(executable("app", musl_program("liba.so.1")), LIBRARY, library_path="/opt/lib").missing() == []


def chain(program: dict[str, str], middle: dict[str, str]) -> Sequence[Entry]:
    """A program, the library that it needs, and one that only that needs."""
    return (
        executable("app", elf.program(elf.GLIBC_LOADER, ["libmiddle.so"], **program)),  # type: ignore[arg-type]
        file("opt/lib/libmiddle.so", elf.library("libmiddle.so", ["liba.so.1"], **middle)),  # type: ignore[arg-type]
        LIBRARY,
    )


def test_glibc_hands_RPATH_down_to_libraries_but_not_RUNPATH() -> None:
    path = {"runpath": "/opt/lib"}
    assert on_glibc(*chain({"rpath": "/opt/lib"}, {})).missing() == []
    assert on_glibc(*chain(path, {})).missing() == [("liba.so.1", "opt/lib/libmiddle.so")]
    assert on_glibc(*chain(path, path)).missing() == []


def test_glibc_ignores_what_is_handed_down_for_a_library_with_a_RUNPATH_of_its_own() -> None:
    image = on_glibc(*chain({"rpath": "/opt/lib"}, {"runpath": "/nowhere"}))
    assert image.missing() == [("liba.so.1", "opt/lib/libmiddle.so")]


def test_musl_hands_both_down() -> None:
    for attribute in ("runpath", "rpath"):
        content = elf.program(elf.MUSL_LOADER, ["libmiddle.so"], **{attribute: "/opt/lib"})  # type: ignore[arg-type]
        middle = file("opt/lib/libmiddle.so", musl_library("libmiddle.so", "liba.so.1"))
        assert on_musl(executable("app", content), middle, LIBRARY).missing() == []


def test_what_is_loaded_already_is_found_by_its_SONAME_on_glibc_and_by_its_file_name_on_musl() -> None:
    def entries(loader: str) -> Sequence[Entry]:
        return (
            executable("app", elf.program(loader, ["plugin.so", "libuser.so"], rpath="/opt/a")),
            file("opt/a/plugin.so", elf.library("libreal.so.1")),
            file("opt/a/libuser.so", elf.library("libuser.so", ["libreal.so.1"])),
        )

    assert on_glibc(*entries(elf.GLIBC_LOADER)).missing() == []
    assert on_musl(*entries(elf.MUSL_LOADER)).missing() == [("libreal.so.1", "opt/a/libuser.so")]


def test_ld_so_cache_is_all_that_glibc_knows_of_ld_so_conf() -> None:
    program = executable("app", glibc_program("liba.so.1"))
    searched = LinkerConfiguration(directories=("/opt/lib",), cached={})
    listed = LinkerConfiguration(cached={"liba.so.1": ("/gone/liba.so.1", "/opt/lib/liba.so.1")})
    assert on_glibc(program, LIBRARY, configuration=searched).missing() == [("liba.so.1", "app")]
    assert on_glibc(program, LIBRARY, configuration=listed).missing() == []


def test_where_the_cache_cannot_be_read_the_directories_of_ld_so_conf_are_taken_for_it() -> None:
    unread = LinkerConfiguration(directories=("/opt/lib",), cached=None)
    assert on_glibc(executable("app", glibc_program("liba.so.1")), LIBRARY, configuration=unread).missing() == []


def test_musl_looks_in_its_own_directories_or_those_of_its_path_file() -> None:
    program = executable("app", musl_program("liba.so.1"))
    library = file("usr/local/lib/liba.so.1", musl_library("liba.so.1"))
    assert on_musl(program, library).missing() == []
    moved = LinkerConfiguration(musl_paths={"x86_64": ("/opt/lib",)})
    assert on_musl(program, library, configuration=moved).missing() == [("liba.so.1", "app")]
    assert on_musl(program, LIBRARY, configuration=moved).missing() == []


def test_musl_goes_by_a_path_file_that_is_named_after_its_own_word_for_the_architecture() -> None:
    loader = "/lib/ld-musl-loongarch64.so.1"
    image = Image(
        executable("lib/ld-musl-loongarch64.so.1", elf.library(None, text=b"\0musl libc (\01.2.5\0", machine=258)),
        executable("app", elf.program(loader, ["liba.so.1"], machine=258)),
        file("opt/lib/liba.so.1", elf.library("liba.so.1", machine=258)),
        configuration=LinkerConfiguration(musl_paths={"loongarch64": ("/opt/lib",)}),
    )
    assert image.missing() == []


def test_musl_is_all_the_libraries_of_a_C_library_itself() -> None:
    names = ["libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libutil.so.1"]
    image = on_musl(executable("app", elf.program(elf.MUSL_LOADER, [*names, "libcrypt.so.1"])))
    assert image.missing() == [("libcrypt.so.1", "app")]
    assert image.libraries() == {"lib/ld-musl-x86_64.so.1"}


def test_a_program_for_glibc_that_musl_starts_goes_by_the_rules_of_musl() -> None:
    image = on_musl(
        symlink("lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1"),
        executable("app", glibc_program("libstdc++.so.6")),
        file("usr/local/lib/libstdc++.so.6", musl_library("libstdc++.so.6")),
    )
    assert (image.link().family, image.missing()) == ("musl", [])


def test_glibc_in_a_directory_of_its_own_looks_beside_its_loader() -> None:
    image = on_musl(
        symlink("lib64/ld-linux-x86-64.so.2", "/usr/glibc-compat/lib/ld-linux-x86-64.so.2"),
        executable("usr/glibc-compat/lib/ld-linux-x86-64.so.2", elf.glibc_library("2.35", "ld-linux-x86-64.so.2")),
        executable("usr/glibc-compat/lib/libc.so.6", elf.glibc_library("2.35")),
        executable("app", glibc_program()),
    )
    assert (image.link().family, image.missing()) == ("glibc", [])


def test_uclibc_looks_in_lib_and_usr_lib() -> None:
    image = Image(
        executable("lib/ld-uClibc.so.0", elf.library("ld-uClibc.so.0")),
        executable("lib/libc.so.0", elf.library("libc.so.0")),
        executable("bin/sh", elf.program(elf.UCLIBC_LOADER, ["libc.so.0", "libgone.so.0"])),
    )
    assert (image.link("bin/sh").family, image.missing("bin/sh")) == ("uclibc", [("libgone.so.0", "bin/sh")])


def test_without_its_loader_nothing_is_said_of_a_program() -> None:
    image = Image(executable("app", glibc_program("liba.so.1")), executable("b", elf.program("/system/bin/linker64")))
    for path in ("app", "b"):
        assert (image.link(path).family, image.missing(path)) == ("unknown", [])


def test_a_module_finds_what_its_host_has_loaded_and_looks_by_the_RPATH_of_the_host() -> None:
    image = on_glibc(
        executable("bin/host", elf.program(elf.GLIBC_LOADER, ["libpython.so.1", "libc.so.6"], rpath="/opt/lib")),
        file("opt/lib/libpython.so.1", glibc_library("libpython.so.1")),
        LIBRARY,
        file("modules/m.so", glibc_library(None, "libpython.so.1", "liba.so.1", "libgone.so.1")),
    )
    assert image.missing("modules/m.so", host="bin/host") == [("libgone.so.1", "modules/m.so")]


def test_programs_that_ask_for_the_same_are_each_blamed_themselves() -> None:
    image = on_glibc(*(executable(f"bin/{name}", glibc_program("libgone.so.1")) for name in "abc"))
    for name in "abc":
        assert image.missing(f"bin/{name}") == [("libgone.so.1", f"bin/{name}")]


def test_libraries_that_need_each_other_are_loaded_once() -> None:
    image = on_glibc(
        executable("app", glibc_program("liba.so.1")),
        file(f"{MULTIARCH}/liba.so.1", glibc_library("liba.so.1", "libb.so.1")),
        file(f"{MULTIARCH}/libb.so.1", glibc_library("libb.so.1", "liba.so.1", "libb.so.1")),
    )
    assert len(image.link().libraries) == 3


def test_a_library_named_by_its_path_is_looked_for_there_alone() -> None:
    found = on_glibc(executable("app", glibc_program("/opt/lib/liba.so.1")), LIBRARY)
    gone = on_glibc(executable("app", glibc_program("/opt/liba.so.1")), LIBRARY)
    assert found.missing() == []
    assert gone.missing() == [("/opt/liba.so.1", "app")]


def test_glibc_knows_the_directory_of_a_program_in_the_name_of_a_library_too() -> None:
    name = "$ORIGIN/../lib/liba.so.1"
    assert on_glibc(executable("opt/bin/app", glibc_program(name)), LIBRARY).missing("opt/bin/app") == []
    assert on_musl(executable("opt/bin/app", musl_program(name)), LIBRARY).missing("opt/bin/app") == [
        (name, "opt/bin/app")
    ]


def test_links_in_a_circle_lead_to_no_library() -> None:
    image = on_glibc(
        executable("app", glibc_program("liba.so.1")),
        symlink(f"{MULTIARCH}/liba.so.1", "libb.so.1"),
        symlink(f"{MULTIARCH}/libb.so.1", "liba.so.1"),
    )
    assert image.missing() == [("liba.so.1", "app")]


def test_an_image_that_asks_for_more_libraries_than_any_honest_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linker, "_MOST_LOOK_UPS", 100)
    image = on_glibc(executable("app", elf.program(elf.GLIBC_LOADER, [f"lib{number}.so" for number in range(200)])))
    with pytest.raises(LimitError, match="more than the 100 libraries"):
        image.link()


NAMES = ("a.so", "b.so", "c.so", "/lib/a.so", "$ORIGIN/b.so", "libc.so.6")
PATHS = (None, "", "$ORIGIN", "/lib:$LIB:/opt", "$ORIGIN/../lib:" * 100)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(NAMES), max_size=6), st.sampled_from(PATHS), st.sampled_from(PATHS)),
        min_size=4,
        max_size=4,
    ),
    st.sampled_from([elf.GLIBC_LOADER, elf.MUSL_LOADER, elf.UCLIBC_LOADER, "/lib/a.so", "/app"]),
)
def test_C67_whatever_files_ask_for_linking_ends_and_lacks_only_what_they_ask_for(
    asked: list[tuple[list[str], str | None, str | None]], loader: str
) -> None:
    contents = [elf.library(None, needed, rpath=rpath, runpath=runpath) for needed, rpath, runpath in asked[1:]]
    needed, rpath, runpath = asked[0]
    image = on_glibc(
        executable("app", elf.program(loader, needed, rpath=rpath, runpath=runpath)),
        *(file(f"usr/lib/{name}", content) for name, content in zip(NAMES, contents, strict=False)),
    )
    linked = image.link()
    assert len(set(linked.libraries)) == len(linked.libraries)
    for missing in linked.missing:
        content = missing.needed_by.content
        assert content is not None
        assert content.elf is not None
        assert missing.name in content.elf.needed


def test_the_configuration_of_an_image_is_what_its_files_say() -> None:
    tree = tree_of((file("etc/ld.so.conf", "/opt/lib\n"),))
    assert read_configuration(tree, tree.captured).directories == ("/opt/lib",)
