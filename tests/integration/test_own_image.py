"""The image that the Dockerfile describes, built on a real Debian: it passes its own audit, and imgscope runs in it."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from imgscope._version import __version__
from tests.support.buildah import Buildah, buildah
from tests.support.command import imgscope
from tests.support.debian import make_debian_root, uses_https
from tests.support.programs import run

pytestmark = pytest.mark.integration

ROOT: Final = Path(__file__).parents[2]
_PYTHON: Final = "3.11"
"""That of the Debian which roots are made of."""
_NOT_IN_SLIM_IMAGES: Final = tuple(f"/usr/share/{name}/*" for name in ("doc", "info", "locale", "man"))
_CERTIFICATES: Final = "/etc/ssl/certs:/etc/ssl/certs:ro"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnImage:
    """The image as an archive, and a container of it."""

    archive: Path
    container: str
    buildah: Buildah

    def run(self, *command: str) -> str:
        """Run a program in the container, as its user and with the sample images in its working directory."""
        samples = f"{ROOT / 'sample_images'}:/work:ro"
        return self.buildah("run", "--isolation", "chroot", "--volume", samples, self.container, "--", *command)


@pytest.fixture(scope="module")
def own_image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnImage]:
    """The image, built without a network but for Debian's packages."""
    directory = tmp_path_factory.mktemp("own")
    archive = directory / "own.tar"
    with buildah(directory / "storage") as builder:
        root = make_debian_root(
            directory, include=("ca-certificates",) if uses_https() else (), exclude=_NOT_IN_SLIM_IMAGES
        )
        builder.add_root(root, "base")
        arguments = {"BASE": "localhost/base", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/mnt"}
        volumes = (f"{_wheels(directory / 'wheels')}:/mnt:ro", *((_CERTIFICATES,) if uses_https() else ()))
        builder.build(ROOT, "own", volumes=volumes, media="docker", arguments=arguments, a_layer_each=False)
        builder("push", "localhost/own", f"oci-archive:{archive}:imgscope")
        container = builder("from", "--pull=never", "localhost/own").strip()
        yield OwnImage(archive=archive, container=container, buildah=builder)
    shutil.rmtree(directory)


def _wheels(directory: Path) -> Path:
    """Fetch what the image installs, held against its hashes."""
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps", "--only-binary=:all:")
    requirements = [word for name in ("build", "cyclonedx") for word in ("-r", ROOT / f"requirements/{name}.txt")]
    run(*pip, "--python-version", _PYTHON, "--dest", directory, *requirements)
    return directory


def _report(own_image: OwnImage) -> Any:
    policy = str(ROOT / "ci/image-policy.toml")
    ended = imgscope("audit", f"oci-archive:{own_image.archive}", "--config", policy, "-o", "json")
    assert ended.exit_code == 0, ended.stderr
    return ended.document


def test_it_passes_its_own_audit(own_image: OwnImage) -> None:
    report = _report(own_image)
    assert report["complete"]
    assert [check["status"] for check in report["policy"]["checks"]] == ["pass"] * 8
    assert report["policy"]["ignored"] == []


def test_it_has_every_format_no_installer_and_a_user_without_rights(own_image: OwnImage) -> None:
    report = _report(own_image)
    libraries = {package["name"] for package in report["packages"] if package["type"] == "python"}
    assert {"imgscope", "cyclonedx-python-lib"} <= libraries
    assert not libraries & {"pip", "setuptools", "wheel", "hatchling"}
    assert report["image"]["config"]["user"] == "65532:65532"
    assert report["image"]["config"]["entrypoint"] == ["imgscope"]
    assert own_image.run("id", "-u").strip() == "65532"


def test_imgscope_runs_in_it_and_finds_in_a_second_run_what_it_read_in_the_first(own_image: OwnImage) -> None:
    assert own_image.run("imgscope", "--version") == f"imgscope {__version__}\n"
    runs = [json.loads(own_image.run("imgscope", "audit", "oci:musl", "-o", "json")) for _ in range(2)]
    assert [each["libc"]["family"] for each in runs] == ["musl", "musl"]
    assert [each["run"]["layersFromCache"] for each in runs] == [0, 3]
    bill = json.loads(own_image.run("imgscope", "audit", "oci:musl", "-o", "cyclonedx"))
    assert bill["bomFormat"] == "CycloneDX"
