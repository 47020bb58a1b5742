"""What was built for another C library or another processor, and images with two C libraries."""

from __future__ import annotations

import pytest

from imgscope.analyze import inspect_source
from imgscope.report import Finding, Severity
from imgscope.rules._programs import variant_key
from tests.rules.examples import content, dpkg
from tests.support import elf
from tests.support.images import BuiltLayer, Entry, file, image, layer, symlink
from tests.support.memory import MemorySource, inspect
from tests.support.roots import (
    MULTIARCH,
    PYTHON_MODULES,
    executable,
    glibc_library,
    glibc_program,
    glibc_root,
    musl_library,
    musl_program,
    musl_root,
    node,
    python,
)

GLIBC = layer(*glibc_root(), python(glibc_program()), node(glibc_program()))
MUSL = layer(*musl_root(), python(musl_program()), node(musl_program()))
NATIVE = executable("bin/native", elf.static_program())


def findings(*layers: BuiltLayer) -> list[Finding]:
    return list(inspect(*layers).report.findings)


def only(base: BuiltLayer, *entries: Entry) -> Finding:
    (found,) = findings(base, layer(*entries))
    return found


def rule_ids(*entries: Entry) -> list[str]:
    return [found.rule_id for found in findings(layer(*entries))]


def test_a_musllinux_wheel_on_glibc_is_named_with_its_version() -> None:
    found = only(
        GLIBC,
        file(f"{PYTHON_MODULES}/markupsafe/_speedups.cpython-312-x86_64-linux-musl.so", musl_library(None)),
        file(f"{PYTHON_MODULES}/MarkupSafe-2.1.5.dist-info/WHEEL", "Wheel-Version: 1.0\n"),
    )
    assert (found.rule_id, found.severity, found.confidence) == ("foreign-module", Severity.HIGH, "high")
    assert found.message == (
        "MarkupSafe 2.1.5 is built for musl (a musllinux wheel), and /usr/local/bin/python3.12 runs on glibc: "
        "its module cannot be loaded"
    )
    assert "pip takes the build for glibc" in str(found.fix)


def test_a_manylinux_wheel_on_musl_is_one_finding_for_all_its_modules() -> None:
    names = ("a", "b", "core/c")
    found = only(
        MUSL,
        *(
            file(f"{PYTHON_MODULES}/numpy/{name}.cpython-312-x86_64-linux-gnu.so", glibc_library(None))
            for name in names
        ),
        file(f"{PYTHON_MODULES}/numpy-2.0.0.dist-info/WHEEL", "Wheel-Version: 1.0\n"),
    )
    assert found.message == (
        "numpy 2.0.0 is built for glibc (a manylinux wheel), and /usr/local/bin/python3.12 runs on musl: "
        "its 3 modules cannot be loaded"
    )
    assert len(found.paths) == 3


@pytest.mark.parametrize(
    ("module", "metadata", "named"),
    [
        ("psycopg2/_psycopg.abi3.so", "psycopg2_binary-2.9.13.dist-info", "psycopg2_binary 2.9.13"),
        ("_cffi_backend.abi3.so", "cffi-2.1.1.dist-info", "cffi 2.1.1"),
        ("yaml/_yaml.abi3.so", "PyYAML-6.0.dist-info", "yaml"),
    ],
)
def test_a_module_that_is_called_otherwise_than_its_package_is_matched_as_far_as_that_goes(
    module: str, metadata: str, named: str
) -> None:
    entries = (file(f"{PYTHON_MODULES}/{module}", musl_library(None)), file(f"{PYTHON_MODULES}/{metadata}/METADATA"))
    assert only(GLIBC, *entries).message.startswith(f"{named} is built for musl")


def test_a_module_without_a_C_library_of_its_own_is_told_by_the_libraries_that_came_with_it() -> None:
    bundled = f"{PYTHON_MODULES}/numpy.libs/libblas.so"
    module = elf.library(None, ["libblas.so"], runpath="$ORIGIN/../numpy.libs")
    entries = (
        file(bundled, elf.library("libblas.so", ["libgone.so"], versions=["GLIBC_2.17"])),
        file(f"{PYTHON_MODULES}/numpy/lapack.cpython-312-x86_64-linux-gnu.so", module),
    )
    assert only(MUSL, *entries).rule_id == "foreign-module"


