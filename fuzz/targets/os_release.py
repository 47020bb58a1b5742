"""os-release, and the older files that distributions tell their names in."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.pumped import pumped
from fuzz.trees import found_by
from imgscope.probes.os_release import parse_os_release

_OTHERS = (
    "etc/alpine-release",
    "etc/debian_version",
    "etc/redhat-release",
    "etc/lsb-release",
    "etc/arch-release",
    "usr/lib/x-release",
)


def target(data: bytes) -> None:
    """Every file of them may have any bytes."""
    for text in pumped(data.decode("utf-8", "surrogateescape")):
        values = parse_os_release(text.encode("utf-8", "surrogateescape"))
        assert all("\n" not in value for value in values.values())
    for path in ("etc/os-release", "usr/lib/os-release"):
        found_by("os-release", {path: data})
    found_by("release-files", dict.fromkeys(_OTHERS, data))


def seeds() -> Mapping[str, bytes]:
    """Real ones."""
    debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n'
    texts = {
        "debian": debian + 'VERSION_CODENAME=bookworm\nHOME_URL="https://www.debian.org/"\n',
        "alpine": 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n',
        "quoted": 'ID=\'a\'"b"c\\ d # e\nNAME="x\\$y\\`z"\n# comment\n\tID_LIKE="rhel fedora"\r\n',
        "distroless": 'PRETTY_NAME="Distroless"\nNAME="Debian GNU/Linux"\nID="debian"\nVERSION_ID="12"\n',
        "redhat": "CentOS Linux release 7.9.2009 (Core)\n",
        "lsb": 'DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\nDISTRIB_CODENAME=noble\nDISTRIB_DESCRIPTION="Ubuntu 24.04"\n',
        "version": "12.7\n",
        "sid": "trixie/sid\n",
    }
    return {name: text.encode() for name, text in texts.items()}
