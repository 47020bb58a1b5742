"""Real roots of images, made on a Debian machine with its own package source: a Debian, and one that runs on musl."""

from __future__ import annotations

import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.programs import require, require_root, run

CODENAME = "bookworm"

# Options of apt that say how to reach the package source. A program that finds a proxy is not in the image's root.
_REACHING = ("Acquire::http", "Acquire::https", "Acquire::Check-", "Acquire::Force", "Acquire::Retries")
_NOT_IN_A_ROOT = ("Proxy-Auto-Detect", "ProxyAutoDetect")

_HELLO = """\
#include <stdio.h>
int main(void) { puts("hello"); return 0; }
"""
_ALPINE_RELEASE = """\
NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.17.0
PRETTY_NAME="Alpine Linux v3.17"
"""
_APK_DATABASE = """\
P:musl
V:{musl}-r0
A:x86_64
S:400000
I:630000
o:musl
F:lib
R:ld-musl-x86_64.so.1

P:busybox
V:{busybox}-r0
A:x86_64
S:500000
I:950000
o:busybox
F:bin
R:busybox

P:hello
V:1.0-r0
A:x86_64
S:1000
I:16000
o:hello
F:usr/bin
R:hello

"""
MUSL_ROOT_PACKAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MuslRoot:
    """The root of an image on musl: a tar archive, and the version of musl in it, such as `1.2.3`."""

    archive: Path
    musl_version: str


def make_debian_root(
    directory: Path,
    *,
    codename: str = CODENAME,
    include: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    name: str = "root.tar",
) -> Path:
    """Make a minimal Debian in `directory`, with this machine's package source configured, and return its archive.

    Packages to `include` are installed as well; no package unpacks what the patterns in `exclude` match. A `name` that
    is none of an archive makes a directory instead. Skips the test where that cannot be done.
    """
    require("mmdebstrap", "apt-get")
    require_root()
    options = directory / "apt.conf"
    options.write_text(_apt_options())
    archive = directory / name
    how = ["--variant=minbase", "--dpkgopt=force-unsafe-io", f"--aptopt={options}"]
    how += [f"--include={package}" for package in include]
    how += [f"--dpkgopt=path-exclude={pattern}" for pattern in exclude]
    sources = _apt_sources()
    if codename != CODENAME:
        sources = [f"deb {_index_targets('$(SITE)')[0]} {codename} main"]
    run("mmdebstrap", *how, codename, archive, *sources)
    return archive


def uses_https() -> bool:
    """Tell whether apt reaches the package source over HTTPS, and needs certificates for that."""
    return any(site.startswith("https:") for site in _index_targets("$(SITE)"))


def make_musl_root(directory: Path) -> MuslRoot:
    """Make a root from Debian's musl and busybox, with an Alpine's os-release and package database.

    It has one program that needs musl's loader. Skips the test where that cannot be done.
    """
    require("apt-get", "dpkg-deb", "musl-gcc", "gcc")
    root = directory / "root"
    root.mkdir()
    versions = {name: _unpack_package(name, directory, root) for name in ("musl", "busybox-static")}
    source = directory / "hello.c"
    source.write_text(_HELLO)
    (root / "usr/bin").mkdir(parents=True, exist_ok=True)
    run("musl-gcc", "-o", root / "usr/bin/hello", source)
    _write(root / "etc/os-release", _ALPINE_RELEASE)
    database = _APK_DATABASE.format(musl=versions["musl"], busybox=versions["busybox-static"])
    _write(root / "lib/apk/db/installed", database)
    archive = directory / "root.tar"
    with tarfile.open(archive, "w") as tar:
        tar.add(root, arcname=".")
    return MuslRoot(archive=archive, musl_version=versions["musl"])


def _unpack_package(name: str, directory: Path, root: Path) -> str:
    """Unpack Debian's package `name` into `root` and return its upstream version."""
    downloads = directory / name
    downloads.mkdir()
    run("apt-get", "download", name, "-o", "APT::Sandbox::User=root", cwd=downloads)
    package = next(downloads.glob("*.deb"))
    run("dpkg-deb", "-x", package, root)
    return run("dpkg-deb", "--field", package, "Version").strip().rpartition(":")[2].partition("-")[0]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _apt_sources() -> list[str]:
    """Return the files of this machine that configure where Debian's packages come from."""
    entries = _index_targets("$(SOURCESENTRY)")
    files = list(dict.fromkeys(entry.rpartition(":")[0] for entry in entries))
    if not files:
        pytest.skip(f"needs a package source for Debian {CODENAME}; run apt-get update once apt has one")
    return files


def _index_targets(field: str) -> list[str]:
    """Return a field of every package index of this Debian that apt knows of."""
    fields = f"$(ORIGIN)\t$(CODENAME)\t{field}"
    listed = run("apt-get", "indextargets", "--format", fields, "Created-By: Packages")
    rows = (line.split("\t") for line in listed.splitlines())
    return [value for origin, codename, value in rows if origin == "Debian" and codename.startswith(CODENAME)]


def _apt_options() -> str:
    dumped = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    return "".join(
        f"{line}\n"
        for line in dumped.splitlines()
        if line.startswith(_REACHING) and not any(word in line for word in _NOT_IN_A_ROOT)
    )
