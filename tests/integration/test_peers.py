"""What the peers say of the same images: dive of waste, syft of packages. They are installed from PyPI by `.ci/run`."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

import imgscope
from imgscope import analyze
from imgscope.analyze import Inspection
from imgscope.filesystem.efficiency import DiveScore, dive_score, inefficient_paths
from imgscope.oci.platform import Platform
from tests.support.command import imgscope as command
from tests.support.programs import require, run
from tests.support.real_images import DebianImage
from tests.support.syft import by_syft, listed

pytestmark = pytest.mark.integration

SAMPLES = Path(__file__).parents[2] / "sample_images"
NAMES = ("glibc-fat", "glibc-slim", "glibc-on-musl", "musl")
KINDS = ("python", "npm", "deb", "apk", "gem")


@pytest.fixture(autouse=True)
def _in_a_directory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Policies are found in the current directory."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def layout(debian: DebianImage, tmp_path: Path) -> Path:
    """The Debian image as an OCI layout."""
    require("skopeo")
    run(
        "skopeo", "copy", "-q", "--src-tls-verify=false", f"docker://{debian.reference}", f"oci:{tmp_path / 'layout'}:1"
    )
    return tmp_path / "layout"


def inspection(reference: str) -> Inspection:
    return analyze.inspect(reference, options=analyze.Options(platform=Platform.parse("linux/amd64")))


def by_dive(reference: str, directory: Path) -> dict[str, Any]:
    """What dive says of an image, by its JSON."""
    require("dive", "skopeo")
    archive, written = directory / "archive.tar", directory / "dive.json"
    run("skopeo", "copy", "-q", reference, f"docker-archive:{archive}:image:1")
    run("dive", "--json", written, "--source", "docker-archive", archive)
    image: dict[str, Any] = json.loads(written.read_bytes())["image"]
    return image


def verdicts_by_dive(archive: Path, policy: Path) -> tuple[int, dict[str, str]]:
    """What dive says of each rule of a `.dive-ci`, and its exit code."""
    done = subprocess.run(
        ["dive", "--ci", "--ci-config", policy, "--source", "docker-archive", archive],
        capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    words = re.findall(r"(PASS|FAIL|SKIP): (\w+)", re.sub(r"\x1b\[[\d;]*m", "", done.stdout))
    return done.returncode, {rule: verdict.lower() for verdict, rule in words}


def policies(score: DiveScore) -> list[str]:
    """Texts of `.dive-ci` at what the image has, a little above and below it, and without limits of their own."""
    limits = {
        "lowestEfficiency": (score.efficiency, 1e-9),
        "highestWastedBytes": (score.wasted_bytes, 1),
        "highestUserWastedPercent": (score.user_wasted_share, 1e-9),
    }
    around = [
        f"rules:\n  {rule}: {limit + step * sign!r}\n" for rule, (limit, step) in limits.items() for sign in (-1, 0, 1)
    ]
    return [*around, "", "".join(["rules:\n", *(f"  {rule}: disabled\n" for rule in limits)])]


def assert_scores_agree(found: Inspection, dive: dict[str, Any]) -> None:
    score = dive_score(found.image.tree)
    assert score.wasted_bytes == dive["inefficientBytes"]
    assert score.efficiency == pytest.approx(dive["efficiencyScore"], abs=1e-12)
    counted = {f"/{path.path}": path.total_size for path in inefficient_paths(found.image.tree)}
    assert counted == {each["file"]: each["sizeBytes"] for each in dive["fileReference"]}


@pytest.mark.parametrize("name", NAMES)
def test_waste_is_what_dive_says_to_the_byte(name: str, tmp_path: Path) -> None:
    assert_scores_agree(inspection(f"oci:{SAMPLES / name}"), by_dive(f"oci:{SAMPLES / name}", tmp_path))


@pytest.mark.parametrize("name", ["glibc-fat", "musl"])
def test_a_dive_ci_is_held_as_dive_holds_it_at_and_around_its_limits(name: str, tmp_path: Path) -> None:
    require("dive", "skopeo")
    archive, policy = tmp_path / "archive.tar", tmp_path / ".dive-ci"
    run("skopeo", "copy", "-q", f"oci:{SAMPLES / name}", f"docker-archive:{archive}:image:1")
    texts = policies(dive_score(inspection(f"docker-archive:{archive}").image.tree))
    assert len(texts) > 10
    for text in texts:
        policy.write_text(text)
        ended = command("audit", f"docker-archive:{archive}", "-o", "json")
        checks = {check["name"]: check["status"] for check in ended.document["policy"]["checks"]}
        assert (ended.exit_code, checks) == verdicts_by_dive(archive, policy), text


def test_waste_of_a_real_image_is_what_dive_says_to_the_byte(layout: Path, tmp_path: Path) -> None:
    assert_scores_agree(inspection(f"oci:{layout}:1"), by_dive(f"oci:{layout}:1", tmp_path))


@pytest.mark.parametrize("name", NAMES)
def test_packages_are_those_that_syft_finds(name: str) -> None:
    report = imgscope.inspect(f"oci:{SAMPLES / name}", platform="linux/amd64")
    assert listed(report, KINDS) == by_syft(SAMPLES / name, KINDS)


def test_packages_of_a_real_image_are_those_that_syft_finds(layout: Path) -> None:
    report = imgscope.inspect(f"oci:{layout}:1", platform="linux/amd64")
    packages = listed(report, KINDS)
    assert packages == by_syft(layout, KINDS)
    assert len(packages) > 100
