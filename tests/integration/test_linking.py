"""What the linker and its rules say of real roots, held against what the loaders in those roots do."""

from __future__ import annotations

import platform
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from imgscope.analyze import Inspection, inspect_source
from imgscope.rules._programs import elf_of, native_programs
from tests.support.chroot import Chroot
from tests.support.images import image, layer
from tests.support.memory import MemorySource
from tests.support.programs import require, run
from tests.support.real_images import DebianImage, MuslImage

pytestmark = pytest.mark.integration

_LIBRARY = "int answer(void) { return 42; }\n"
_PROGRAM = "int answer(void);\nint main(void) { return answer() != 42; }\n"
_HOST = """\
#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **paths) {
    for (int position = 1; position < count; position++)
        puts(dlopen(paths[position], RTLD_LAZY) ? "loaded" : dlerror());
    return 0;
}
"""
_PYTHON = "usr/local/bin/python3.11"
_MODULES = "usr/local/lib/python3.11/site-packages"
_WHEEL = "cffi==2.1.1"
_NODE = "usr/local/bin/node"
_NPM_PACKAGE = "@rollup/rollup"
_NPM_VERSION = "4.24.0"
_RULES = (
    *("foreign-module", "interpreter-missing", "library-missing", "library-out-of-reach", "mixed-libc"),
    *("module-library-missing", "symbol-version-missing"),
)


def inspected(root: Chroot) -> Inspection:
    """Inspect an image of one layer, the root as it is now."""
    return inspect_source(MemorySource(image([layer(raw=root.archive(), compression="none")])))


def findings(inspection: Inspection) -> dict[str, str]:
    """Return what the rules on linking say, by rule and first path."""
    return {
        f"{found.rule_id} {found.paths[0]}": found.message
        for found in inspection.report.findings
        if found.rule_id in _RULES
    }


def compiled(directory: Path, name: str, source: str, *options: str, compiler: str = "gcc") -> bytes:
    """Compile C, and return the program or library."""
    require(compiler)
    (directory / f"{name}.c").write_text(source)
    run(compiler, "-o", directory / name, directory / f"{name}.c", *options)
    return (directory / name).read_bytes()


@pytest.fixture
def debian_root(debian: DebianImage, tmp_path: Path) -> Chroot:
    """A minimal Debian of its own."""
    return Chroot.unpack(debian.root, tmp_path / "debian")


@pytest.fixture
def musl_root(musl: MuslImage, tmp_path: Path) -> Chroot:
    """A root on musl of its own."""
    return Chroot.unpack(musl.root, tmp_path / "musl")


def differences(root: Chroot, inspection: Inspection) -> Iterator[str]:
    """Compare for each program where the loader and imgscope find its libraries, and yield where they differ."""
    linker, tree = inspection.image.linker, inspection.image.tree
    for program in native_programs(inspection.image):
        linked, interpreter = linker.link(program), elf_of(program).interpreter or ""
        theirs = root.libraries(interpreter, program.path)
        found = {tree.resolve(path) for path in theirs.values() if path != "not found"} | {tree.resolve(interpreter)}
        lacking = {name for name, path in theirs.items() if path == "not found"}
        if lacking != {missing.name for missing in linked.missing} or not set(linked.libraries) <= found:
            yield f"{program.path}: {theirs}, not {linked}"


def test_C54_every_program_of_Debian_gets_the_libraries_that_its_loader_finds(debian_root: Chroot) -> None:
    inspection = inspected(debian_root)
    assert len(list(native_programs(inspection.image))) > 200
    assert list(differences(debian_root, inspection)) == []
    assert findings(inspection) == {}


def test_what_a_broken_Debian_lacks_is_what_its_loader_does_not_find(debian_root: Chroot, tmp_path: Path) -> None:
    for path in debian_root.directory.glob("usr/lib/*/libtinfo.so.6*"):
        path.unlink()
    library = compiled(tmp_path, "libanswer.so", _LIBRARY, "-shared", "-fPIC", "-Wl,-soname,libanswer.so")
    for name, option in {"runpath": "-Wl,--enable-new-dtags,-rpath,$ORIGIN/../lib", "plain": "-Wl,-O1"}.items():
        program = compiled(tmp_path, name, _PROGRAM, f"-L{tmp_path}", "-l:libanswer.so", option)
        debian_root.add(f"usr/local/bin/{name}", program)
    debian_root.add("usr/local/lib/libanswer.so", library)

    inspection = inspected(debian_root)

    assert list(differences(debian_root, inspection)) == []
    said = findings(inspection)
    assert "libtinfo.so.6" in said.pop("library-missing usr/bin/bash")
    assert "ldconfig has not run since" in said.pop("library-out-of-reach usr/local/bin/plain")
    assert all("libtinfo.so.6" in message for message in said.values())
    assert "not found" not in debian_root.run("/usr/local/bin/runpath")
    assert "error while loading shared libraries: libanswer.so" in debian_root.run("/usr/local/bin/plain")
    debian_root.run("ldconfig")
    assert "library-out-of-reach usr/local/bin/plain" not in findings(inspected(debian_root))
    assert debian_root.run("/usr/local/bin/plain") == ""


