"""Files that imgscope reads in images: package databases, programs, and what says which distribution it is."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path
from typing import Final

from tests.hostile.case import CORPUS, layout
from tests.hostile.declared import MEBIBYTE
from tests.support.elf import glibc_program, library, program
from tests.support.images import Entry, directory, file, layer, symlink
from tests.support.rpm_headers import PAGE_SIZE, berkeley_page, header, ndb_of, sqlite_of

_RELEASE: Final = file("etc/os-release", "ID=debian\nVERSION_ID=12\n")
_MEBIBYTE: Final = 1024 * 1024


def _with(path: Path, *entries: Entry) -> str:
    return layout(path, layer(_RELEASE, *entries))


@CORPUS.case(0, memory=96 * MEBIBYTE)
def dpkg_status_of_nothing_but_noise(path: Path) -> str:
    """Fields without end, without names, with NUL, repeated, and a line of 4 MiB."""
    paragraphs = [
        "Package: a\nStatus: install ok installed\nVersion: 1\nInstalled-Size: -99999999999999999\nDepends: a, a|a(\n",
        "Package: b\nStatus: install ok installed\nVersion: " + "9" * 100_000 + "\nPackage: c\n",
        "Package\n: \n\0\0\0\n x\n\n\n\n",
        "Package: d\nStatus: install ok installed\nVersion: 1\nDescription: " + "x" * 4 * _MEBIBYTE + "\n",
        "Package: ../../etc\nStatus: install ok installed\nVersion: ../1\nInstalled-Size: 1e9\n",
    ]
    return _with(
        path, file("var/lib/dpkg/status", "\n".join(paragraphs)), file("var/lib/dpkg/info/a.list", "/.\n/../..\n\0")
    )


@CORPUS.case(0, memory=96 * MEBIBYTE)
def dpkg_packages_that_need_each_other(path: Path) -> str:
    """1,000 packages in one circle, and each needs ten others."""
    paragraphs = (
        f"Package: p{number}\nStatus: install ok installed\nVersion: 1\nInstalled-Size: 1\nDepends: "
        + ", ".join(f"p{(number + step) % 1000}" for step in range(1, 10))
        for number in range(1000)
    )
    return _with(path, file("var/lib/dpkg/status", "\n\n".join(paragraphs)))


@CORPUS.case(0)
def apk_database_of_noise(path: Path) -> str:
    """Lines without a colon, sizes below zero, files before their directory, and a circle of needs."""
    text = "P:a\nV:1\nI:-1\nS:999999999999999999\nR:x\nF:../../etc\nR:passwd\nD:a a a>1 !b so:x\n\nxx\n:\nP\n\nV:2\n\n"
    return _with(path, file("lib/apk/db/installed", text * 500))


@CORPUS.case(3, "cannot be read completely")
def rpm_databases_of_noise(path: Path) -> str:
    """All three kinds, each with nothing right behind its first bytes."""
    sqlite = bytearray(sqlite_of([header({1000: "a", 1001: "1", 1002: "1"})]))
    sqlite[200:3000] = b"\xff" * 2800
    return _with(
        path,
        directory("var/lib/rpm"),
        file("var/lib/rpm/rpmdb.sqlite", bytes(sqlite)),
        file("usr/lib/sysimage/rpm/Packages.db", ndb_of(b"\xff" * 64, blocks=2**32 - 1, length=2**32 - 1)),
        file("usr/share/rpm/Packages", b"\xff" * 8192),
    )


@CORPUS.case(3, "cannot be read completely")
def rpm_headers_that_count_to_four_billion(path: Path) -> str:
    """Counts, lengths and offsets of 2³² - 1 in headers, in a database that is otherwise right."""
    huge = struct.pack(">II", 2**32 - 1, 2**32 - 1)
    tag = struct.pack(">II", 1, 16) + struct.pack(">IIII", 1000, 8, 0, 2**32 - 1) + b"a\0" * 8
    far = struct.pack(">II", 1, 16) + struct.pack(">IIII", 1000, 6, 2**32 - 1, 1) + b"a\0" * 8
    return _with(path, file("var/lib/rpm/rpmdb.sqlite", sqlite_of([huge, tag, far, b"", b"\0", 17, "text"])))


@CORPUS.case(3, "cannot be read completely")
def rpm_pages_in_a_circle(path: Path) -> str:
    """Pages of a Berkeley DB that lead to each other, and one that lies beyond the file."""
    pages = [
        berkeley_page("<", meta_last_page=3),
        berkeley_page("<", value_at=2, size=10**9),
        berkeley_page("<", kind=7, next=3, used=PAGE_SIZE - 26),
        berkeley_page("<", kind=7, next=2, used=PAGE_SIZE - 26),
    ]
    return _with(path, file("var/lib/rpm/Packages", b"".join(pages)))


@CORPUS.case(0)
def programs_whose_tables_lie_outside(path: Path) -> str:
    """ELF files with each offset, size and count at its largest, one at a time."""
    whole = program("/lib64/ld-linux-x86-64.so.2", ["libc.so.6"], versions=["GLIBC_2.34"])
    broken = [
        file(f"bin/b{offset}-{width}", whole[:offset] + b"\xff" * width + whole[offset + width :], mode=0o755)
        for offset in range(16, len(whole) - 8, 8)
        for width in (2, 8)
    ]
    return _with(path, *broken, file("bin/cut", whole[:64], mode=0o755), file("bin/magic", b"\x7fELF", mode=0o755))


@CORPUS.case(0)
def libraries_that_need_each_other(path: Path) -> str:
    """A circle of libraries, each with a run path that leads back to itself, and a library of 20,000 needs."""
    circle = [
        file(
            f"lib/l{number}.so",
            library(f"l{number}.so", [f"l{(number + 1) % 200}.so"], runpath="$ORIGIN:$ORIGIN/../lib"),
        )
        for number in range(200)
    ]
    many = library("many.so", [f"none{number}.so" for number in range(20_000)])
    return _with(
        path, *circle, file("lib/many.so", many), file("bin/a", program(None, ["l0.so", "many.so"]), mode=0o755)
    )


@CORPUS.case(0)
def release_file_that_is_a_program(path: Path) -> str:
    """os-release with everything a shell would run: shown, and not run."""
    text = (
        'ID=$(touch /tmp/owned)\nVERSION_ID=`reboot`\nNAME="$X"\nPRETTY_NAME="${x:=\\$(id)}"\n. /etc/passwd\nexit 1\n'
    )
    return layout(path, layer(file("etc/os-release", text)))


@CORPUS.case(3, "too large")
def release_file_of_70_mib(path: Path) -> str:
    """os-release that is larger than what is kept of any file."""
    return layout(path, layer(file("etc/os-release", b"ID=debian\n" + b"#" * 70 * _MEBIBYTE)))


@CORPUS.case(0)
def release_file_that_is_a_link_in_a_circle(path: Path) -> str:
    """os-release that is a link to the other os-release, and that a link to the first."""
    links = (symlink("etc/os-release", "../usr/lib/os-release"), symlink("usr/lib/os-release", "/etc/os-release"))
    return layout(path, layer(*links))


@CORPUS.case(0)
def loader_configuration_that_includes_itself(path: Path) -> str:
    """ld.so.conf that includes everything, itself included, and a cache of four billion libraries."""
    cache = b"glibc-ld.so.cache1.1" + struct.pack("<II", 2**32 - 1, 2**32 - 1) + bytes(20) + b"\xff" * 400
    conf = "include /etc/ld.so.conf\ninclude /etc/*\ninclude " + "*/" * 500 + "\n" + "/lib\n" * 5000
    files = (
        file("etc/ld.so.conf", conf),
        file("etc/ld.so.cache", cache),
        file("etc/ld-musl-x86_64.path", "/lib:" * 5000),
    )
    return _with(path, *files, file("bin/a", glibc_program(), mode=0o755))


@CORPUS.case(0)
def scripts_that_start_each_other(path: Path) -> str:
    """Interpreters that are scripts, in a circle, without end, and without a name."""
    names = (
        b"#!/bin/b\n",
        b"#!/bin/a\n",
        b"#!",
        b"#!   \n",
        b"#!" + b"x" * 5000,
        b"#!/bin/\x1b[31m\n",
        b"#!/usr/bin/env -S a b\n",
    )
    return layout(
        path,
        layer(_RELEASE, *(file(f"bin/{chr(97 + number)}", text, mode=0o755) for number, text in enumerate(names))),
        config={"Cmd": ["/bin/a"]},
    )


@CORPUS.case(0)
def packages_of_languages_that_are_noise(path: Path) -> str:
    """package.json in 100,000 lists, gems, crates, jars and go programs with nothing right in them."""
    jar = io.BytesIO()
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("META-INF/MANIFEST.MF", "Implementation-Title: x\n" * 200_000)
        archive.writestr("META-INF/maven/g/a/pom.properties", bytes(20 * _MEBIBYTE))
    cut = jar.getvalue()[:-30]
    return _with(
        path,
        file("app/node_modules/a/package.json", "[" * 100_000),
        file("app/node_modules/b/package.json", json.dumps({"name": 1, "version": {"x": []}, "dependencies": ["x"]})),
        file("app/node_modules/c/package.json", '{"name":"\\ud800","version":"\\ud800"}'),
        file("usr/lib/ruby/gems/3/specifications/a.gemspec", "Gem::Specification.new do |s|\n" * 10_000),
        file("usr/lib/python3/dist-packages/a.dist-info/METADATA", b"Name: \xff\xfe\nVersion\n" * 1000),
        file("usr/lib/python3/dist-packages/a.dist-info/RECORD", b",,,\n\0\n../../../etc/passwd,,\n"),
        file("app/a.jar", jar.getvalue()),
        file("app/b.jar", cut),
        file("app/vendor/composer/installed.json", '{"packages":[1,{"name":[]}]}'),
        file("bin/go", glibc_program() + b"\xff Go buildinf:\x08\x02" + b"\xff" * 64, mode=0o755),
    )


@CORPUS.case(0)
def two_thousand_findings(path: Path) -> str:
    """2,000 programs for everybody that run as root: more to say than anybody reads."""
    return _with(path, *(file(f"bin/s{number}", b"x", mode=0o6777) for number in range(2_000)))
