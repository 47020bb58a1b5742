"""The wheel in a virtual environment that has nothing but it and the pinned packages that it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.programs import run

pytestmark = pytest.mark.integration

_ROOT = Path(__file__).parents[2]
_IMAGE = f"oci:{_ROOT / 'sample_images' / 'glibc-fat'}"
_INSTALL = ("-m", "pip", "install", "--disable-pip-version-check", "--quiet")
Installed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Run imgscope as installed from the wheel, in an empty directory, without this checkout or its environment."""
    place = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", place / "dist", cwd=_ROOT)
    (wheel,) = (place / "dist").glob("*.whl")
    venv.create(place / "venv", with_pip=True)
    python = place / "venv" / "bin" / "python"
    run(python, *_INSTALL, "--require-hashes", "--no-deps", "-r", _ROOT / "requirements" / "runtime.txt")
    run(python, *_INSTALL, "--no-deps", wheel)
    run(python, "-m", "pip", "check")
    (place / "empty").mkdir()

    def imgscope(*arguments: str) -> subprocess.CompletedProcess[str]:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        command = [str(place / "venv" / "bin" / "imgscope"), *arguments]
        return subprocess.run(
            command,
            cwd=place / "empty",
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return imgscope


def test_it_says_its_version(installed: Installed) -> None:
    from imgscope import __version__

    done = installed("--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert __version__ in done.stdout


@pytest.mark.parametrize("form", ["json", "text", "sarif", "junit", "markdown", "github", "html", "dive"])
def test_it_audits_an_image_in_every_format(installed: Installed, form: str) -> None:
    done = installed("audit", _IMAGE, "--no-cache", "-o", form)
    assert done.returncode in (0, 1), done.stderr
    assert "debian" in done.stdout.lower() or form in ("junit", "sarif", "github", "dive")
    assert done.stdout


def test_it_gates_and_has_the_data_of_the_distribution(installed: Installed) -> None:
    done = installed("audit", _IMAGE, "--no-cache", "--max-layers", "1", "-o", "json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["complete"] is True
    assert report["distro"]["endOfLife"]


def test_it_shows_rules_and_a_page_of_one(installed: Installed) -> None:
    assert "runs-as-root" in installed("rules").stdout
    assert "How to fix" in installed("rules", "runs-as-root").stdout


def test_it_prints_the_schema_of_its_reports(installed: Installed) -> None:
    assert json.loads(installed("schema").stdout)["$defs"]


def test_a_format_whose_library_is_an_extra_says_how_to_get_it(installed: Installed) -> None:
    done = installed("audit", _IMAGE, "--no-cache", "-o", "cyclonedx")
    assert done.returncode == 2
    assert "the format cyclonedx needs the package cyclonedx-python-lib, which is not installed" in done.stderr
    assert "pip install cyclonedx-python-lib" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_has_no_interface_to_show_without_a_terminal_and_prints_the_report(installed: Installed) -> None:
    done = installed(_IMAGE, "--no-cache")
    assert done.returncode == 0
    assert "glibc" in done.stdout
