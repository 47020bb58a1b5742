"""Databases that package managers themselves wrote, held against what those say is in them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from imgscope.analyze import Inspection
from imgscope.facts import InstalledPackage
from tests.support.debian import make_debian_root
from tests.support.image_files import write_oci_layout
from tests.support.images import Entry, file, image, layer
from tests.support.memory import inspect
from tests.support.programs import require, run
from tests.support.rpm import QUERY, build_packages, install, needed_by, queried
from tests.support.rpm_headers import DATA
from tests.support.syft import by_syft
from tests.support.syft import listed as listed_in

pytestmark = pytest.mark.integration

_TRIXIE = "trixie"
_RPM_BASED = file("etc/os-release", b"ID=fedora\nVERSION_ID=40\n")
_DPKG_FIELDS = "${Package}\\t${Version}\\t${Architecture}\\t${Installed-Size}\\t${source:Package}\\n"
_PATHS = r"[%{=NAME}-%{=VERSION}\t%{FILENAMES}\n]"


@pytest.fixture(scope="module")
def rpms(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The packages of `support.rpm`."""
    return build_packages(tmp_path_factory.mktemp("rpms"))


@pytest.fixture(scope="module")
def trixie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The root of a Debian 13 with its rpm, which writes ndb where that of Debian 12 does not."""
    directory = tmp_path_factory.mktemp("trixie")
    yield make_debian_root(directory, codename=_TRIXIE, include=("rpm",), name="root")
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def bullseye(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The root of a Debian 11."""
    directory = tmp_path_factory.mktemp("bullseye")
    yield make_debian_root(directory, codename="bullseye", name="root")
    shutil.rmtree(directory)


def database(*files: Path, place: str = "var/lib/rpm") -> Inspection:
    """Inspect an image that has `files` at `place`."""
    inspection = inspect(layer(*(file(f"{place}/{each.name}", each.read_bytes()) for each in files)))
    assert inspection.report.complete, inspection.report.failures
    return inspection


def rows(inspection: Inspection) -> list[tuple[str, ...]]:
    """What `rpm.queried` returns for the same packages."""
    return sorted(
        (each.name, each.version, f"{each.architecture}", str(each.installed_size), f"{each.source}")
        for each in inspection.image.packages
    )


def listed(*command: str | Path) -> list[tuple[str, ...]]:
    return sorted((*row[:4], row[4].rsplit("-", 2)[0]) for row in queried(*command, format=QUERY))


def assert_like_rpm(inspection: Inspection, *command: str | Path) -> None:
    """Hold names, versions, architectures, sizes, sources, paths and who needs whom against what rpm says."""
    packages = inspection.image.packages
    assert rows(inspection) == listed(*command)
    paths = sorted((f"{each.name}-{_upstream(each)}", path) for each in packages for path in each.paths)
    assert paths == [row for row in queried(*command, format=_PATHS) if row[1] != "(none)"]
    for package in packages:
        assert inspection.image.required_by(package) == needed_by(package.name, *command), package.name


def _upstream(package: InstalledPackage) -> str:
    return package.version.rpartition(":")[2].rpartition("-")[0]


def test_C53_an_rpmdb_sqlite_holds_what_rpm_says(rpms: tuple[Path, ...], tmp_path: Path) -> None:
    command = ("rpm", "--dbpath", tmp_path)
    install(rpms, *command, key=DATA / "key.asc")
    assert len(listed(*command)) == len(rpms) - 1
    inspection = database(*(path for path in tmp_path.iterdir() if path.name.startswith("rpmdb")))
    assert_like_rpm(inspection, *command)


def test_C53_a_Packages_db_holds_what_rpm_says(rpms: tuple[Path, ...], trixie: Path) -> None:
    require("chroot")
    inside = trixie / "rpms"
    inside.mkdir()
    for each in (*rpms, DATA / "key.asc"):
        shutil.copy(each, inside)
    command = ("chroot", trixie, "rpm", "--define", "_db_backend ndb", "--dbpath", "/var/lib/rpm")
    install(tuple(Path("/rpms") / each.name for each in rpms), *command, key="/rpms/key.asc")
    assert_like_rpm(database(trixie / "var/lib/rpm/Packages.db"), *command)


