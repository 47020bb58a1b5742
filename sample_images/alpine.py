"""Files of the samples in the style of Alpine 3.19: small, synthetic, with the names and places of the real ones."""

from __future__ import annotations

from pathlib import PurePosixPath

from sample_images.contents import Package, binary, entries, filler, package
from tests.support.images import Entry, symlink

_KIB = 1024

OS_RELEASE = b"""\
NAME="Alpine Linux"
ID=alpine
VERSION_ID=3.19.1
PRETTY_NAME="Alpine Linux v3.19"
HOME_URL="https://alpinelinux.org/"
"""

BASE = [
    Package(
        name="alpine-baselayout-data",
        version="3.4.3-r2",
        section="",
        files={
            "etc/passwd": b"root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/sbin/nologin\n",
            "etc/profile": filler("profile", 2 * _KIB),
        },
    ),
    Package(
        name="alpine-release",
        version="3.19.1-r0",
        section="",
        files={"etc/alpine-release": b"3.19.1\n", "etc/os-release": OS_RELEASE},
    ),
    Package(
        name="musl",
        version="1.2.4_git20230717-r4",
        section="",
        files={"lib/ld-musl-x86_64.so.1": binary("ld-musl-x86_64.so.1")},
    ),
    Package(name="busybox", version="1.36.1-r15", section="", files={"bin/busybox": binary("musl-busybox")}),
    Package(name="apk-tools", version="2.14.0-r5", section="", files={"sbin/apk": binary("musl-apk")}),
]

ADDED = [package("ca-certificates", "20230506-r0", "", {"etc/ssl/certs/ca-certificates.crt": 120 * _KIB})]


def base_layer() -> list[Entry]:
    """The root file system: packages, their database, and the links to busybox."""
    links = {"bin/sh": "/bin/busybox", "bin/ls": "/bin/busybox", "lib/libc.musl-x86_64.so.1": "ld-musl-x86_64.so.1"}
    contents = {path: content for each in BASE for path, content in each.files.items()}
    return [*entries({**contents, **database(BASE)}), *(symlink(path, target) for path, target in links.items())]


def installed_layer() -> list[Entry]:
    """What `apk add` without `--no-cache` leaves: files, the new database, the index and the packages it fetched."""
    contents = {path: content for each in ADDED for path, content in each.files.items()}
    left = {
        "var/cache/apk/APKINDEX.066df28d.tar.gz": filler("APKINDEX", 200 * _KIB),
        "var/cache/apk/ca-certificates-20230506-r0.5a9a4fd1.apk": filler("ca-certificates", 60 * _KIB),
    }
    return list(entries({**contents, **database([*BASE, *ADDED]), **left}))


def database(packages: list[Package]) -> dict[str, bytes]:
    """The installed database of apk."""
    return {"lib/apk/db/installed": "\n".join(_record(each) for each in packages).encode()}


def _record(each: Package) -> str:
    size = sum(map(len, each.files.values()))
    lines = [f"P:{each.name}", f"V:{each.version}", "A:x86_64", f"S:{size}", f"I:{size}", f"o:{each.name}"]
    for path in sorted(each.files):
        lines += [f"F:{PurePosixPath(path).parent}", f"R:{PurePosixPath(path).name}"]
    return "".join(f"{line}\n" for line in lines)
