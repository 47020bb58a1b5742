"""What changed between real images: packages as dpkg has them, and nothing between forms of one image."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.chroot import Chroot
from tests.support.command import imgscope
from tests.support.image_files import write_oci_layout
from tests.support.images import image, layer
from tests.support.programs import require, run
from tests.support.real_images import DebianImage

pytestmark = pytest.mark.integration

_CONTROL = """\
Package: demo
Version: {version}
Architecture: all
Maintainer: Nobody <nobody@example.com>
Description: something to install
"""
Packages = dict[tuple[str, str], str]


def packages(admindir: Path) -> Packages:
    """The versions of the packages that dpkg says are installed, by name and architecture."""
    require("dpkg-query")
    fields = "${db:Status-Status} ${Package} ${Architecture} ${Version}\\n"
    shown = run("dpkg-query", f"--admindir={admindir}", "--show", "--showformat", fields)
    rows = (line.split() for line in shown.splitlines())
    return {(name, architecture): version for status, name, architecture, version in rows if status == "installed"}


def told(difference: Any) -> set[tuple[str, str, str | None, str | None]]:
    """The packages that differ, as dpkg names them."""
    return {
        (each["name"], each["architecture"], each.get("oldVersion"), each.get("newVersion"))
        for each in difference["packages"]
        if each["type"] == "deb"
    }


def expected(old: Packages, new: Packages) -> set[tuple[str, str, str | None, str | None]]:
    changed = (key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    return {(*key, old.get(key), new.get(key)) for key in changed}


def as_image(archive: bytes, directory: Path) -> str:
    """An image of one layer, and the reference of it."""
    built = image([layer(raw=archive, compression="none")], listed_platform=False)
    return f"oci:{write_oci_layout(directory, {'latest': built})}"


@pytest.fixture(scope="module")
def bare(debian: DebianImage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The minimal Debian that the Debian image began with."""
    directory = tmp_path_factory.mktemp("bare")
    yield as_image(debian.root.read_bytes(), directory / "image")
    shutil.rmtree(directory)


def test_of_an_installation_exactly_the_packages_are_named_that_dpkg_says_are_new(
    debian: DebianImage, bare: str, tmp_path: Path
) -> None:
    require("skopeo", "umoci")
    run("skopeo", "copy", "--src-tls-verify=false", f"docker://{debian.reference}", f"oci:{tmp_path}/layout:1")
    run("umoci", "unpack", "--image", f"{tmp_path}/layout:1", tmp_path / "bundle")
    before = Chroot.unpack(debian.root, tmp_path / "before").directory
    after = tmp_path / "bundle/rootfs"
    ended = imgscope("diff", bare, debian.reference, "-o", "json", "--exit-code")
    assert ended.exit_code == 1, ended.stderr
    assert told(ended.document) == expected(packages(before / "var/lib/dpkg"), packages(after / "var/lib/dpkg"))
    assert ("gcc", "amd64") in {name[:2] for name in told(ended.document)}
    # Every path that only one of the two has on disk, and no other, is added or removed.
    paths = [set(run("find", each, "-mindepth", "1", "-printf", r"%P\0").split("\0")) for each in (before, after)]
    listed = [
        (each["change"], each["path"])
        for part in ended.document["layers"]
        for group in part["packages"]
        for each in group["paths"]
    ]
    assert {path for change, path in listed if change == "added"} == paths[1] - paths[0]
    assert {path for change, path in listed if change == "removed"} == paths[0] - paths[1]
    shutil.rmtree(tmp_path)


def test_of_an_upgrade_exactly_the_packages_are_named_that_dpkg_says_changed(
    debian: DebianImage, tmp_path: Path
) -> None:
    require("dpkg-deb", "tar")
    root = Chroot.unpack(debian.root, tmp_path / "root")
    for version in ("1.0-1", "2.0~rc1-1"):
        _make_package(root, version)
    root.run("/usr/bin/dpkg", "-i", "/demo_1.0-1.deb")
    before, old = packages(root.directory / "var/lib/dpkg"), as_image(root.archive(), tmp_path / "old")
    root.run("/usr/bin/dpkg", "-i", "/demo_2.0~rc1-1.deb")
    root.run("/usr/bin/dpkg", "--purge", "--force-all", "hostname")
    after, new = packages(root.directory / "var/lib/dpkg"), as_image(root.archive(), tmp_path / "new")
    changed = expected(before, after)
    assert {name[0] for name in changed} == {"demo", "hostname"}
    document = imgscope("diff", old, new, "-o", "json").document
    assert told(document) == changed
    groups = [group for part in document["layers"] for group in part["packages"] if group.get("package") == "demo"]
    assert {(each["change"], each["path"]) for group in groups for each in group["paths"]} == {
        ("modified", "usr/share/demo/content"),
        ("added", "usr/share/demo/2.0~rc1-1"),
        ("removed", "usr/share/demo/1.0-1"),
    }
    assert sum(group["delta"] for group in groups) == len("2.0~rc1-1") - len("1.0-1")
    shutil.rmtree(tmp_path)


def _make_package(root: Chroot, version: str) -> None:
    package = root.directory / f"build-{version}"
    for path, content in {
        "DEBIAN/control": _CONTROL.format(version=version),
        "usr/share/demo/content": version,
        f"usr/share/demo/{version}": "",
    }.items():
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        (package / path).write_text(content)
    run("dpkg-deb", "--root-owner-group", "--build", package, root.directory / f"demo_{version}.deb")
    shutil.rmtree(package)


def test_forms_of_one_image_do_not_differ(debian: DebianImage, tmp_path: Path) -> None:
    require("skopeo")
    archive, layout, zstd = (
        f"docker-archive:{tmp_path}/image.tar:app:1",
        f"oci:{tmp_path}/layout:1",
        f"oci:{tmp_path}/zstd:1",
    )
    for target in (archive, layout):
        run("skopeo", "copy", "--src-tls-verify=false", f"docker://{debian.reference}", target)
    # What is not compressed yet is compressed as asked for.
    run("skopeo", "copy", "--dest-compress", "--dest-compress-format=zstd", archive, zstd)
    compressed = imgscope("audit", zstd, "-o", "json", "--quiet").document["layers"]
    assert {each["compression"] for each in compressed} == {"zstd"}
    for form in (archive, layout, zstd):
        ended = imgscope("diff", debian.reference, form, "--exit-code", "-o", "json")
        assert ended.exit_code == 0, ended.stdout[:2000] + ended.stderr
        assert ended.document["same"] is True
        assert ended.document["paths"]["timesOnly"] == 0
        assert ended.document["sharedLayers"] == len(debian.layers)
    shutil.rmtree(tmp_path)