def test_a_program_for_a_newer_glibc_is_refused_by_the_loader_and_named(debian_root: Chroot, tmp_path: Path) -> None:
    versions = tmp_path / "newer.map"
    versions.write_text("GLIBC_2.99 { global: answer; };\n")
    newer = ("-shared", "-fPIC", "-nostdlib", "-Wl,-soname,libc.so.6", f"-Wl,--version-script={versions}")
    compiled(tmp_path, "libc.so.6", _LIBRARY, *newer)
    linked = ("-nostdlib", "-nostartfiles", "-Wl,-e,main", str(tmp_path / "libc.so.6"))
    debian_root.add("usr/local/bin/newer", compiled(tmp_path, "newer", _PROGRAM, *linked))

    said = findings(inspected(debian_root))

    assert "version `GLIBC_2.99' not found" in debian_root.run("/usr/local/bin/newer")
    assert said == {
        "symbol-version-missing usr/local/bin/newer": "/usr/local/bin/newer cannot start: it needs GLIBC_2.99 "
        "of glibc, and the image's defines up to GLIBC_2.36"
    }


def test_every_program_on_musl_gets_what_it_needs(musl_root: Chroot) -> None:
    assert findings(inspected(musl_root)) == {}
    assert musl_root.run("/usr/bin/hello") == "hello\n"


def test_a_program_of_Debian_does_not_start_on_musl(musl_root: Chroot, tmp_path: Path) -> None:
    musl_root.add("usr/local/bin/app", compiled(tmp_path, "app", "int main(void) { return 0; }\n"))
    (said,) = findings(inspected(musl_root)).items()
    assert said[0] == "interpreter-missing usr/local/bin/app"
    assert "it is built for glibc and asks for /lib" in said[1]
    assert "No such file or directory" in musl_root.run("/usr/local/bin/app")


@pytest.mark.parametrize("built_for", ["musllinux_1_2", "manylinux_2_17"])
def test_a_wheel_on_Debian_fits_if_it_is_for_glibc(built_for: str, debian_root: Chroot, tmp_path: Path) -> None:
    module = install(debian_root, wheel(tmp_path, built_for), compiled(tmp_path, "host", _HOST))
    said, loader_says = findings(inspected(debian_root)), debian_root.run(f"/{_PYTHON}", f"/{module}")
    if built_for.startswith("manylinux"):
        assert said == {}
        assert "cannot open shared object file" not in loader_says
    else:
        assert list(said) == [f"foreign-module {module}"]
        assert said[f"foreign-module {module}"].startswith("cffi 2.1.1 is built for musl (a musllinux wheel)")
        assert "libc.musl-" in loader_says


@pytest.mark.parametrize("built_for", ["musllinux_1_2", "manylinux_2_17"])
def test_a_wheel_on_musl_fits_if_it_is_for_musl(built_for: str, musl_root: Chroot, tmp_path: Path) -> None:
    host = compiled(tmp_path, "host", _HOST, compiler="musl-gcc")
    module = install(musl_root, wheel(tmp_path, built_for), host)
    said, loader_says = findings(inspected(musl_root)), musl_root.run(f"/{_PYTHON}", f"/{module}")
    if built_for.startswith("musllinux"):
        assert said == {}
        assert "Error loading shared library" not in loader_says
    else:
        assert list(said) == [f"foreign-module {module}"]
        assert said[f"foreign-module {module}"].startswith("cffi 2.1.1 is built for glibc (a manylinux wheel)")
        assert "Error loading shared library ld-linux-" in loader_says


@pytest.mark.parametrize("built_for", ["linux-x64-musl", "linux-x64-gnu"])
def test_an_npm_binary_on_Debian_fits_if_it_is_for_glibc(built_for: str, debian_root: Chroot, tmp_path: Path) -> None:
    module = install_npm(debian_root, built_for, tmp_path, compiled(tmp_path, "host", _HOST))
    said, loader_says = findings(inspected(debian_root)), debian_root.run(f"/{_NODE}", f"/{module}")
    if built_for.endswith("gnu"):
        assert said == {}
        assert "cannot open shared object file" not in loader_says
    else:
        package = f"{_NPM_PACKAGE}-{built_for} {_NPM_VERSION}"
        assert said == {
            f"foreign-module {module}": f"{package} is built for musl, and /{_NODE} runs on glibc: "
            "its module cannot be loaded"
        }
        assert "libc.musl-" in loader_says


