"""A whole image: layers with any bytes, read, stacked, probed, judged and rendered."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Final

from fuzz import rpm_databases
from fuzz.images import BETWEEN, inspected
from fuzz.reports import check_report
from imgscope.rules import rules
from tests.support import elf
from tests.support.images import directory, file, opaque, symlink, tar, whiteout
from tests.support.rpm_headers import ndb_of

# One image in so many is written for people, which takes longer than all before.
_RENDERED: Final = 8

rules()


def target(data: bytes) -> None:
    """There is a report, nothing crashes, and the report is written as JSON."""
    report = inspected(data).report
    check_report(report, for_people=zlib.crc32(data) % _RENDERED == 0)
    assert report.layers


def seeds() -> Mapping[str, bytes]:
    """Small systems with something for most rules."""
    debian = [
        directory("etc"),
        file("etc/os-release", "ID=debian\nVERSION_ID=12\n"),
        file("var/lib/dpkg/status", "Package: gcc\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n"),
        file("var/lib/dpkg/info/gcc.list", "/.\n/bin/app\n"),
        file("bin/app", elf.program(elf.GLIBC_LOADER, ["libc.so.6"]), mode=0o4755),
        file("var/lib/apt/lists/x", "Package: a"),
        symlink("lib64", "usr/lib64"),
    ]
    above = [
        whiteout("etc/os-release"),
        opaque("var/lib/apt"),
        file("root/.netrc", "machine a login b password c3c3c3c3"),
    ]
    rpm = [file("var/lib/rpm/Packages.db", ndb_of(rpm_databases.headers()[0])), file("opt/app/app", "x")]
    python = [
        file("usr/lib/python3/dist-packages/a-1.dist-info/METADATA", "Name: a\nVersion: 1\nRequires-Dist: b\n"),
        file("usr/lib/python3/dist-packages/a-1.dist-info/RECORD", "a.py,sha256=x,1\n"),
        file("app/node_modules/b/package.json", '{"name":"b","version":"1"}'),
        file("app/run.sh", "#!/bin/sh\n", mode=0o755),
    ]
    return {
        "debian": BETWEEN.join(tar(entries, format=1)[:-9216] for entries in (debian, above)),
        "rpm": tar(rpm, format=1),
        "languages": tar(python, format=1),
    }
