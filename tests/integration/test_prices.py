"""What packages cost, held against what package managers would remove and against the files of a real root."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from imgscope.analyze import Inspection
from imgscope.build_packages import Purpose
from imgscope.facts import InspectedImage
from imgscope.report import Finding
from tests.support.debian import make_debian_root
from tests.support.images import file, layer
from tests.support.memory import inspect
from tests.support.programs import require, run
from tests.support.rpm import build_packages, install
from tests.support.rpm_headers import DATA

pytestmark = pytest.mark.integration

_INCLUDED = ("build-essential", "autoconf", "libssl-dev", "git", "curl")
_DOCKER = "etc/apt/apt.conf.d/docker-autoremove-suggests"
_PURPOSES: tuple[Purpose, ...] = ("compiler", "development", "build-tool", "version-control")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The root of a Debian 12 in which apt installed what a build needs, and curl."""
    require("chroot", "tar")
    directory = tmp_path_factory.mktemp("prices")
    root = make_debian_root(directory, include=_INCLUDED, name="root")
    # What apt can no longer fetch, it does not install in place of what it removes.
    shutil.rmtree(root / "var/lib/apt/lists")
    yield root
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def inspection(root: Path) -> Inspection:
    return _inspected(root)


def test_compilers_cost_what_apt_removes_with_them_to_the_byte(root: Path, inspection: Inspection) -> None:
    image, findings = inspection.image, _findings(inspection, "compiler-left")
    purged = _purged(root, _named(image, "compiler"))
    assert sorted(name for each in findings for name in each.packages) == purged
    assert len(purged) > 10
    assert sum(each.bytes or 0 for each in findings) == _size_of_files(root, purged)


@pytest.mark.parametrize("purpose", _PURPOSES)
def test_what_goes_with_packages_is_what_apt_removes(purpose: Purpose, root: Path, inspection: Inspection) -> None:
    image = inspection.image
    names = _named(image, purpose)
    chosen = [package for package in image.packages if package.name in names]
    removed = image.removals.of(chosen)
    assert sorted(package.name for package in removed) == _purged(root, names)
    freed = sum(node.size for node in image.files_freed_by(removed))
    assert freed == _size_of_files(root, [package.name for package in removed])


@pytest.mark.parametrize(
    "name", ["build-essential", "gcc", "binutils", "libc6-dev", "libssl-dev", "make", "m4", "autoconf", "git", "curl"]
)
def test_what_goes_with_one_package_is_what_apt_removes(name: str, root: Path, inspection: Inspection) -> None:
    (package,) = [each for each in inspection.image.packages if each.name == name]
    assert sorted(each.name for each in inspection.image.removals.of([package])) == _purged(root, [name])


def test_what_the_rules_on_packages_claim_together_is_what_apt_removes_with_all_of_them(
    root: Path, inspection: Inspection
) -> None:
    image = inspection.image
    names = [name for purpose in _PURPOSES for name in _named(image, purpose)]
    findings = _findings(inspection, "compiler-left", "development-packages-left", "build-tools-left")
    claimed = [name for each in findings for name in each.packages]
    assert sorted(claimed) == _purged(root, names)
    assert sum(each.bytes or 0 for each in findings) == _size_of_files(root, claimed)


def test_where_suggestions_keep_nothing_what_they_kept_goes_as_apt_says(root: Path, inspection: Inspection) -> None:
    configuration = root / _DOCKER
    configuration.write_text('Apt::AutoRemove::SuggestsImportant "false";\n')
    try:
        image = _inspected(root).image
        (package,) = [each for each in image.packages if each.name == "build-essential"]
        removed = sorted(each.name for each in image.removals.of([package]))
        assert removed == _purged(root, [package.name])
    finally:
        configuration.unlink()
    (package,) = [each for each in inspection.image.packages if each.name == "build-essential"]
    assert len(removed) > len(inspection.image.removals.of([package]))


def test_rpm_would_erase_what_goes_with_a_package_and_nothing_less(tmp_path: Path) -> None:
    command = ("rpm", "--dbpath", tmp_path / "database")
    install(build_packages(tmp_path / "rpms"), *command, key=DATA / "key.asc")
    database = file("var/lib/rpm/rpmdb.sqlite", (tmp_path / "database/rpmdb.sqlite").read_bytes())
    image = inspect(layer(database)).image
    (base,) = [package for package in image.packages if package.name == "base"]
    removed = image.removals.of([base])
    assert sorted(package.name for package in removed) == ["app", "base", "many"]
    run(*command, "--erase", "--test", *(package.name for package in removed))
    for left_out in removed[1:]:
        with pytest.raises(RuntimeError, match=f"is needed by \\(installed\\) .*{left_out.name}"):
            run(*command, "--erase", "--test", *(package.name for package in removed if package is not left_out))


def _inspected(root: Path) -> Inspection:
    archive = root.parent / "root.tar"
    run("tar", "--create", "--numeric-owner", "--one-file-system", "--directory", root, "--file", archive, ".")
    try:
        inspection = inspect(layer(raw=archive.read_bytes(), compression="none"))
    finally:
        archive.unlink()
    assert inspection.report.complete, inspection.report.failures
    return inspection


def _named(image: InspectedImage, purpose: Purpose) -> list[str]:
    """The names of packages for `purpose`."""
    return [package.name for package in image.packages if image.purpose_of(package) == purpose]


def _findings(inspection: Inspection, *rules: str) -> list[Finding]:
    return [each for each in inspection.report.findings if each.rule_id in rules]


def _purged(root: Path, names: Iterable[str]) -> list[str]:
    """What apt says that it would purge together with `names`."""
    said = run("chroot", root, "apt-get", "--simulate", "purge", "--auto-remove", *names, env={"LC_ALL": "C"})
    return sorted(line.split()[1] for line in said.splitlines() if line.startswith("Purg "))


def _size_of_files(root: Path, names: Iterable[str]) -> int:
    """The bytes of the files that dpkg lists for packages, each file counted once whatever its names."""
    listed = run("chroot", root, "dpkg-query", "--listfiles", *names).splitlines()
    sizes: dict[int, int] = {}
    for line in listed:
        if line.startswith("/"):
            # /lib and the like are links to be followed, and relative ones.
            status = (root / line.lstrip("/")).lstat()
            if stat.S_ISREG(status.st_mode):
                sizes[status.st_ino] = status.st_size
    return sum(sizes.values())
