"""registries.conf and the daemon.json of Docker, which users and distributions write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from imgscope.errors import ImgscopeError
from imgscope.sources.registry.configuration.registries_conf import parse


def target(data: bytes) -> None:
    """Any file is understood or refused."""
    try:
        tables = parse(data, Path("registries.conf"))
    except ImgscopeError as error:
        assert error.message
        return
    for table in tables:
        table.rest_of("docker.io/library/app")


def seeds() -> Mapping[str, bytes]:
    """Both versions."""
    second = (
        '[[registry]]\nprefix = "*.example.com"\nlocation = "mirror.example.com/x"\ninsecure = true\nblocked = false\n'
        'mirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "mirror.example.org"\n'
        '[[registry]]\nlocation = "docker.io"\n[[registry.mirror]]\nlocation = "localhost:5000"\n'
        'pull-from-mirror = "tag-only"\n'
    )
    first = "[registries.insecure]\nregistries = ['localhost:5000']\n[registries.block]\nregistries = []\n"
    return {"second": second.encode(), "first": first.encode()}
