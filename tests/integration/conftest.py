"""Images that are built once a session from Debian's packages, and served by a real registry on loopback."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.support.docker_registry import docker_registry
from tests.support.real_images import DebianImage, MuslImage, make_debian, make_musl


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The host of a registry that lets everybody in."""
    directory = tmp_path_factory.mktemp("registry")
    with docker_registry(directory) as host:
        yield host
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def debian(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DebianImage]:
    """The Debian image, served."""
    directory = tmp_path_factory.mktemp("debian")
    yield make_debian(directory, f"{registry}/debian-gcc:12")
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def musl(registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MuslImage]:
    """The image on musl, served."""
    directory = tmp_path_factory.mktemp("musl")
    yield make_musl(directory, f"{registry}/musl/hello:1")
    shutil.rmtree(directory)