def test_an_npm_addon_is_named_by_its_package_with_its_scope() -> None:
    found = only(GLIBC, file("app/node_modules/@img/sharp-linuxmusl-x64/lib/sharp.node", musl_library(None)))
    assert found.message == (
        "@img/sharp-linuxmusl-x64 is built for musl, and /usr/local/bin/node runs on glibc: its module cannot be loaded"
    )
    assert "npm takes" in str(found.fix)


def test_what_is_linked_with_the_bare_name_of_musl_is_for_musl() -> None:
    found = only(GLIBC, file("app/node_modules/@rollup/x/a.node", elf.library(None, ["libc.so"])))
    assert found.rule_id == "foreign-module"


def test_a_module_for_glibc_may_load_on_musl_and_with_gcompat_it_is_made_to() -> None:
    addon = file("app/node_modules/a/b.node", glibc_library(None))
    shim = executable("lib/libgcompat.so.0", musl_library("libgcompat.so.0"))
    assert only(MUSL, addon).confidence == "medium"
    assert only(MUSL, addon, shim).confidence == "low"


def test_of_addons_for_both_C_libraries_the_one_that_fits_is_enough() -> None:
    prebuilds = "app/node_modules/bcrypt/prebuilds/linux-x64"
    both = (
        file(f"{prebuilds}/bcrypt.glibc.node", glibc_library(None)),
        file(f"{prebuilds}/bcrypt.musl.node", musl_library(None)),
    )
    assert findings(GLIBC, layer(*both)) == []
    assert findings(MUSL, layer(*both)) == []
    assert only(MUSL, both[0]).rule_id == "foreign-module"


def test_modules_for_the_C_library_of_their_interpreter_are_fine() -> None:
    module = f"{PYTHON_MODULES}/a.abi3.so"
    assert findings(GLIBC, layer(file(module, glibc_library(None)))) == []
    assert findings(MUSL, layer(file(module, musl_library(None)))) == []


def test_the_interpreter_beside_the_modules_counts_and_not_another_one() -> None:
    entries = (
        executable("opt/venv/bin/python3.12", musl_program()),
        *musl_root(),
        file("opt/venv/lib/python3.12/site-packages/a.abi3.so", musl_library(None)),
    )
    assert "foreign-module" not in [found.rule_id for found in findings(GLIBC, layer(*entries))]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("@swc/core-linux-x64-gnu/swc.linux-x64-gnu.node", "@swc/core-linux-x64-musl/swc.linux-x64-musl.node"),
        ("@img/sharp-linux-x64/lib/sharp-linux-x64.node", "@img/sharp-linuxmusl-x64/lib/sharp-linuxmusl-x64.node"),
        ("prebuilds/linux-x64/node.napi.node", "prebuilds/linux-x64/node.napi.musl.node"),
        ("a/b.cpython-312-x86_64-linux-gnu.so", "a/b.cpython-312-x86_64-linux-musl.so"),
        (".pnpm/@swc+core-linux-x64-gnu@1.0/a", ".pnpm/@swc+core-linux-x64-musl@1.0/a"),
    ],
)
def test_builds_for_two_C_libraries_have_one_key(one: str, other: str) -> None:
    assert variant_key(one) == variant_key(other)


@pytest.mark.parametrize("other", ["usr/bin/gnutls-cli", "a/muslin", "@swc/core-linux-arm64-gnu/a.node"])
def test_other_names_keep_keys_of_their_own(other: str) -> None:
    assert variant_key(other) != variant_key("@swc/core-linux-x64-gnu/a.node")
    assert variant_key("gnutls") != variant_key("tls")


def test_a_program_for_another_processor_is_named_with_both() -> None:
    found = only(layer(NATIVE), executable("usr/local/bin/tool", elf.static_program(elf.ARM64)))
    assert (found.rule_id, found.severity) == ("foreign-architecture", Severity.HIGH)
    assert found.message == "/usr/local/bin/tool cannot start: it is built for arm64, and the image is for amd64"


def test_an_image_of_nothing_but_such_programs_says_the_wrong_platform_itself() -> None:
    found = only(
        layer(executable("bin/sh", elf.static_program(elf.ARM64))), executable("app", elf.static_program(elf.ARM64))
    )
    assert found.message.endswith("no program in the image is for it, so its configuration is wrong")
    assert str(found.fix).endswith("--platform linux/arm64")
    assert found.paths == ("app", "bin/sh")


