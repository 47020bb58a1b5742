"""The whole source against Debian's docker-registry, filled by skopeo."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import pytest

from imgscope.errors import AuthenticationError
from imgscope.layer.stream import VerifiedBlob
from imgscope.oci.platform import Platform
from imgscope.sources import open_source
from imgscope.sources.base import ImageSource, SourceOptions
from tests.support.docker_registry import PASSWORD, USER, docker_registry
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, index, layer
from tests.support.programs import require, run

pytestmark = pytest.mark.integration

_NOISE = random.Random(3)
_IMAGES = [
    image(
        [
            layer(file("data", _NOISE.randbytes(400_000)), created_by="RUN one"),
            layer(file("more", _NOISE.randbytes(90_000)), created_by="RUN two", compression="zstd"),
        ],
        platform=platform,
    )
    for platform in ("linux/amd64", "linux/arm64")
]


def push(directory: Path, host: str, *options: str) -> None:
    require("skopeo")
    layout = write_oci_layout(directory / "layout", {"latest": index(*_IMAGES, attested=True)})
    target = f"docker://{host}/team/app:latest"
    run("skopeo", "copy", "--all", "--dest-tls-verify=false", *options, f"oci:{layout}:latest", target)


def read(source: ImageSource) -> list[int]:
    """Resolve the image and return the sizes of its layers, each read to its end and verified."""
    try:
        head = source.resolve(Platform.parse("linux/arm64"))
        assert head.digest == _IMAGES[1].manifest_digest
        assert source.traffic().requests == 4
        sizes = []
        for descriptor in head.manifest.layers:
            with source.open_blob(descriptor) as chunks:
                sizes.append(sum(map(len, VerifiedBlob(chunks, descriptor.digest, descriptor.size))))
        return sizes
    finally:
        source.close()


def test_an_image_is_read_to_its_end(tmp_path: Path) -> None:
    with docker_registry(tmp_path / "registry") as host:
        push(tmp_path, host)
        assert read(open_source(f"{host}/team/app", SourceOptions())) == [len(each.blob) for each in _IMAGES[1].layers]


def test_an_image_behind_a_login_is_read_with_the_credentials_of_docker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with docker_registry(tmp_path / "registry", with_login=True) as host:
        push(tmp_path, host, "--dest-creds", f"{USER}:{PASSWORD}")
        with pytest.raises(AuthenticationError, match="no credentials were found"):
            read(open_source(f"{host}/team/app", SourceOptions()))
        login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        (tmp_path / "config.json").write_text(json.dumps({"auths": {host: {"auth": login}}}))
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        assert read(open_source(f"{host}/team/app", SourceOptions())) == [len(each.blob) for each in _IMAGES[1].layers]
