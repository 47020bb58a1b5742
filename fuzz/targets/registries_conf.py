"""registries.conf and Docker's daemon.json, which users and distributions write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from imgscope.errors import ImgscopeError
from imgscope.sources.registry.configuration import docker_daemon, registries_conf
from tests.support.images import to_json


def target(data: bytes) -> None:
    """Any file is understood or refused."""
    for read in (_registries, _docker):
        try:
            read(data)
        except ImgscopeError as error:
            assert error.message


def _registries(data: bytes) -> None:
    for table in registries_conf.parse(data, Path("registries.conf")):
        table.rest_of("docker.io/library/app")


def _docker(data: bytes) -> None:
    for mirror in docker_daemon.parse(data, Path("daemon.json")).mirrors:
        assert mirror.scheme in ("http", "https")
        assert mirror.host


def seeds() -> Mapping[str, bytes]:
    """Both versions of the one, and the other."""
    second = (
        '[[registry]]\nprefix = "*.example.com"\nlocation = "mirror.example.com/x"\ninsecure = true\nblocked = false\n'
        'mirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "mirror.example.org"\n'
        '[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "localhost:5000"\n'
        'pull-from-mirror = "tag-only"\n'
    )
    first = "[registries.insecure]\nregistries = ['localhost:5000']\n[registries.block]\nregistries = []\n"
    docker = {
        "registry-mirrors": ["https://mirror.example.com/hub/", "http://[::1]:5000"],
        "insecure-registries": ["10.0.0.0/8", "localhost:5000", "registry.example.com"],
    }
    return {"second": second.encode(), "first": first.encode(), "daemon": to_json(docker)}