@pytest.mark.parametrize(
    "path",
    [
        "node_modules/@esbuild/linux-arm64/bin/esbuild",
        "opt/tool/aarch64/tool",
        "usr/lib/firmware/tool",
        "usr/lib/go/src/debug/elf/testdata/tool",
    ],
)
def test_a_program_where_builds_for_several_processors_are_kept_is_no_mistake(path: str) -> None:
    assert rule_ids(NATIVE, executable(path, elf.static_program(elf.ARM64))) == []


def test_a_program_of_a_package_for_another_processor_is_meant_to_be_there() -> None:
    foreign = executable("usr/bin/tool", elf.static_program(elf.ARM64))
    assert rule_ids(NATIVE, foreign, *dpkg("cross", paths=["usr/bin/tool"])) == []


@pytest.mark.parametrize(("machine", "emulator"), [(elf.ARM64, "aarch64"), (258, "loongarch64"), (8, "mips64el")])
def test_an_image_that_can_emulate_the_processor_starts_the_program(machine: int, emulator: str) -> None:
    foreign = executable("usr/local/bin/tool", elf.static_program(machine))
    assert rule_ids(NATIVE, foreign) == ["foreign-architecture"]
    assert rule_ids(NATIVE, foreign, executable(f"usr/bin/qemu-{emulator}-static", elf.static_program())) == []


def test_a_processor_without_programs_of_its_own_counts_as_none() -> None:
    assert rule_ids(NATIVE, executable("usr/lib/bpf/filter", elf.static_program(machine=247))) == []


def test_32_bit_programs_run_on_their_bigger_relatives_and_an_unknown_platform_runs_all() -> None:
    assert rule_ids(NATIVE, executable("app", elf.static_program(machine=3))) == []
    built = image([layer(executable("app", elf.static_program(elf.ARM64)))], config_fields={"architecture": ""})
    assert "foreign-architecture" not in [
        found.rule_id for found in inspect_source(MemorySource(built)).report.findings
    ]


GLIBC_BESIDE_MUSL = (
    *glibc_root()[2:3],
    symlink("lib64/ld-linux-x86-64.so.2", f"/{MULTIARCH}/ld-linux-x86-64.so.2"),
    executable(f"{MULTIARCH}/libc.so.6", elf.library("libc.so.6", text=content("a", 2_000_000))),
)


def test_programs_that_run_on_two_C_libraries_are_priced_by_what_only_the_rarer_one_loads() -> None:
    found = only(
        layer(*musl_root(), *(executable(f"bin/{name}", musl_program()) for name in "abc")),
        *GLIBC_BESIDE_MUSL,
        executable("opt/app", glibc_program()),
    )
    assert (found.rule_id, found.severity, found.confidence) == ("mixed-libc", Severity.LOW, "high")
    assert found.message.startswith("/opt/app runs on glibc and 3 other programs run on musl: glibc and the libraries")
    assert found.bytes is not None
    assert 2_000_000 < found.bytes < 2_010_000
    assert f"{MULTIARCH}/libc.so.6" in found.paths
    assert str(found.fix).startswith("use a build of it for musl")


def test_a_second_C_library_that_no_program_needs_is_not_two() -> None:
    assert rule_ids(*glibc_root(), *musl_root()[:1], executable("bin/a", glibc_program())) == []


def test_with_gcompat_programs_for_glibc_run_on_musl() -> None:
    assert (
        rule_ids(
            *musl_root(),
            executable("bin/a", musl_program()),
            symlink("lib64/ld-linux-x86-64.so.2", "../lib/ld-musl-x86_64.so.1"),
            executable("app", glibc_program()),
        )
        == []
    )


def test_an_image_with_a_layer_that_could_not_be_read_is_not_judged() -> None:
    missing = layer(file("a", "a"))
    module = file(f"{PYTHON_MODULES}/a.abi3.so", musl_library(None))
    foreign = executable("app", elf.static_program(elf.ARM64))
    built = (GLIBC, layer(module, foreign, *musl_root(), executable("m", musl_program())), missing)
    assert inspect(*built, replaced={missing.digest: None}).report.findings == ()
