"""Which images the engines on this machine hold."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from imgscope.sources.daemon import listing
from imgscope.sources.daemon.listing import LocalImage, local_images
from imgscope.sources.daemon.patience import Patience
from tests.support.engine import Engine
from tests.support.images import file, image, layer
from tests.support.registry_exchange import Reply

APP = image([layer(file("app"))])


def environ(tmp_path: Path) -> dict[str, str]:
    """Settings by which Docker is there and Podman is not."""
    return {
        "DOCKER_HOST": f"unix://{tmp_path}/docker.sock",
        "CONTAINER_HOST": f"unix://{tmp_path}/no.sock",
        "HOME": str(tmp_path),
    }


def test_images_are_listed_as_what_opens_them(tmp_path: Path) -> None:
    engine = Engine()
    listed = [
        {"RepoTags": ["app:1", "app:latest"], "Size": 12},
        {"RepoTags": ["<none>:<none>"], "Size": 1},
        {"RepoTags": None},
    ]
    engine.instead["/images/json"] = Reply(body=json.dumps(listed).encode())
    with engine.serve(tmp_path / "docker.sock"):
        (docker,) = local_images(environ(tmp_path))
    assert docker.engine == "Docker"
    assert docker.problem is None
    assert docker.images == (
        LocalImage(reference="docker-daemon:app:1", unpacked_size=12),
        LocalImage(reference="docker-daemon:app:latest", unpacked_size=12),
    )


def test_no_more_than_five_hundred_are_listed(tmp_path: Path) -> None:
    engine = Engine()
    engine.instead["/images/json"] = Reply(
        body=json.dumps([{"RepoTags": [f"app:{number}"]} for number in range(600)]).encode()
    )
    with engine.serve(tmp_path / "docker.sock"):
        (docker,) = local_images(environ(tmp_path))
    assert len(docker.images) == 500


def test_an_engine_that_does_not_tell_is_named_with_the_reason(tmp_path: Path) -> None:
    engine = Engine()
    engine.instead["/images/json"] = Reply(status=500, body=b'{"message": "out of order"}')
    with engine.serve(tmp_path / "docker.sock"):
        (docker,) = local_images(environ(tmp_path))
    assert docker.images == ()
    assert "out of order" in (docker.problem or "")


@pytest.mark.parametrize("host", ["unix:///no/such.sock", "tcp://192.0.2.1:2375"])
def test_without_a_socket_nobody_is_asked(tmp_path: Path, host: str) -> None:
    before = time.monotonic()
    assert local_images({**environ(tmp_path), "DOCKER_HOST": host}) == []
    assert time.monotonic() - before < 0.5


def test_an_address_that_is_none_is_a_problem_and_no_error(tmp_path: Path) -> None:
    (docker,) = local_images({**environ(tmp_path), "DOCKER_HOST": "nonsense"})
    assert "DOCKER_HOST" in (docker.problem or "")


def test_an_engine_that_sends_a_byte_now_and_then_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_PATIENCE", Patience.brief(0.1))
    engine = Engine()
    engine.instead["/images/json"] = Reply(raw=b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 1000, pause=0.02)
    before = time.monotonic()
    with engine.serve(tmp_path / "docker.sock"):
        (docker,) = local_images(environ(tmp_path))
    assert "sends too slowly" in (docker.problem or "")
    assert time.monotonic() - before < 5


@pytest.mark.parametrize(
    "body", [b"{", b"{}", b'[{"RepoTags": 5}]', b"[" * 100_000, b'[{"Size": 1' + b"0" * 400 + b"}]"]
)
def test_a_list_that_is_none_is_a_problem_and_no_error(tmp_path: Path, body: bytes) -> None:
    engine = Engine()
    engine.instead["/images/json"] = Reply(body=body)
    with engine.serve(tmp_path / "docker.sock"):
        (docker,) = local_images(environ(tmp_path))
    assert "the list of images of Docker is malformed" in (docker.problem or "")


def test_a_name_that_is_too_long_for_one_is_not_listed(tmp_path: Path) -> None:
    engine = Engine()
    engine.instead["/images/json"] = Reply(body=json.dumps([{"RepoTags": ["a" * 1000, "b"], "Size": -1}]).encode())
    with engine.serve(tmp_path / "docker.sock"):
        (docker,) = local_images(environ(tmp_path))
    assert docker.images == (LocalImage(reference="docker-daemon:b", unpacked_size=None),)
