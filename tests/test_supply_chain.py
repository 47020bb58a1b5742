"""What imgscope is built from and built into: pinned by hash, audited, and the same bytes wherever it is built."""

from __future__ import annotations

import hashlib
import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_PINS = sorted((_ROOT / "requirements").glob("*.txt"))
_PROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_SOURCES = [*_PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"], "pyproject.toml", ".gitignore"]
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


def pinned(path: Path) -> dict[str, list[str]]:
    """Each line of a file of pins with the hashes that follow it."""
    found: dict[str, list[str]] = {}
    pin = ""
    for line in path.read_text().splitlines():
        text = line.strip().rstrip("\\").strip()
        if text.startswith("--hash=sha256:"):
            found[pin].append(text)
        else:
            pin = text
            found[pin] = []
    return found


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names_in(requirements: list[object]) -> set[str]:
    found = (_NAME.match(each) for each in requirements if isinstance(each, str))
    return {normalized(match.group()) for match in found if match}


@pytest.mark.parametrize("path", _PINS, ids=lambda path: path.name)
def test_every_dependency_is_pinned_to_one_version_and_its_hashes(path: Path) -> None:
    pins = pinned(path)
    assert all(re.match(r"[a-z0-9-]+==[^ ]+( ;|$)", pin) for pin in pins)
    assert all(pins.values())


def test_what_the_project_asks_for_is_among_the_pins() -> None:
    groups = _PROJECT["dependency-groups"]
    by_file = {path.stem: {normalized(pin.partition("==")[0]) for pin in pinned(path)} for path in _PINS}
    developing = [each for name in ("build", "test", "types", "lint", "lock") for each in groups[name]]
    assert names_in(_PROJECT["project"]["dependencies"]) <= by_file["runtime"]
    assert names_in(developing) | by_file["runtime"] <= by_file["dev"] | by_file["runtime"]
    assert names_in(groups["build"]) <= by_file["build"]
    assert names_in(groups["audit"]) <= by_file["audit"]
    assert names_in(groups["fuzz"]) <= by_file["fuzz"]
    assert names_in(groups["peers"]) <= by_file["peers"]


def test_two_files_of_pins_never_name_two_versions_of_a_package_for_one_python() -> None:
    pins = {pin for path in _PINS for pin in pinned(path) if " ;" not in pin}
    assert len({pin.partition("==")[0] for pin in pins}) == len(pins)


def installations(name: str) -> list[str]:
    """Each command in a file of the project that has pip install something."""
    text = (_ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    commands = [command for line in text.splitlines() for command in re.split("&&|;", line) if ":=" not in command]
    asking = re.compile(r"PIP_INSTALL\)|^install |\bpip\b.*\binstall ")
    return [command for command in commands if asking.search(command) and not command.endswith('"$@"')]


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile", ".ci/run", "ci/github-install.sh"])
def test_nothing_is_installed_but_what_is_pinned_by_hash_or_built_here(name: str) -> None:
    """Without --no-deps pip looks at releases newer than the pins, and then refuses them for want of a hash."""
    found = installations(name)
    assert found
    assert all("--no-deps" in command for command in found)
    assert all("--require-hashes" in command for command in found if " -r " in command)


def test_what_is_pinned_needs_nothing_that_is_not() -> None:
    command = [sys.executable, "-m", "pip", "check", "--disable-pip-version-check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "No broken requirements found.\n")


def test_an_audit_that_reaches_nothing_says_so_and_is_no_failure() -> None:
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy"), "http://127.0.0.1:9")
    command = [sys.executable, str(_ROOT / ".ci" / "audit_dependencies.py")]
    environ = {**os.environ, **nowhere, "NO_PROXY": "", "no_proxy": ""}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("dependencies NOT AUDITED: https://pypi.org/pypi/")


def test_an_audit_names_what_is_vulnerable_and_what_nobody_knows_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    summarize = runpy.run_path(str(_ROOT / ".ci" / "audit_dependencies.py"))["summarize"]
    good = {"name": "good", "version": "1", "vulns": []}
    unknown = {"name": "unknown", "version": "1", "skip_reason": "no data"}
    bad = {"name": "bad", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"]}]}
    assert summarize([good, unknown]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "dependencies NOT AUDITED: PyPI has no data here on unknown",
        "1 pinned packages audited, 0 known vulnerabilities",
    ]
    assert summarize([good, bad]) == 1
    assert "bad 1: PYSEC-1, fixed in 2" in capsys.readouterr().out


_LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
_TRACKED = [path for name in _SOURCES for path in sorted([_ROOT / name, *(_ROOT / name).rglob("*")])]
_PAGES = [path for path in _TRACKED if path.suffix == ".md"]


def links(page: Path) -> list[Path]:
    """Each file that a page leads to; examples in fenced blocks lead nowhere."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [(page.parent / link).resolve() for link in _LINK.findall(text) if "://" not in link]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.relative_to(_ROOT).as_posix())
def test_every_link_of_a_page_leads_to_what_is_in_the_sdist(page: Path) -> None:
    assert [link.relative_to(_ROOT).as_posix() for link in links(page) if link not in _TRACKED] == []


def test_no_page_of_the_project_is_missing_in_the_sdist() -> None:
    assert {path.name for path in _ROOT.glob("*.md")} <= set(_SOURCES)
    assert any(links(page) for page in _PAGES)


def test_the_page_on_dependencies_names_what_the_whole_check_installs() -> None:
    script = (_ROOT / ".ci" / "run").read_text(encoding="utf-8")
    listed = re.search(r"^packages=\((.*?)^\)", script, re.DOTALL | re.MULTILINE)
    assert listed is not None
    added = re.findall(r"packages\+=\((\S+)\)", script)
    installed = {*listed[1].split(), *added} - {"ca-certificates", "make", "python3", "python3-venv"}
    page = (_ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
    section = page.partition("Integration tests use Debian's ")[2]
    assert installed == set(re.findall(r"[a-z][\w.-]*\w", section.partition(", which")[0])) - {"and"}


def built(place: Path, *, umask: int, epoch: int, zone: str) -> dict[str, str]:
    """Build from a copy of the sources in `place`; the digest of each file that was built."""
    place.mkdir()
    for name in _SOURCES:
        source, copy = _ROOT / name, place / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=_LEFT_OUT)
        else:
            shutil.copyfile(source, copy)
    for path in place.rglob("*"):
        os.utime(path, (epoch, epoch))
    command = [sys.executable, "-m", "hatchling", "build", "--directory", "dist"]
    environ = {**os.environ, "TZ": zone, "PYTHONHASHSEED": str(epoch % 1000)}
    environ.pop("SOURCE_DATE_EPOCH", None)
    subprocess.run(command, cwd=place, env=environ, umask=umask, check=True, capture_output=True, timeout=120)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (place / "dist").iterdir()}


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("build") / "first"
    built(place, umask=0o022, epoch=1_700_000_000, zone="UTC")
    return place / "dist"


def test_two_builds_give_the_same_bytes_wherever_and_whenever_and_by_whomever(
    first_build: Path, tmp_path: Path
) -> None:
    second = built(tmp_path / "another place", umask=0o077, epoch=1_000_000_000, zone="Asia/Tokyo")
    assert len(second) == 2
    assert second == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in first_build.iterdir()}


def test_a_wheel_built_from_the_sdist_is_the_one_built_from_the_sources(first_build: Path, tmp_path: Path) -> None:
    (sdist,) = first_build.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path / "dist")]
    subprocess.run(command, cwd=unpacked, check=True, capture_output=True, timeout=120)
    (again,) = (tmp_path / "dist").glob("*.whl")
    (wheel,) = first_build.glob("*.whl")
    assert again.read_bytes() == wheel.read_bytes()


def test_what_is_built_has_all_files_of_the_package_and_none_that_lie_around(first_build: Path) -> None:
    (wheel,) = first_build.glob("*.whl")
    (sdist,) = first_build.glob("*.tar.gz")
    sources = {
        path.relative_to(_ROOT / "src").as_posix()
        for path in (_ROOT / "src" / "imgscope").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    with zipfile.ZipFile(wheel) as packed:
        assert {name for name in packed.namelist() if ".dist-info/" not in name} == sources
    with tarfile.open(sdist) as archive:
        tops = {name.split("/")[1] for name in archive.getnames()}
        assert {member.mode & 0o022 for member in archive} == {0}
    assert tops == {*_SOURCES, "PKG-INFO"}
