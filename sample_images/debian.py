"""Files of the samples in the style of Debian 12: small, synthetic, with the names and places of the real ones."""

from __future__ import annotations

from collections.abc import Iterable

from sample_images.contents import Package, binary, entries, filler, package, parents
from tests.support.images import Entry, directory, symlink

_LIB = "usr/lib/x86_64-linux-gnu"
_GCC = "usr/lib/gcc/x86_64-linux-gnu/12"
_KIB = 1024

OS_RELEASE = b"""\
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
HOME_URL="https://www.debian.org/"
"""

BASE = [
    Package(
        name="base-files",
        version="12.4+deb12u5",
        section="admin",
        files={"usr/lib/os-release": OS_RELEASE, "etc/debian_version": b"12.5\n"},
    ),
    Package(
        name="libc6",
        version="2.36-9+deb12u4",
        section="libs",
        is_shared=True,
        files={
            f"{_LIB}/libc.so.6": binary("libc.so.6"),
            f"{_LIB}/ld-linux-x86-64.so.2": binary("ld-linux-x86-64.so.2"),
            f"{_LIB}/gconv/gconv-modules": filler("gconv-modules", 50 * _KIB),
        },
    ),
    Package(
        name="bash",
        version="5.2.15-2+b2",
        section="shells",
        depends="libc6 (>= 2.36)",
        files={"usr/bin/bash": binary("glibc-bash"), "etc/bash.bashrc": filler("bash.bashrc", 2 * _KIB)},
    ),
    Package(
        name="dash",
        version="0.5.12-2",
        section="shells",
        depends="libc6 (>= 2.36)",
        files={"usr/bin/dash": binary("glibc-dash")},
    ),
    Package(
        name="apt",
        version="2.6.1",
        section="admin",
        depends="libc6 (>= 2.34)",
        files={"usr/bin/apt-get": binary("glibc-apt-get"), f"{_LIB}/libapt-pkg.so.6.0.0": filler("apt-pkg", 90 * _KIB)},
    ),
    package("tzdata", "2024a-0+deb12u1", "localization", {"usr/share/zoneinfo/tzdata.zi": 60 * _KIB}),
]

BUILD = [
    Package(
        name="gcc-12",
        version="12.2.0-14",
        section="devel",
        depends="cpp-12 (= 12.2.0-14), binutils (>= 2.40), libgcc-12-dev",
        files={
            "usr/bin/x86_64-linux-gnu-gcc-12": binary("glibc-gcc-12"),
            f"{_GCC}/lto1": filler("lto1", 900 * _KIB),
            f"{_GCC}/collect2": filler("collect2", 40 * _KIB),
        },
    ),
    package("cpp-12", "12.2.0-14", "interpreters", {f"{_GCC}/cc1": 850 * _KIB}, depends="libc6 (>= 2.34)"),
    package("g++-12", "12.2.0-14", "devel", {f"{_GCC}/cc1plus": 800 * _KIB}, depends="gcc-12 (= 12.2.0-14)"),
    package("libgcc-12-dev", "12.2.0-14", "libdevel", {f"{_GCC}/libgcc.a": 150 * _KIB}, is_shared=True),
    package(
        "build-essential",
        "12.9",
        "devel",
        {"usr/share/doc/build-essential/list": 3 * _KIB},
        depends="libc6-dev | libc-dev, gcc (>= 4:12.2), g++ (>= 4:12.2), make",
    ),
    package("gcc", "4:12.2.0-3", "devel", {"usr/share/doc/cpp/README.Debian": 2 * _KIB}, depends="gcc-12"),
    package("g++", "4:12.2.0-3", "devel", {"usr/share/man/man1/g++.1.gz": 2 * _KIB}, depends="gcc, g++-12"),
    package(
        "binutils",
        "2.40-2",
        "devel",
        {"usr/bin/x86_64-linux-gnu-ld.bfd": 120 * _KIB},
        depends="binutils-x86-64-linux-gnu (= 2.40-2)",
    ),
    package("binutils-x86-64-linux-gnu", "2.40-2", "devel", {"usr/bin/x86_64-linux-gnu-as": 110 * _KIB}),
    package(
        "libc6-dev",
        "2.36-9+deb12u4",
        "libdevel",
        {"usr/include/stdio.h": 30 * _KIB, "usr/include/stdlib.h": 36 * _KIB, f"{_LIB}/libc.a": 350 * _KIB},
        depends="linux-libc-dev",
        is_shared=True,
    ),
    package("linux-libc-dev", "6.1.76-1", "devel", {"usr/include/linux/kernel.h": 120 * _KIB}, is_shared=True),
    package("make", "4.3-4.1", "devel", {"usr/bin/make": 60 * _KIB, "usr/share/doc/make/NEWS.gz": 20 * _KIB}),
    package(
        "python3-dev",
        "3.11.2-1+b1",
        "python",
        {"usr/include/python3.11/Python.h": 4 * _KIB, f"{_LIB}/libpython3.11.a": 300 * _KIB},
        depends="python3",
    ),
    package(
        "python3", "3.11.2-1+b1", "python", {"usr/lib/python3.11/os.py": 40 * _KIB, "usr/bin/python3.11": 200 * _KIB}
    ),
    package("git", "1:2.39.2-1.1", "vcs", {"usr/bin/git": 150 * _KIB, "usr/lib/git-core/git-remote-http": 80 * _KIB}),
    package("curl", "7.88.1-10+deb12u5", "web", {"usr/bin/curl": 90 * _KIB, "usr/share/man/man1/curl.1.gz": 40 * _KIB}),
]

