"""The database of dpkg, and what apt keeps beside it."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.parts import joined, parts
from fuzz.trees import found_by
from imgscope.facts import InstalledPackage


def target(data: bytes) -> None:
    """Its files may have any bytes, each, and a lower layer any earlier ones."""
    status, states, configuration, listed, sums, diversions, before = parts(data, 7)
    files = {
        "var/lib/dpkg/status": status,
        "var/lib/dpkg/status.d/app": status,
        "var/lib/dpkg/status.d/app.md5sums": sums,
        "var/lib/apt/extended_states": states,
        "etc/apt/apt.conf.d/docker": configuration,
        "var/lib/dpkg/info/app.list": listed,
        "var/lib/dpkg/info/app:amd64.md5sums": sums,
        "var/lib/dpkg/diversions": diversions,
    }
    found = found_by("dpkg", {"var/lib/dpkg/status": before}, files)
    packages = [each for each in found if isinstance(each, InstalledPackage)]
    keys = [(each.name, each.version, each.architecture or "") for each in packages]
    assert len(set(keys)) == len(keys)
    assert all(each.name and each.version for each in packages)


def seeds() -> Mapping[str, bytes]:
    """A system of two packages, and distroless."""
    status = (
        "Package: app\nStatus: install ok installed\nPriority: optional\nSection: utils\nInstalled-Size: 71\n"
        "Architecture: amd64\nMulti-Arch: same\nSource: app-src (1.0)\nVersion: 1:1.0-1+b2\n"
        "Depends: libc6 (>= 2.36), a | b:any\nPre-Depends: dpkg\nRecommends: c\nSuggests: d\nProvides: e (= 1)\n"
        "Description: short\n long\n .\nConffiles:\n /etc/app 0123456789abcdef0123456789abcdef\n\n"
        "Package: libc6\nEssential: yes\nStatus: hold ok half-configured\nArchitecture: all\nVersion: 2.36-9\n\n"
    )
    states = "Package: libc6\nArchitecture: amd64\nAuto-Installed: 1\n\n"
    configuration = 'Apt::AutoRemove::SuggestsImportant "false"; // comment\n/* more */'
    listed = "/.\n/usr\n/usr/bin\n/usr/bin/app\n"
    sums = "0123456789abcdef0123456789abcdef  usr/bin/app\n"
    diversions = "/usr/bin/app\n/usr/bin/app.distrib\nother\n"
    removed = status.replace("install ok installed", "deinstall ok config-files")
    return {
        "all": joined(status, states, configuration, listed, sums, diversions, removed),
        "status": status.encode(),
        "distroless": joined("Package: app\nVersion: 1\n", "", "", "", sums),
    }
