"""What is attached to images in a real registry, which has no referrers API, and in a layout that skopeo made."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.artifacts import NOTATION, SPDX, artifact, cosign_signature, referrers_index, referrers_tag
from tests.support.command import imgscope
from tests.support.docker_registry import docker_registry
from tests.support.image_files import write_oci_layout
from tests.support.images import BuiltImage, BuiltIndex, attestation, file, image, index, layer
from tests.support.programs import require, run

pytestmark = pytest.mark.integration

AMD64 = image([layer(file("etc/os-release", "ID=debian\n"))])
ARM = image([layer(file("etc/os-release", "ID=debian\n"), file("more", "x" * 9999))], platform="linux/arm/v7")
BOTH = index(AMD64, ARM, attested=True)
TAGS = ["stable", "1.9", "1.10", "v2.0.0"]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry with an image for two platforms under several tags, signed, described, and a chart beside it."""
    require("skopeo", "docker-registry")
    directory = tmp_path_factory.mktemp("attached")
    layout = write_oci_layout(directory / "layout", {"latest": BOTH})
    with docker_registry(directory / "registry") as host:
        for tag in TAGS:
            target = f"docker://{host}/team/app:{tag}"
            run("skopeo", "copy", "--all", "--dest-tls-verify=false", f"oci:{layout}:latest", target)
        _attach(f"http://{host}/v2/team/app/")
        yield host


def _attach(repository: str) -> None:
    described = artifact(SPDX, subject=AMD64), artifact(NOTATION, subject=AMD64, content=b"signed")
    with httpx.Client(base_url=repository) as registry:
        for each in described:
            _push(registry, each, each.manifest_digest)
        _push(registry, referrers_index(*described), referrers_tag(AMD64))
        _push(registry, cosign_signature(BOTH), f"{referrers_tag(BOTH)}.sig")
        _push(registry, artifact(config_type="application/vnd.cncf.helm.config.v1+json"), "chart")


def _push(registry: httpx.Client, built: BuiltImage | BuiltIndex, name: str) -> None:
    if isinstance(built, BuiltIndex):
        body, media_type = built.body, built.media_type
    else:
        body, media_type = built.manifest, built.manifest_media_type
        for digest, content in built.blobs.items():
            place = httpx.URL(registry.post("blobs/uploads/").headers["location"])
            registry.put(place.copy_add_param("digest", digest), content=content).raise_for_status()
    registry.put(f"manifests/{name}", content=body, headers={"Content-Type": media_type}).raise_for_status()


def test_C30_C31_all_that_is_attached_is_listed_by_a_registry_without_the_api(host: str) -> None:
    ended = imgscope("audit", f"{host}/team/app:stable", "--platform", "linux/amd64", "-o", "json")
    assert ended.exit_code == 0
    assert ended.errors[2:] == [f"imgscope: {host}/team/app:stable: inspected, no policy asks anything of it"]
    report = ended.document
    assert report["complete"]
    assert [(each["kind"], each["mediaType"]) for each in report["image"]["attachments"]] == [
        ("provenance", "application/vnd.in-toto+json"),
        ("sbom", SPDX),
        ("signature", NOTATION),
        ("signature", "application/vnd.oci.image.manifest.v1+json"),
    ]
    # Four to the first paint, one layer, and five for what is attached; cosign's two other tags were asked for, too.
    assert report["run"]["requests"] == 4 + 1 + 5 + 1


def test_C31_the_text_says_that_nothing_was_verified(host: str) -> None:
    ended = imgscope(f"{host}/team/app:stable", "--platform", "linux/amd64", "--quiet")
    assert "  attached, not verified: 2 signatures, 1 SBOM, 1 provenance statement" in ended.stdout.splitlines()


def test_every_platform_is_as_large_as_skopeo_says(host: str) -> None:
    ended = imgscope(f"{host}/team/app:stable", "--platform", "list")
    raw = json.loads(run("skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{host}/team/app:stable"))
    images = [each for each in raw["manifests"] if each["platform"]["os"] != "unknown"]
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert [(line[0], line[-1]) for line in lines] == [
        ("linux/amd64", images[0]["digest"]),
        ("linux/arm/v7", images[1]["digest"]),
    ]
    assert [int(line[1]) for line in lines] == [len(each.layers[0].blob) for each in (AMD64, ARM)]


def test_C20_tags_are_those_that_skopeo_lists(host: str) -> None:
    ended = imgscope("tags", f"{host}/team/app")
    listed = json.loads(run("skopeo", "list-tags", "--tls-verify=false", f"docker://{host}/team/app"))["Tags"]
    assert sorted(ended.stdout.splitlines()) == sorted(listed)
    assert [tag for tag in ended.stdout.splitlines() if tag in TAGS] == TAGS


def test_tags_can_be_read_in_part_only(host: str) -> None:
    command = f'"$0" -m imgscope tags {host}/team/app | head -n 1'
    done = subprocess.run(["bash", "-c", command, sys.executable], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("chart\n", "")


def test_C28_a_chart_is_called_a_chart(host: str) -> None:
    ended = imgscope(f"{host}/team/app:chart")
    assert ended.exit_code == 3
    chart = "a Helm chart (application/vnd.cncf.helm.config.v1+json)"
    assert ended.errors == [f"imgscope: {host}/team/app:chart is no container image but {chart}"]


def test_C31_a_layout_that_skopeo_copied_keeps_its_attestations(host: str, tmp_path: Path) -> None:
    target = f"oci:{tmp_path / 'copied'}:app"
    run("skopeo", "copy", "--all", "--src-tls-verify=false", f"docker://{host}/team/app:stable", target)
    ended = imgscope(target, "--platform", "linux/arm/v7", "-o", "json", "--quiet")
    assert [each["digest"] for each in ended.document["image"]["attachments"]] == [attestation(ARM).layers[0].digest]
