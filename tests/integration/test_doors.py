"""One image, taken through every door: whichever source it comes from, the report is the same."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest

from tests.support.buildah import build_and_push
from tests.support.command import imgscope
from tests.support.debian import make_musl_root
from tests.support.engines import dockerd, load_image, podman_service, rootless_podman, save_image
from tests.support.programs import require, run

pytestmark = pytest.mark.integration

MAY_DIFFER: Final = {
    "run": "when and how it was read",
    "image.reference": "what was typed",
    "image.source": "the kind of place",
    "image.digest": "the manifest's, which each place makes anew; the configuration's where there is none",
    "image.mediaType": "the manifest's",
    "image.compressedSize": "the sum of the layers as they are stored",
    "layers.digest": "of the layer as it is stored: compressed again or not at all, it has another one",
    "layers.mediaType": "says how it is compressed",
    "layers.compression": "how it is compressed",
    "layers.compressedSize": "how much of it is stored",
}
"""What of a report is about where the image is kept, and not about the image. All else has to be equal."""

_NAME: Final = "localhost/doors/app:1"
_LAYERS: Final = 5
_CONTAINERFILE: Final = """\
FROM scratch
ADD root.tar /
LABEL purpose="tests of <doors> & more"
RUN ["/bin/busybox", "cp", "/bin/busybox", "/usr/bin/tool"]
COPY hello.c /srv/src/hello.c
RUN ["/bin/busybox", "rm", "-r", "/usr/share/doc", "/usr/bin/tool"]
COPY hello.c /srv/again.c
ENV MODE=1
CMD ["/usr/bin/hello"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """How to name the image, with settings by which its engine is found."""

    reference: str
    env: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def served(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The reference of an image of some layers, built by buildah, in a registry."""
    directory, reference = tmp_path_factory.mktemp("served"), f"{registry}/doors/app:1"
    make_musl_root(directory)
    (directory / "Containerfile").write_text(_CONTAINERFILE)
    build_and_push(directory, reference)
    yield reference
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def copies(served: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory with the image in all the forms that skopeo writes, and gzipped."""
    require("skopeo")
    directory = tmp_path_factory.mktemp("copies")
    for target in ("oci:layout:1", "oci-archive:layout.tar:1", f"docker-archive:docker.tar:{_NAME}"):
        scheme, _, path = target.partition(":")
        run("skopeo", "copy", "--src-tls-verify=false", f"docker://{served}", f"{scheme}:{directory}/{path}")
    for name in ("layout.tar", "docker.tar"):
        with (directory / name).open("rb") as plain, gzip.open(directory / f"{name}.gz", "wb", 1) as compressed:
            shutil.copyfileobj(plain, compressed)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def podman(copies: Path) -> Iterator[Path]:
    """The socket of a Podman that has the image."""
    # Not below pytest's own directory: Podman refuses a place for its state whose path has more than 50 characters.
    with TemporaryDirectory(prefix="podman-") as directory, podman_service(Path(directory)) as address:
        load_image(address, copies / "docker.tar")
        yield address


@pytest.fixture(scope="module")
def docker(copies: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a Docker that has the image."""
    directory = tmp_path_factory.mktemp("docker")
    with dockerd(directory) as address:
        load_image(address, copies / "docker.tar")
        yield address
    shutil.rmtree(directory)


@pytest.fixture(scope="module")
def expected(served: str) -> Any:
    """What is said of the image in its registry, without what may differ."""
    found = report(Door(reference=served))
    assert len(found["layers"]) == _LAYERS
    assert found["packages"]
    assert found["waste"]["wastedBytes"] > 0
    return found


def report(door: Door) -> Any:
    """Return the report without what may differ."""
    ended = imgscope("audit", door.reference, "--no-cache", "-o", "json", env=door.env)
    assert ended.exit_code == 0, ended.stderr
    return comparable(ended.document)


def comparable(document: Any) -> Any:
    """Return `document` without the fields in MAY_DIFFER, each of which it must have."""
    for path in MAY_DIFFER:
        *above, name = path.split(".")
        holders = document[above[0]] if above else document
        for holder in holders if isinstance(holders, list) else [holders]:
            del holder[name]
    return document


@pytest.mark.parametrize(
    "form",
    [
        "oci:{}/layout:1",
        "oci-archive:{}/layout.tar:1",
        "docker-archive:{}/docker.tar",
        "{}/docker.tar.gz",
        "{}/layout.tar.gz",
    ],
)
def test_C47_C49_a_copy_on_disk_is_reported_as_the_image_in_its_registry(
    copies: Path, expected: Any, form: str
) -> None:
    assert report(Door(reference=form.format(copies))) == expected


def test_C50_podman_s_image_is_reported_as_the_image_in_its_registry(podman: Path, expected: Any) -> None:
    assert report(Door(reference=f"podman:{_NAME}", env={"CONTAINER_HOST": f"unix://{podman}"})) == expected


def test_C47_what_podman_saves_is_reported_so_too(podman: Path, copies: Path, expected: Any) -> None:
    saved = save_image(podman, _NAME, copies / "podman-saved.tar")
    assert report(Door(reference=f"docker-archive:{saved}")) == expected


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive"])
def test_C47_C49_what_podman_s_own_command_saves_is_reported_so_too(podman: Path, expected: Any, form: str) -> None:
    saved = podman.parent / f"podman-{form}.tar"
    run(*rootless_podman(podman.parent), "save", "--quiet", f"--format={form}", f"--output={saved}", _NAME)
    assert report(Door(reference=f"{form}:{saved}")) == expected


@pytest.mark.integration(where_it_starts="dockerd")
def test_C50_docker_s_image_is_reported_as_the_image_in_its_registry(docker: Path, expected: Any) -> None:
    assert report(Door(reference=f"docker-daemon:{_NAME}", env={"DOCKER_HOST": f"unix://{docker}"})) == expected


@pytest.mark.integration(where_it_starts="dockerd")
def test_C47_what_docker_saves_is_reported_so_too(docker: Path, copies: Path, expected: Any) -> None:
    saved = save_image(docker, _NAME, copies / "docker-saved.tar")
    assert report(Door(reference=f"docker-archive:{saved}")) == expected


@pytest.mark.integration(where_it_starts="dockerd")
def test_layers_that_came_through_another_door_are_not_read_again(docker: Path, copies: Path) -> None:
    env = {"DOCKER_HOST": f"unix://{docker}"}
    first = imgscope("audit", f"oci:{copies}/layout:1", "-o", "json")
    second = imgscope("audit", f"docker-daemon:{_NAME}", "-o", "json", env=env)
    assert second.document["run"]["layersFromCache"] == _LAYERS
    assert comparable(second.document) == comparable(first.document)


@pytest.mark.integration(where_it_starts="dockerd")
def test_where_a_registry_is_gone_the_hint_says_that_docker_has_the_image(docker: Path) -> None:
    ended = imgscope("audit", "--quiet", _NAME, env={"DOCKER_HOST": f"unix://{docker}"})
    assert ended.exit_code == 3
    assert f"Docker has it here: imgscope docker-daemon:{_NAME}" in ended.stderr