def test_an_npm_binary_for_musl_loads_on_musl_once_the_library_that_is_named_is_there(
    musl_root: Chroot, tmp_path: Path
) -> None:
    module = install_npm(musl_root, "linux-x64-musl", tmp_path, compiled(tmp_path, "host", _HOST, compiler="musl-gcc"))
    (said,) = findings(inspected(musl_root)).items()
    assert said[0] == f"module-library-missing {module}"
    assert "libgcc_s.so.1" in said[1]
    assert "Error loading shared library libgcc_s.so.1" in musl_root.run(f"/{_NODE}", f"/{module}")

    add_support_library(musl_root, tmp_path)
    assert findings(inspected(musl_root)) == {}
    assert "Error loading shared library" not in musl_root.run(f"/{_NODE}", f"/{module}")


def test_an_npm_binary_for_glibc_does_not_load_on_musl(musl_root: Chroot, tmp_path: Path) -> None:
    host = compiled(tmp_path, "host", _HOST, compiler="musl-gcc")
    module = install_npm(musl_root, "linux-x64-gnu", tmp_path, host)
    add_support_library(musl_root, tmp_path)
    said = findings(inspected(musl_root))
    assert list(said) == [f"foreign-module {module}"]
    assert said[f"foreign-module {module}"].startswith(f"{_NPM_PACKAGE}-linux-x64-gnu {_NPM_VERSION} is built for glib")
    assert "Error loading shared library ld-linux-" in musl_root.run(f"/{_NODE}", f"/{module}")


def test_two_C_libraries_that_both_start_programs_are_told_calmly(
    debian_root: Chroot, musl_root: Chroot, tmp_path: Path
) -> None:
    (loader,) = musl_root.directory.glob("lib/ld-musl-*.so.1")
    debian_root.add(f"lib/{loader.name}", loader.read_bytes())
    debian_root.add("usr/local/bin/hello", (musl_root.directory / "usr/bin/hello").read_bytes())
    inspection = inspected(debian_root)
    assert debian_root.run("/usr/local/bin/hello") == "hello\n"
    (key,) = findings(inspection)
    assert key == "mixed-libc usr/local/bin/hello"
    assert inspection.report.libc.family == "mixed"


def wheel(directory: Path, built_for: str) -> Path:
    """Fetch the wheel for CPython 3.11 on this machine's architecture."""
    where = directory / "wheels"
    tag = ("--platform", f"{built_for}_{platform.machine()}", "--python-version", "311", "--only-binary=:all:")
    run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", where, *tag, _WHEEL)
    return next(where.glob("*.whl"))


def install(root: Chroot, fetched: Path, host: bytes) -> str:
    """Unpack a wheel as pip does, beside a stand-in for Python that loads modules; return the path of its module."""
    root.add(_PYTHON, host)
    with zipfile.ZipFile(fetched) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        for name in names:
            root.add(f"{_MODULES}/{name}", archive.read(name))
    return f"{_MODULES}/{_modules(names)[0]}"


def install_npm(root: Chroot, built_for: str, directory: Path, host: bytes) -> str:
    """Fetch an npm package of one native module and unpack it as npm does, beside a stand-in for Node.js."""
    require("npm")
    package = f"{_NPM_PACKAGE}-{built_for}"
    run("npm", "pack", "--silent", "--pack-destination", directory, f"{package}@{_NPM_VERSION}")
    root.add(_NODE, host)
    with tarfile.open(next(directory.glob("*.tgz"))) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                root.add(f"app/node_modules/{package}/{member.name.removeprefix('package/')}", content.read())
    return f"app/node_modules/{package}/rollup.{built_for}.node"


def add_support_library(root: Chroot, directory: Path) -> None:
    """Put a stand-in for GCC's support library where Debian's musl looks for libraries."""
    library = compiled(directory, "libgcc_s.so.1", _LIBRARY, "-shared", "-fPIC", compiler="musl-gcc")
    (looked_in,) = root.directory.glob("lib/*-linux-musl")
    root.add(f"lib/{looked_in.name}/libgcc_s.so.1", library)


def _modules(names: Iterable[str]) -> list[str]:
    return [name for name in names if ".cpython-" in name]