@pytest.mark.parametrize("page_size", [512, 4096, 65536])
@pytest.mark.parametrize("byte_order", ["1234", "4321"], ids=["little-endian", "big-endian"])
def test_C53_a_Packages_holds_what_rpm_says_in_both_byte_orders(
    byte_order: str, page_size: int, tmp_path: Path
) -> None:
    require("rpm", "db5.3_dump", "db5.3_load")
    converted, dump = tmp_path / "Packages", tmp_path / "dump"
    dumped = run("db5.3_dump", DATA / "Packages.little-endian")
    dump.write_text(dumped.replace("db_pagesize=4096", f"db_pagesize={page_size}"))
    run("db5.3_load", "-c", f"db_lorder={byte_order}", "-f", dump, converted)
    command = ("rpm", "--define", "_db_backend bdb_ro", "--dbpath", tmp_path)
    assert rows(database(converted)) == listed(*command)


@pytest.mark.parametrize("name", ["Packages.db", "Packages.little-endian", "Packages.big-endian"])
def test_packages_of_rpm_are_those_that_syft_finds(name: str, tmp_path: Path) -> None:
    place = "var/lib/rpm/Packages.db" if name == "Packages.db" else "var/lib/rpm/Packages"
    assert_like_syft(_RPM_BASED, file(place, (DATA / name).read_bytes()), directory=tmp_path)


def test_packages_in_an_rpmdb_sqlite_are_those_that_syft_finds(rpms: tuple[Path, ...], tmp_path: Path) -> None:
    install(rpms, "rpm", "--dbpath", tmp_path / "rpm", key=DATA / "key.asc")
    written = (tmp_path / "rpm").glob("rpmdb*")
    files = [file(f"var/lib/rpm/{each.name}", each.read_bytes()) for each in written]
    assert_like_syft(_RPM_BASED, *files, directory=tmp_path)


@pytest.mark.parametrize("release", ["bullseye", "trixie"])
def test_packages_of_other_debians_are_those_that_syft_finds(
    release: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    root: Path = request.getfixturevalue(release)
    files = (*_files(root, "var/lib/dpkg"), *_files(root, "usr/lib/os-release"))
    assert_like_syft(*files, directory=tmp_path)


def assert_like_syft(*entries: Entry, directory: Path) -> None:
    """Hold the packages of an image of these files against those that syft finds in it."""
    built = layer(*entries)
    packages = listed_in(inspect(built).report, ("rpm", "deb"))
    # rpm keeps the keys that it trusts among its packages, and syft lists them as such.
    found = by_syft(write_oci_layout(directory / "layout", {"1": image([built])}), ("rpm", "deb"))
    assert packages == {each for each in found if each[1] != "gpg-pubkey"}
    assert len(packages) > 5


@pytest.mark.parametrize("release", ["bullseye", "trixie"])
def test_C52_the_packages_of_other_debians_are_those_that_dpkg_lists(
    release: str, request: pytest.FixtureRequest
) -> None:
    require("dpkg-query")
    root: Path = request.getfixturevalue(release)
    inspection = inspect(layer(*_files(root, "var/lib/dpkg"), *_files(root, "var/lib/apt/extended_states")))
    admin = f"--admindir={root / 'var/lib/dpkg'}"
    shown = run("dpkg-query", admin, "--show", "--showformat", _DPKG_FIELDS)
    packages = inspection.image.packages
    assert inspection.report.complete
    assert [_dpkg_row(package) for package in packages] == sorted(line.split("\t") for line in shown.splitlines())
    for package in packages:
        paths = run("dpkg-query", admin, "--listfiles", f"{package.name}").splitlines()
        assert list(package.paths) == _owned(paths)


def test_what_apt_installed_by_itself_is_what_apt_mark_says(trixie: Path) -> None:
    image = inspect(layer(*_files(trixie, "var/lib/dpkg"), *_files(trixie, "var/lib/apt/extended_states"))).image
    shown = run("chroot", trixie, "apt-mark", "showauto").split()
    automatic = sorted(package.name for package in image.packages if package.is_requested is False)
    assert automatic == sorted(name.partition(":")[0] for name in shown)


def _files(root: Path, below: str) -> Iterator[Entry]:
    top = root / below
    for path in sorted([top, *top.rglob("*")]):
        if path.is_file():
            yield file(str(path.relative_to(root)), path.read_bytes())


def _dpkg_row(package: InstalledPackage) -> list[str]:
    size = str((package.installed_size or 0) // 1024) if package.installed_size is not None else ""
    return [package.name, package.version, f"{package.architecture}", size, f"{package.source}"]


def _owned(lines: list[str]) -> list[str]:
    """Leave out what dpkg-query says of diversions between the paths."""
    return [line for line in lines if line.startswith("/")]
