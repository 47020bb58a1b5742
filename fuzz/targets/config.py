"""Configurations of images, and what history says of their layers."""

from __future__ import annotations

import json
from collections.abc import Mapping

from imgscope.errors import ImgscopeError
from imgscope.oci.config import parse_config
from imgscope.oci.instruction import parse_instruction
from imgscope.secrets import redact
from tests.support.images import BuiltLayer, Step, file, image, layer, step, to_json


def target(data: bytes) -> None:
    """What is understood is JSON to everyone, and says for each layer what made it, or for none."""
    try:
        config = parse_config(data)
    except ImgscopeError:
        return
    json.loads(data)
    assert config.platform == config.platform.normalized()
    for count in (0, 1, len(config.rootfs.diff_ids or ())):
        steps = config.layer_history(count)
        assert len(steps) == count
        assert None not in steps or set(steps) == {None}
    for made in config.history or ():
        parse_instruction(redact(made.created_by or ""))


def seeds() -> Mapping[str, bytes]:
    """What builders write."""
    steps: list[BuiltLayer | Step] = [
        layer(file("etc/os-release", "ID=debian")),
        step('CMD ["app"]'),
        layer(file("app")),
    ]
    run = {
        "Env": ["PATH=/bin", "TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345"],
        "Cmd": ["sh", "-c", "app"],
        "Entrypoint": ["/entry"],
        "User": "1000:1000",
        "WorkingDir": "/srv",
        "ExposedPorts": {"80/tcp": {}},
        "Volumes": {"/data": {}},
        "Labels": {"org.opencontainers.image.base.name": "docker.io/library/debian:12"},
        "Healthcheck": {"Test": ["CMD-SHELL", "true"], "Interval": 30000000000, "Retries": 3},
        "StopSignal": "SIGTERM",
        "Shell": ["/bin/bash", "-c"],
    }
    windows = {"os": "windows", "architecture": "amd64", "os.version": "10.0.1", "variant": "v8", "rootfs": {}}
    return {
        "plain": image(steps).config,
        "run": image(steps, config=run).config,
        "windows": to_json(windows),
        "least": b"{}",
    }
