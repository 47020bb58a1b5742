"""The database of apk."""

from __future__ import annotations

from collections.abc import Mapping

from fuzz.parts import joined, parts
from fuzz.trees import found_by
from imgscope.facts import InstalledPackage


def target(data: bytes) -> None:
    """Its files may have any bytes, each, and a lower layer any earlier ones."""
    installed, world, before = parts(data, 3)
    found = found_by(
        "apk",
        {"lib/apk/db/installed": before},
        {"lib/apk/db/installed": installed, "usr/lib/apk/db/installed": before, "etc/apk/world": world},
    )
    packages = [each for each in found if isinstance(each, InstalledPackage)]
    keys = [(each.name, each.version, each.architecture or "") for each in packages]
    assert len(set(keys)) == len(keys)
    assert all(each.name and each.version for each in packages)


def seeds() -> Mapping[str, bytes]:
    """A system of two packages."""
    installed = (
        "C:Q1pSfIW=\nP:musl\nV:1.2.5-r0\nA:x86_64\nS:400\nI:650000\nT:the musl c library\no:musl\n"
        "p:so:libc.musl-x86_64.so.1=1 cmd:ldd=1\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1x=\n\n"
        "P:.build-deps\nV:20240101\nA:noarch\nD:musl>=1.2 !other gcc\ni:musl busybox\nF:usr/bin\nR:app\n\n"
    )
    return {
        "all": joined(installed, "musl\n.build-deps=20240101\n!x\n", installed.replace("1.2.5", "1.2.4")),
        "installed": installed.encode(),
    }
