"""What an image is that says of no distribution: busybox, a Nix store, or nothing but files of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.errors import LimitError
from imgscope.filesystem.tree import FileTree
from imgscope.probes import os_release, release_files
from imgscope.probes.base import Probe
from imgscope.report import Distro

_PACKAGE_DATABASES: Final = (
    "var/lib/dpkg",
    "lib/apk/db",
    "usr/lib/apk/db",
    "var/lib/rpm",
    "usr/lib/sysimage/rpm",
    "usr/share/rpm",
    "var/lib/pacman",
    "usr/lib/opkg",
    "var/lib/rpmmanifest",
)
_BUSYBOX: Final = ("bin/busybox", "usr/bin/busybox", "sbin/busybox")
_SHELLS: Final = ("bin/sh", "bin/bash", "usr/bin/sh", "usr/bin/bash")


def _find(tree: FileTree) -> Iterator[Distro]:
    if any(layer.error for layer in tree.layers) or _first(tree, _PACKAGE_DATABASES) or _is_named(tree):
        return
    if _first(tree, ("nix/store",)):
        yield _distro("nix", "packages of Nix, no distribution", "/nix/store")
        return
    busybox = _first(tree, _BUSYBOX) or _applets(tree)
    if busybox:
        yield _distro("busybox", "BusyBox, no distribution", f"/{busybox} and no package database")
    elif tree.files and not _first(tree, _SHELLS):
        release = _first(tree, (*os_release.PATHS, *release_files.PATHS))
        without = f"no name in /{release}" if release else "no release file"
        evidence = f"{without}, no package database and no shell"
        yield _distro("scratch", "no distribution (built from scratch)", evidence)


def _is_named(tree: FileTree) -> bool:
    """Tell whether a release file names a distribution, or may do so in what was not kept of it."""
    try:
        return any(True for probe in (os_release.PROBE, release_files.PROBE) for _ in probe.find(tree))
    except LimitError:
        return True


def _applets(tree: FileTree) -> str | None:
    """Return where the shell is, if it is one file with the other tools, as in a busybox without its own name."""
    shell = tree.resolve("bin/sh")
    listing = tree.resolve("bin/ls")
    same = shell is not None and listing is not None and shell.content is not None and shell.content is listing.content
    return "bin/sh" if same else None


def _first(tree: FileTree, paths: tuple[str, ...]) -> str | None:
    return next((path for path in paths if tree.resolve(path) is not None), None)


def _distro(identity: str, pretty_name: str, evidence: str) -> Distro:
    return Distro(id=identity, pretty_name=pretty_name, evidence=evidence, confidence="medium")


PROBE = Probe(name="no-distribution", wants=(), find=_find)
