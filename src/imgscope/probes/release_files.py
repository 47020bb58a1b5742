"""The distribution, from the files that were there before os-release, in images that have none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from imgscope.filesystem.tree import FileTree
from imgscope.probes._content import content_of
from imgscope.probes._end_of_life import end_of_life
from imgscope.probes.base import Probe
from imgscope.probes.os_release import PATHS as OS_RELEASE_PATHS
from imgscope.probes.os_release import parse_os_release
from imgscope.report import Confidence, Distro

_LONGEST: Final = 4096
# As CentOS, Fedora, Red Hat, Gentoo and Amazon write it, with a codename in parentheses or without.
_RELEASE_LINE: Final = re.compile(r"(?P<name>.+?) release (?P<version>\d[\w.]*)(?: \((?P<codename>[^)]+)\))?")
# As Photon, Mariner, Slackware and SUSE do.
_NAME_AND_VERSION: Final = re.compile(r"(?P<name>\D+?) (?P<version>\d[\w.]*)")
_IDS: Final = (
    ("Red Hat", "rhel"),
    ("CentOS", "centos"),
    ("Fedora", "fedora"),
    ("Rocky", "rocky"),
    ("AlmaLinux", "almalinux"),
    ("Oracle", "ol"),
    ("Amazon", "amzn"),
    ("Scientific", "scientific"),
    ("Gentoo", "gentoo"),
    ("Slackware", "slackware"),
    ("VMware Photon", "photon"),
    ("CBL-Mariner", "mariner"),
    ("Microsoft Azure Linux", "azurelinux"),
    ("SUSE", "sles"),
    ("openSUSE", "opensuse"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What one release file says. `is_certain`: other distributions do not have this file."""

    id: str
    pretty_name: str
    version: str | None = None
    codename: str | None = None
    is_certain: bool = True


def _assigned(content: bytes) -> _Named | None:
    """Read assignments such as those of lsb-release and openwrt_release."""
    values = parse_os_release(content)
    name, version = values.get("DISTRIB_ID"), values.get("DISTRIB_RELEASE") or None
    if not name:
        return None
    described = values.get("DISTRIB_DESCRIPTION") or f"{name} {version or ''}".strip()
    return _Named(
        id=name.lower(), pretty_name=described, version=version, codename=values.get("DISTRIB_CODENAME") or None
    )


def _worded(content: bytes) -> _Named | None:
    """Read a first line that names the distribution and its release."""
    line = _first_line(content)
    found = _RELEASE_LINE.match(line) or _NAME_AND_VERSION.match(line)
    if found is None:
        return None
    known = next((identity for start, identity in _IDS if found["name"].startswith(start)), None)
    return _Named(
        id=known or found["name"].lower().replace(" ", "-"),
        pretty_name=line,
        version=found["version"],
        codename=found.groupdict().get("codename"),
        is_certain=known is not None,
    )


def _alpine(content: bytes) -> _Named | None:
    version = _first_line(content)
    return _Named(id="alpine", pretty_name=f"Alpine Linux v{version}", version=version) if version else None


def _debian(content: bytes) -> _Named | None:
    """Read debian_version: a number, or `codename/sid`; its descendants have it as well."""
    text = _first_line(content)
    if not text:
        return None
    if text[0].isdigit():
        return _Named(id="debian", pretty_name=f"Debian {text}", version=text, is_certain=False)
    return _Named(id="debian", pretty_name=f"Debian {text}", codename=text.partition("/")[0], is_certain=False)


def _arch(_: bytes) -> _Named:
    # The file is empty; descendants have it as well.
    return _Named(id="arch", pretty_name="Arch Linux", is_certain=False)


_Reader = Callable[[bytes], _Named | None]
_FILES: Final[tuple[tuple[str, _Reader], ...]] = (
    ("etc/alpine-release", _alpine),
    ("etc/openwrt_release", _assigned),
    ("etc/lsb-release", _assigned),
    ("etc/fedora-release", _worded),
    ("etc/rocky-release", _worded),
    ("etc/almalinux-release", _worded),
    ("etc/oracle-release", _worded),
    ("etc/centos-release", _worded),
    ("etc/system-release", _worded),
    ("etc/redhat-release", _worded),
    ("etc/photon-release", _worded),
    ("etc/azurelinux-release", _worded),
    ("etc/mariner-release", _worded),
    ("etc/gentoo-release", _worded),
    ("etc/slackware-version", _worded),
    ("etc/SuSE-release", _worded),
    ("etc/debian_version", _debian),
    ("etc/arch-release", _arch),
)
PATHS: Final = tuple(path for path, _ in _FILES)


def _first_line(content: bytes) -> str:
    return content[:_LONGEST].decode("utf-8", "replace").strip().partition("\n")[0].strip()


def _find(tree: FileTree) -> Iterator[Distro]:
    if any(tree.resolve(path) is not None for path in OS_RELEASE_PATHS):
        return
    for path, read in _FILES:
        content = content_of(tree, path)
        named = read(content) if content is not None else None
        if named is not None:
            confidence: Confidence = "medium" if named.is_certain else "low"
            yield Distro(
                id=named.id,
                version_id=named.version,
                codename=named.codename,
                pretty_name=named.pretty_name,
                evidence=f"/{path}",
                confidence=confidence,
                end_of_life=end_of_life(named.id, named.version, named.pretty_name),
            )
            return


PROBE = Probe(
    name="release-files",
    # Several of them are links to what is in /usr/lib.
    wants=(*PATHS, "usr/lib/*-release"),
    find=_find,
)
