"""Libraries that programs and modules need: missing, out of reach, or too old."""

from __future__ import annotations

import pytest

from imgscope.layer.elf import ElfFacts
from imgscope.report import Finding, Severity
from imgscope.rules._libraries import how_to_get, listed
from tests.rules.examples import dpkg
from tests.support import elf
from tests.support.images import BuiltLayer, Entry, file, layer
from tests.support.memory import inspect
from tests.support.roots import (
    GLIBC_VERSIONS,
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

PACMAN_CLEANUP = "rm -rf /var/cache/pacman/pkg/* /var/lib/pacman/sync/*"
I386 = 3
GLIBC = layer(*glibc_root())
MUSL = layer(*musl_root())


def findings(*layers: BuiltLayer, **options: object) -> list[Finding]:
    return list(inspect(*layers, **options).report.findings)  # type: ignore[arg-type]


def only(*entries: Entry, base: BuiltLayer = GLIBC) -> Finding:
    (found,) = findings(base, layer(*entries))
    return found


def release(identity: str) -> Entry:
    return file("etc/os-release", f"ID={identity}\nVERSION_ID=0\n")


def programs(*paths: str) -> tuple[Entry, ...]:
    return tuple(executable(path, b"x") for path in ("bin/sh", *paths))


APT = programs("usr/bin/apt-get")


def test_a_program_that_lacks_libraries_is_named_with_them_and_the_fix_of_the_distribution() -> None:
    found = only(executable("app", glibc_program("libpq.so.5", "libGL.so.1")), release("debian"), *APT)
    assert (found.rule_id, found.severity, found.confidence, found.layer) == (
        "library-missing",
        Severity.HIGH,
        "high",
        1,
    )
    assert found.message == "/app cannot start: it needs libpq.so.5 and libGL.so.1, not in the image"
    install = "apt-get install -y --no-install-recommends libpq5 libgl1"
    assert found.fix == f"RUN apt-get update && {install} && rm -rf /var/lib/apt/lists/*"


def test_apk_finds_the_package_by_the_library_itself() -> None:
    found = only(executable("app", musl_program("libgomp.so.1")), *programs("sbin/apk"), base=MUSL)
    assert found.fix == "RUN apk add --no-cache so:libgomp.so.1"


@pytest.mark.parametrize(
    ("manager", "fix"),
    [
        ("dnf", "RUN dnf install -y 'libgomp.so.1()(64bit)' && dnf clean all"),
        ("microdnf", "RUN microdnf install -y 'libgomp.so.1()(64bit)' && microdnf clean all"),
        ("tdnf", "RUN tdnf install -y 'libgomp.so.1()(64bit)' && tdnf clean all"),
        ("yum", "RUN yum install -y 'libgomp.so.1()(64bit)' && yum clean all"),
        ("zypper", "RUN zypper -n install --no-recommends 'libgomp.so.1()(64bit)' && zypper clean -a"),
        (
            "pacman",
            f"RUN pacman -Sy --noconfirm PACKAGE && {PACMAN_CLEANUP}, with what this names: pacman -Fy libgomp.so.1",
        ),
    ],
)
def test_the_package_manager_that_the_image_has_is_told_whatever_its_os_release_says(manager: str, fix: str) -> None:
    program = executable("app", glibc_program("libgomp.so.1"))
    assert only(program, release("fedora"), *programs(f"usr/bin/{manager}")).fix == fix


def test_where_nothing_installs_packages_the_library_is_to_be_copied() -> None:
    program = executable("app", glibc_program("libpq.so.5"))
    elsewhere = "take a base image that has it, or link what needs it statically"
    assert only(program, release("debian")).fix == f"copy libpq.so.5 from a first stage, {elsewhere}"
    assert only(program, executable("usr/bin/apt-get", b"x")).fix == only(program).fix
    distroless = only(program, release("debian"), *dpkg("libc6"))
    assert distroless.fix == f"copy libpq.so.5 from a first stage (package libpq5), {elsewhere}"


def test_a_package_manager_for_other_packages_than_those_of_the_image_is_not_told() -> None:
    found = only(executable("app", glibc_program("libpq.so.5")), *dpkg("libc6"), *programs("usr/bin/dnf"))
    assert str(found.fix).startswith("copy libpq.so.5 from a first stage")


def test_a_program_of_32_bits_is_given_a_library_of_32_bits() -> None:
    loader = elf.library("ld-linux.so.2", text=b"GNU C Library (GNU libc) stable release version 2.36.\n", machine=I386)
    program = elf.program("/lib/ld-linux.so.2", ["libpq.so.5"], machine=I386)
    found = only(executable("usr/lib/ld-linux.so.2", loader), executable("app", program), *APT)
    assert found.fix == (
        "RUN dpkg --add-architecture i386 && apt-get update && "
        "apt-get install -y --no-install-recommends libpq5:i386 && rm -rf /var/lib/apt/lists/*"
    )


@pytest.mark.parametrize(
    ("manager", "beginning"),
    [
        ("apt-get", "RUN dpkg --add-architecture i386 && apt-get update && apt-get install "),
        ("dnf", "RUN dnf install -y libpq.so.5 && dnf clean all"),
        ("apk", "copy libpq.so.5 for 386 from a first stage, take a base image that has it, "),
    ],
)
def test_package_managers_are_asked_for_32_bits_in_their_own_ways(manager: str, beginning: str) -> None:
    image = inspect(layer(*programs(f"usr/bin/{manager}"))).image
    fix = how_to_get(image, ["libpq.so.5"], ElfFacts(bits=32, machine="386", kind="executable"))
    assert fix.startswith(beginning)


def test_a_name_that_apt_may_not_know_is_said_to_be_uncertain() -> None:
    found = only(executable("app", glibc_program("libz.so.1", "libicuuc.so.66", "libfoo.so.1")), *APT)
    assert found.fix == (
        "RUN apt-get update && apt-get install -y --no-install-recommends zlib1g libicu66 libfoo1 "
        "&& rm -rf /var/lib/apt/lists/*; if the release has no libicu66 and libfoo1, apt-file search libicuuc.so.66 "
        "tells what has it; if nothing has, build on this release what needs it"
    )


@pytest.mark.parametrize("name", ["--option.so.1", "bash-.so", "a;b.so.1", "libfoo.so.1.", ".so.1", "$(x).so"])
def test_a_name_that_would_be_more_than_one_in_a_command_is_not_put_into_one(name: str) -> None:
    found = only(executable("app", glibc_program(name)), *APT)
    assert found.fix == "copy it into the image, too, or build what needs it without it"


def test_a_library_that_lacks_another_is_blamed_once_for_all_programs_that_load_it() -> None:
    found = only(
        *(executable(f"bin/{name}", glibc_program("libfoo.so.1")) for name in "abc"),
        file(f"{MULTIARCH}/libfoo.so.1", glibc_library("libfoo.so.1", "libgone.so.2")),
    )
    assert found.message == (
        f"3 programs such as /bin/a cannot start: /{MULTIARCH}/libfoo.so.1, which they load, needs libgone.so.2, "
        "not in the image"
    )
    assert found.paths[0] == f"{MULTIARCH}/libfoo.so.1"


def test_programs_of_a_layer_that_lack_the_same_are_one_finding() -> None:
    found = only(*(executable(f"bin/{name}", glibc_program("libgone.so.2")) for name in "abc"))
    assert found.paths == ("bin/a", "bin/b", "bin/c")
    assert "cannot start: they need libgone.so.2" in found.message


def test_a_program_of_a_package_matters_less_because_the_package_did_not_think_it_important() -> None:
    found = only(executable("usr/bin/a", glibc_program("libgone.so.1")), *dpkg("a", paths=["usr/bin/a"]))
    assert found.severity is Severity.LOW


def test_what_nobody_may_execute_is_no_program() -> None:
    assert findings(GLIBC, layer(file("app", glibc_program("libgone.so.1")))) == []


def test_libraries_of_graphics_drivers_come_from_the_host() -> None:
    assert findings(GLIBC, layer(executable("app", glibc_program("libcuda.so.1", "libnvidia-ml.so.1")))) == []


def test_LD_LIBRARY_PATH_of_the_configuration_counts_and_the_last_one_wins() -> None:
    layers = (
        GLIBC,
        layer(executable("app", glibc_program("liba.so")), file("x/liba.so", glibc_library("liba.so"))),
    )
    assert [found.rule_id for found in findings(*layers)] == ["library-out-of-reach"]
    environment = ["LD_LIBRARY_PATH=/gone", "LD_LIBRARY_PATH=/y:/x"]
    assert [found.rule_id for found in findings(*layers, config={"Env": environment, "User": "app"})] == []


def test_a_library_that_ldconfig_has_not_seen_is_out_of_reach() -> None:
    entries = (
        file("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n"),
        file("etc/ld.so.conf.d/libc.conf", "/usr/local/lib\n"),
        file("usr/local/lib/libfoo.so.1", glibc_library("libfoo.so.1")),
        executable("app", glibc_program("libfoo.so.1")),
    )
    found = only(*entries, *programs("sbin/ldconfig"))
    assert (found.rule_id, found.severity, found.confidence) == ("library-out-of-reach", Severity.HIGH, "high")
    assert found.message == (
        "/app cannot start: it needs libfoo.so.1; /usr/local/lib/libfoo.so.1 is there, but ldconfig has not run since"
    )
    assert found.fix == "RUN ldconfig, after the library was copied"
    assert only(*entries).fix == "ENV LD_LIBRARY_PATH=/usr/local/lib"


@pytest.mark.parametrize(
    ("base", "program", "library", "tools", "fix"),
    [
        (
            GLIBC,
            glibc_program("libfoo.so.1"),
            glibc_library("libfoo.so.1"),
            programs("sbin/ldconfig"),
            "RUN printf '%s\\n' /opt/x > /etc/ld.so.conf.d/app.conf && ldconfig",
        ),
        (GLIBC, glibc_program("libfoo.so.1"), glibc_library("libfoo.so.1"), (), "ENV LD_LIBRARY_PATH=/opt/x"),
        (
            MUSL,
            musl_program("libfoo.so.1"),
            musl_library("libfoo.so.1"),
            programs("sbin/ldconfig"),
            "ENV LD_LIBRARY_PATH=/opt/x",
        ),
    ],
)
def test_a_library_in_an_unusual_directory_may_be_found_by_whoever_starts_the_program(
    base: BuiltLayer, program: bytes, library: bytes, tools: tuple[Entry, ...], fix: str
) -> None:
    found = only(executable("usr/bin/app", program), file("opt/x/libfoo.so.1", library), *tools, base=base)
    assert (found.rule_id, found.severity, found.confidence) == ("library-out-of-reach", Severity.INFO, "low")
    assert found.fix == fix


def test_a_directory_that_would_be_more_than_a_name_in_a_command_is_not_put_into_one() -> None:
    program = executable("usr/bin/app", glibc_program("libfoo.so.1"))
    library = file("opt/$(x)/libfoo.so.1", glibc_library("libfoo.so.1"))
    found = only(program, library, *programs("sbin/ldconfig"))
    assert found.fix == "name the directory in a file below /etc/ld.so.conf.d and run ldconfig"
    assert only(program, library).fix == "copy the library to a directory where the loader looks, such as /usr/lib"


def test_a_module_that_lacks_a_library_is_named_by_its_package() -> None:
    found = only(
        python(glibc_program()),
        file(f"{PYTHON_MODULES}/cv2/cv2.abi3.so", glibc_library(None, "libGL.so.1")),
        file(f"{PYTHON_MODULES}/cv2-4.9.0.dist-info/METADATA", "Name: cv2\n"),
        *APT,
    )
    assert (found.rule_id, found.severity) == ("module-library-missing", Severity.MEDIUM)
    assert found.message == (
        "cv2 4.9.0 cannot be loaded into /usr/local/bin/python3.12: cv2.abi3.so needs libGL.so.1, not in the image"
    )
    assert "install -y --no-install-recommends libgl1 " in str(found.fix)


def test_a_module_of_pythons_own_that_needs_a_desktop_is_information() -> None:
    found = only(
        python(glibc_program()),
        file(
            "usr/local/lib/python3.12/lib-dynload/_tkinter.cpython-312-x86_64-linux-gnu.so",
            glibc_library(None, "libtk8.6.so"),
        ),
    )
    assert (found.rule_id, found.severity) == ("module-library-missing", Severity.INFO)


def test_a_library_that_another_part_of_the_package_loads_first_is_not_missing() -> None:
    modules = f"{PYTHON_MODULES}/torch"
    entries = (
        python(glibc_program()),
        file(f"{modules}/lib/libtorch.so", glibc_library("libtorch.so")),
        file(f"{modules}/_C.cpython-312-x86_64-linux-gnu.so", glibc_library(None, "libtorch.so")),
    )
    assert findings(GLIBC, layer(*entries)) == []


def test_a_module_without_an_interpreter_in_the_image_is_not_judged() -> None:
    module = file(f"{PYTHON_MODULES}/cv2/cv2.abi3.so", glibc_library(None, "libGL.so.1"))
    assert findings(GLIBC, layer(module)) == []
    assert findings(GLIBC, layer(file("app/node_modules/a/b.node", glibc_library(None, "libGL.so.1")))) == []


def test_what_the_interpreter_lacks_is_not_said_of_every_module() -> None:
    found = only(
        python(glibc_program("libgone.so.1")),
        file(f"{PYTHON_MODULES}/a.abi3.so", glibc_library(None, "libgone.so.1")),
    )
    assert (found.rule_id, found.paths) == ("library-missing", ("usr/local/bin/python3.12",))


def test_a_program_built_for_a_newer_glibc_is_told_what_it_needs_and_what_there_is() -> None:
    found = only(executable("app", glibc_program(versions=["GLIBC_2.2.5", "GLIBC_2.38", "GLIBC_2.39"])))
    assert (found.rule_id, found.severity, found.confidence) == ("symbol-version-missing", Severity.HIGH, "high")
    assert found.message == (
        "/app cannot start: it needs GLIBC_2.39 and GLIBC_2.38 of glibc, and the image's defines up to GLIBC_2.36"
    )
    assert str(found.fix).endswith("a base image with glibc 2.39 or newer, such as Ubuntu 24.04")


def test_the_next_release_of_the_distribution_of_the_image_is_named_first() -> None:
    program = executable("app", glibc_program(versions=["GLIBC_2.38"]))
    assert str(only(program, release("debian")).fix).endswith("such as Debian 13")
    assert str(only(program, release("ubuntu")).fix).endswith("such as Ubuntu 24.04")


def test_several_programs_for_a_newer_glibc_are_one_finding() -> None:
    programs = [executable(f"bin/{name}", glibc_program(versions=["GLIBC_2.38"])) for name in "abc"]
    assert only(*programs).message.startswith("3 programs such as /bin/a cannot start: they need GLIBC_2.38")


def test_weak_versions_keep_no_program_from_starting() -> None:
    content = elf.program(elf.GLIBC_LOADER, ["libc.so.6"], weak_versions=["GLIBC_2.39"])
    assert findings(GLIBC, layer(executable("app", content))) == []


def test_a_library_built_for_a_newer_glibc_is_blamed_and_not_the_program_that_loads_it() -> None:
    found = only(
        executable("app", glibc_program("liba.so.1")),
        file(f"{MULTIARCH}/liba.so.1", glibc_library("liba.so.1", versions=["GLIBC_2.38"])),
    )
    assert found.paths == (f"{MULTIARCH}/liba.so.1",)
    assert "cannot be loaded: it needs GLIBC_2.38" in found.message


def test_a_newer_libstdcxx_is_told_from_a_newer_glibc() -> None:
    found = only(
        executable("app", glibc_program("libstdc++.so.6", versions=["GLIBCXX_3.4.32", "GLIBCXX_3.4"])),
        file(f"{MULTIARCH}/libstdc++.so.6", elf.library("libstdc++.so.6", defines=["GLIBCXX_3.4", "GLIBCXX_3.4.30"])),
    )
    assert "needs GLIBCXX_3.4.32 of libstdc++, and the image's defines up to GLIBCXX_3.4.30" in found.message
    assert str(found.fix).endswith("a base image with a libstdc++ that defines GLIBCXX_3.4.32")


def test_versions_of_a_library_that_is_missing_are_not_said_to_be_too_old() -> None:
    found = only(executable("app", glibc_program("libstdc++.so.6", versions=["GLIBCXX_3.4.32"])))
    assert found.rule_id == "library-missing"


def test_musl_knows_no_versions_so_none_are_missing() -> None:
    module = file("app/node_modules/a/b.node", elf.library(None, ["libc.so.6"], versions=["GLIBC_2.99"]))
    found = only(node(musl_program()), module, base=MUSL)
    assert found.rule_id == "foreign-module"


def test_a_module_built_for_a_newer_glibc_is_held_to_the_glibc_of_its_interpreter() -> None:
    module = file(f"{PYTHON_MODULES}/a.abi3.so", glibc_library(None, versions=["GLIBC_2.38"]))
    found = only(python(glibc_program()), module)
    assert (found.rule_id, found.paths) == ("symbol-version-missing", (f"{PYTHON_MODULES}/a.abi3.so",))


def test_a_version_that_is_no_number_is_named_as_it_is() -> None:
    found = only(executable("app", glibc_program(versions=["GLIBC_ABI_DT_RELR"])))
    assert "needs GLIBC_ABI_DT_RELR of glibc" in found.message
    assert GLIBC_VERSIONS[-1] in found.message


def test_an_image_with_a_layer_that_could_not_be_read_is_not_judged() -> None:
    program = layer(executable("app", glibc_program("libgone.so.1", versions=["GLIBC_2.99"])))
    missing = layer(file("a", "a"))
    assert findings(GLIBC, program, missing, replaced={missing.digest: None}) == []


def test_C70_hostile_names_are_safe_to_show() -> None:
    found = only(executable("a\x1bb", glibc_program("lib\x9b.so")))
    assert "/a\\x1bb" in found.message
    assert "\x9b" not in found.message + str(found.fix)


def test_a_long_list_is_cut_and_says_so() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed("abcdefg") == "a, b, c, d and 3 more"