REQUESTED = ("build-essential", "curl", "git", "python3-dev")
"""Those of `BUILD` that the command names; apt adds the others because they are needed."""
INSTALL = f"apt-get update && apt-get install -y {' '.join(REQUESTED)}"


def base_layer() -> list[Entry]:
    """The root file system: packages, their database, and the links of the merged /usr."""
    contents = {**_contents(BASE), **database(BASE)}
    links = {
        "bin": "usr/bin",
        "lib": "usr/lib",
        "lib64": "usr/lib64",
        "usr/bin/sh": "dash",
        "usr/lib64/ld-linux-x86-64.so.2": "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
        "etc/os-release": "../usr/lib/os-release",
    }
    contents["etc/passwd"] = (
        b"root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
    )
    contents["root/.bashrc"] = b"umask 022\n"
    made_links = (symlink(path, target) for path, target in links.items())
    return [*entries(contents), directory("usr/lib64"), *made_links]


def installed_layer(packages: list[Package]) -> list[Entry]:
    """What `apt-get update && apt-get install` leaves: files, the new database, lists, archives and logs."""
    lists = "var/lib/apt/lists/deb.debian.org_debian_dists_bookworm"
    left = {
        f"{lists}_InRelease": filler("InRelease", 150 * _KIB),
        f"{lists}_main_binary-amd64_Packages.lz4": filler("Packages", 600 * _KIB),
        "var/lib/apt/extended_states": _states(packages),
        "var/cache/apt/pkgcache.bin": filler("pkgcache", 250 * _KIB),
        "var/log/apt/history.log": b"Start-Date: 2024-01-01  00:00:00\nCommandline: apt-get install\n",
        "var/log/dpkg.log": filler("dpkg.log", 20 * _KIB),
    }
    for each in packages:
        version = each.version.replace(":", "%3a")
        path = f"var/cache/apt/archives/{each.name}_{version}_amd64.deb"
        left[path] = filler(path, each.installed_kibibytes * _KIB // 6)
    return list(entries({**_contents(packages), **database([*BASE, *packages], lists_of=packages), **left}))


def database(packages: list[Package], *, lists_of: list[Package] | None = None) -> dict[str, bytes]:
    """The status file of dpkg for `packages`, and the file lists of those that are new."""
    lists = {}
    for each in packages if lists_of is None else lists_of:
        stem = f"{each.name}:amd64" if each.is_shared else each.name
        paths = ["/.", *(f"/{path}" for path in (*parents(each.files), *each.files))]
        lists[f"var/lib/dpkg/info/{stem}.list"] = "".join(f"{path}\n" for path in paths).encode()
    status = "\n".join(_paragraph(each) for each in sorted(packages, key=lambda each: each.name))
    return {"var/lib/dpkg/status": status.encode(), **lists}


def _states(packages: list[Package]) -> bytes:
    automatic = (each.name for each in packages if each.name not in REQUESTED)
    return "\n".join(f"Package: {name}\nArchitecture: amd64\nAuto-Installed: 1\n" for name in automatic).encode()


def _paragraph(each: Package) -> str:
    lines = [
        f"Package: {each.name}",
        "Status: install ok installed",
        "Priority: optional",
        f"Section: {each.section}",
        f"Installed-Size: {each.installed_kibibytes}",
        "Architecture: amd64",
        *(["Multi-Arch: same"] if each.is_shared else []),
        f"Version: {each.version}",
        *([f"Depends: {each.depends}"] if each.depends else []),
        f"Description: {each.name}, reduced to what a sample image needs",
    ]
    return "".join(f"{line}\n" for line in lines)


def _contents(packages: Iterable[Package]) -> dict[str, bytes]:
    return {path: content for each in packages for path, content in each.files.items()}
