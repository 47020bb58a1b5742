"""What a registry does not give and an engine on this machine has."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imgscope.errors import NotFoundError
from imgscope.oci.reference import Reference
from imgscope.sources.base import SourceOptions
from imgscope.sources.daemon.presence import hint_for
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.configuration.places import Place
from imgscope.sources.registry.credentials import Lookup
from imgscope.sources.registry.endpoint import Endpoint
from imgscope.sources.registry.mirrored import MirroredSource, Served
from tests.support.engine import Engine
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_exchange import Reply

APP = image([layer(file("app"))])
REFERENCE = Reference.parse("team/app:1")


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Settings by which Docker has `team/app:1`, and Podman is not there."""
    engine = Engine()
    engine.add(APP, "docker.io/team/app:1")
    with engine.serve(tmp_path / "docker.sock"):
        yield {
            "DOCKER_HOST": f"unix://{tmp_path}/docker.sock",
            "CONTAINER_HOST": f"unix://{tmp_path}/no.sock",
            "HOME": str(tmp_path),
        }


def test_who_has_it_is_told_with_what_to_type(environ: dict[str, str]) -> None:
    assert hint_for(REFERENCE, environ) == "Docker has it here: imgscope docker-daemon:team/app:1"


def test_every_engine_that_has_it_is_told(environ: dict[str, str]) -> None:
    hint = hint_for(REFERENCE, {**environ, "CONTAINER_HOST": environ["DOCKER_HOST"]})
    assert hint is not None
    assert hint.endswith("; Podman has it here: imgscope podman:team/app:1")


def test_what_nobody_has_is_not_told(environ: dict[str, str]) -> None:
    assert hint_for(Reference.parse("team/app:2"), environ) is None


@pytest.mark.parametrize("host", ["unix:///no/such.sock", "tcp://192.0.2.1:2375", "ssh://builder", "nonsense"])
def test_without_a_socket_nothing_is_waited_for(environ: dict[str, str], host: str) -> None:
    before = time.monotonic()
    assert hint_for(REFERENCE, {**environ, "DOCKER_HOST": host}) is None
    assert time.monotonic() - before < 0.5


def test_an_engine_that_fails_is_as_good_as_none(tmp_path: Path) -> None:
    engine = Engine()
    engine.instead["/json"] = Reply(status=500)
    with engine.serve(tmp_path / "docker.sock"):
        assert (
            hint_for(REFERENCE, {"DOCKER_HOST": f"unix://{tmp_path}/docker.sock", "CONTAINER_HOST": "unix:///no"})
            is None
        )


@pytest.mark.parametrize("is_mirrored", [False, True])
@pytest.mark.parametrize("question", [lambda source: source.resolve(None), lambda source: source.variants()])
def test_the_hint_of_a_registry_that_says_no_goes_on_with_it(
    question: Callable[[RegistrySource | MirroredSource], object], is_mirrored: bool
) -> None:
    reference = Reference.parse("registry.example.com/team/app:1")
    place = Place(reference=reference, endpoint=Endpoint.of(reference.endpoint), is_mirror=False)
    itself = RegistrySource(reference, SourceOptions(), http=Registry().transport(), credentials=lambda _: Lookup())
    source: RegistrySource | MirroredSource = itself
    if is_mirrored:
        source = MirroredSource(reference, [Served(place=place, source=itself)])
    source.elsewhere = lambda: "Docker has it here: imgscope docker-daemon:x"
    with pytest.raises(NotFoundError) as caught:
        question(source)
    source.close()
    assert (caught.value.hint or "").startswith("check the spelling")
    assert (caught.value.hint or "").endswith("; Docker has it here: imgscope docker-daemon:x")
