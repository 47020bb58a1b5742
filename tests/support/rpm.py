"""Small packages made by rpmbuild and installed by rpm, with what makes databases of them hard to read.

An epoch, two versions of one package, a header on many pages, names beyond ASCII, a package that was removed again, a
signing key, and dependencies of every kind.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.programs import require, run

QUERY: Final = r"%{NAME}\t%{EVR}\t%{ARCH}\t%{SIZE}\t%{SOURCERPM}\n"
"""What `rpm -qa --queryformat` is given: name, epoch:version-release, architecture, size and source package."""

REMOVED: Final = "short-lived"

_TAG_LINES: Final = {
    "summary": "Summary: Made to be read",
    "license": "License: MIT",
    "group": "Group: Tests",
}
_MANY: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What rpmbuild makes a package of; `tags` are further lines of its preamble, `paths` the files in it."""

    name: str
    version: str = "1.0-1"
    architecture: str = "noarch"
    tags: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


SPECS: Final = (
    Spec(
        name="base", tags=("Provides: /bin/sh", "Provides: config(base) = 1.0-1"), paths=("/usr/bin/base", "/etc/base")
    ),
    Spec(
        name="app",
        version="2.1-3.el9",
        tags=("Epoch: 1", "Requires: base >= 1", "Requires: (library >= 1 or other)", "Recommends: extra"),
        paths=("/opt/app/bin/app", "/opt/app/größe", "/usr/bin/app"),
    ),
    Spec(
        name="library", architecture="x86_64", tags=("Requires: (many if gone)",), paths=("/usr/lib64/liblibrary.so.1",)
    ),
    Spec(name="kernel", version="6.1-1", architecture="x86_64", paths=("/boot/vmlinuz-6.1-1",)),
    Spec(name="kernel", version="6.2-1", architecture="x86_64", paths=("/boot/vmlinuz-6.2-1",)),
    Spec(
        name="many",
        tags=("Requires: base", "Requires: /bin/sh"),
        paths=tuple(f"/usr/share/many/{number // 50}/file-number-{number}" for number in range(_MANY)),
    ),
    Spec(name=REMOVED, paths=tuple(f"/usr/share/gone/file-{number}" for number in range(_MANY // 2))),
    Spec(name="tiny"),
)


def build_packages(directory: Path) -> tuple[Path, ...]:
    """Build the packages of `SPECS` below `directory` and return their files, in that order."""
    require("rpmbuild")
    return tuple(_build(spec, directory / f"{spec.name}-{spec.version}") for spec in SPECS)


def install(packages: tuple[Path, ...], *command: str | Path, key: str | Path) -> None:
    """Install `packages` with `command`, an rpm and its options, one after the other, and remove one of them again.

    Only the database is written, not the files of the packages. `key` is a file with a key to import.
    """
    for package in packages:
        run(*command, "--install", "--justdb", "--nodeps", "--noscripts", "--ignorearch", package)
    run(*command, "--erase", "--justdb", "--nodeps", "--noscripts", REMOVED)
    run(*command, "--import", key)


def queried(*command: str | Path, format: str = QUERY) -> list[tuple[str, ...]]:
    """Return what `command`, an rpm and its options, says of all packages in order, signing keys left out."""
    rows = [tuple(line.split("\t")) for line in run(*command, "-qa", "--queryformat", format).splitlines()]
    return sorted(row for row in rows if row[0] != "gpg-pubkey")


def needed_by(name: str, *command: str | Path) -> tuple[str, ...]:
    """Return what rpm says cannot do without package `name`, which it would therefore not erase."""
    refused = subprocess.run([*command, "--erase", "--test", name], capture_output=True, text=True, check=False)
    needing = re.findall(r" is needed by \(installed\) (?:\S*:)?(\S+)-[^-\s]+-[^-\s]+$", refused.stderr, re.MULTILINE)
    # An epoch is written before the version, and here it is taken off with it.
    return tuple(sorted(set(needing)))


def _build(spec: Spec, directory: Path) -> Path:
    directory.mkdir(parents=True)
    version, _, release = spec.version.partition("-")
    preamble = [f"Name: {spec.name}", f"Version: {version}", f"Release: {release}", *_TAG_LINES.values(), *spec.tags]
    # Quoted for the shell as JSON strings are: no path here holds what the shell would still expand.
    making = [f"install -D spec %{{buildroot}}{json.dumps(path, ensure_ascii=False)}" for path in spec.paths]
    text = "\n".join(
        [*preamble, "%description", "None.", "%install", f"cd {directory}", *making, "%files", *spec.paths, ""]
    )
    (directory / "spec").write_text(text)
    defines = {
        "_topdir": str(directory),
        "_buildhost": "localhost",
        "debug_package": "%{nil}",
        "__os_install_post": "%{nil}",
    }
    options = [word for name, value in defines.items() for word in ("--define", f"{name} {value}")]
    clock = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    run("rpmbuild", "-bb", "--quiet", "--target", spec.architecture, *options, directory / "spec", env=clock)
    return next(directory.glob("RPMS/*/*.rpm"))
