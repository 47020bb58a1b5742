"""What holds for a database of rpm in every format."""

from __future__ import annotations

from fuzz.trees import found_by
from imgscope.probes._rpm_database import kept_keys, kept_packages, read_database, reduce_database
from tests.support.rpm_headers import header


def check(content: bytes) -> None:
    """What is kept says the same as the database, is kept unchanged, and is all that a probe needs."""
    found = read_database(content)
    kept = reduce_database(content)
    assert reduce_database(kept) == kept
    if kept != content:
        assert kept_packages(kept) == found
        assert list(kept_keys(kept)) == [package.key for package in found.packages]
    for package in found.packages:
        assert package.name
        assert package.version
        list(package.paths())
    found_by("rpm", {"var/lib/rpm/Packages": content, "usr/lib/sysimage/rpm/rpmdb.sqlite": content})


def headers() -> list[bytes]:
    """Headers of packages that have all that is looked at."""
    app: dict[int, str | int | list[str] | list[int]] = {
        1000: "app",
        1001: "2.1",
        1002: "3.el9",
        1003: 1,
        1009: 4096,
        1016: "Tests",
        1022: "noarch",
        1044: "app-2.1-3.el9.src.rpm",
        1047: ["app", "config(app)"],
        1049: ["library >= 1", "(other if base)", "rpmlib(X)", "/bin/sh"],
        5046: ["extra"],
        1116: [0, 0, 1],
        1117: ["app", "tool", "data"],
        1118: ["/usr/bin/", "/opt/app/"],
    }
    old: dict[int, str | int | list[str] | list[int]] = {1000: "old", 1001: "1", 1027: ["/a", "/b/c"], 5009: 7}
    return [header(app), header(old, padding=8)]
