"""Programs whose loader is not in the image."""

from __future__ import annotations

from imgscope.report import Severity
from tests.rules.examples import dpkg
from tests.support import elf
from tests.support.images import BuiltLayer, file, layer, symlink
from tests.support.memory import inspect
from tests.support.roots import executable, glibc_root, musl_root

MUSL = file("lib/ld-musl-x86_64.so.1", elf.musl_library("1.2.5"), mode=0o755)


def test_a_glibc_program_on_musl_cannot_start_and_the_finding_says_what_is_there_instead() -> None:
    report = inspect(layer(MUSL), layer(file("opt/app", elf.glibc_program(), mode=0o755))).report
    (found,) = report.findings
    assert (found.rule_id, found.severity, found.layer, found.paths) == (
        "interpreter-missing",
        Severity.HIGH,
        1,
        ("opt/app",),
    )
    assert found.message == (
        "/opt/app cannot start: it is built for glibc and asks for /lib64/ld-linux-x86-64.so.2, which is not in the "
        "image (it has musl 1.2.5 with /lib/ld-musl-x86_64.so.1)"
    )


def test_an_image_without_any_loader_is_not_said_to_have_one() -> None:
    (found,) = inspect(layer(file("app", elf.glibc_program(), mode=0o755))).report.findings
    assert found.message.endswith("is not in the image (it has no loader)")


def test_programs_that_ask_for_the_same_loader_are_one_finding_a_layer() -> None:
    programs = [file(f"bin/{name}", elf.glibc_program(), mode=0o755) for name in "abc"]
    (found,) = inspect(layer(*programs)).report.findings
    assert found.paths == ("bin/a", "bin/b", "bin/c")


def test_a_program_for_an_unknown_C_library_is_told_by_its_loader_alone() -> None:
    (found,) = inspect(layer(file("app", elf.program("/opt/start", ["a.so"]), mode=0o755))).report.findings
    assert found.message == "/app cannot start: it needs /opt/start, which is not in the image (it has no loader)"


def test_a_program_for_the_C_library_of_the_image_but_32_bits_is_told_what_to_install() -> None:
    program = executable("app", elf.program("/lib/ld-linux.so.2", ["libc.so.6"]))
    (found,) = inspect(layer(*glibc_root(), program)).report.findings
    assert str(found.fix).endswith("or install the glibc of its own architecture")


def test_a_program_of_a_package_is_a_helper_that_the_package_does_without() -> None:
    program = executable("usr/lib/perf/vdso32", elf.program("/lib/ld-linux.so.2"))
    owned = dpkg("perf", paths=["usr/lib/perf/vdso32"])
    (found,) = inspect(layer(*glibc_root(), program, *owned)).report.findings
    assert (found.rule_id, found.severity) == ("interpreter-missing", Severity.INFO)


def test_of_builds_for_both_C_libraries_the_one_that_fits_is_enough() -> None:
    names = ("@biomejs/cli-linux-x64-musl/biome", "@biomejs/cli-linux-x64/biome")
    musl, glibc = (f"app/node_modules/{name}" for name in names)
    both = (executable(musl, elf.program(elf.MUSL_LOADER)), executable(glibc, elf.program(elf.GLIBC_LOADER)))
    assert rule_ids(layer(*glibc_root(), *both)) == []
    assert rule_ids(layer(*musl_root(), *both)) == []
    assert rule_ids(layer(*musl_root(), both[1])) == ["interpreter-missing"]


def test_a_program_of_android_whose_loader_is_mounted_later_can_start() -> None:
    program = executable("system/bin/sh", elf.program("/system/bin/linker64", ["libc.so", "libm.so"]))
    mounted = symlink("system/bin/linker64", "/apex/com.android.runtime/bin/linker64")
    assert rule_ids(layer(program, mounted)) == []
    assert rule_ids(layer(program)) == ["interpreter-missing"]


def test_a_program_for_another_architecture_is_another_finding() -> None:
    foreign = executable("app", elf.program("/lib/ld-linux-aarch64.so.1", ["libc.so.6"], machine=elf.ARM64))
    native = executable("bin/a", elf.static_program())
    assert rule_ids(layer(foreign, native)) == ["foreign-architecture"]


def rule_ids(built: BuiltLayer) -> list[str]:
    return [found.rule_id for found in inspect(built).report.findings]


def test_an_image_with_a_layer_that_could_not_be_read_is_not_judged() -> None:
    missing = layer(MUSL)
    report = inspect(
        missing, layer(file("app", elf.musl_program(), mode=0o755)), replaced={missing.digest: None}
    ).report
    assert not report.complete
    assert report.findings == ()


def test_C70_a_hostile_loader_name_is_safe_to_show() -> None:
    (found,) = inspect(layer(file("a\x1bb", elf.program("/lib/\x9b1m"), mode=0o755))).report.findings
    assert "/a\\x1bb" in found.message
    assert "\x1b" not in found.message
    assert "\x9b" not in found.message
