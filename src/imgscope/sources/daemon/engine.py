"""The engines: what they are called, where they listen, and what to do when one does not answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from imgscope.sources.daemon.address import Address
from imgscope.sources.daemon.docker import docker_addresses
from imgscope.sources.daemon.podman import podman_addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A container engine. `scheme` is that of its images, `program` its command; `variable` names its address.

    `start` says how to start it, `permit` what to do for somebody who may not use its socket, which belongs to the
    group `{group}`.
    """

    scheme: str
    title: str
    program: str
    variable: str
    start: str
    permit: str
    addresses: Callable[[Mapping[str, str]], tuple[Address, ...]]

    def address(self, environ: Mapping[str, str] = os.environ) -> Address:
        """Return where to connect; raises `UsageError` where the settings of the user are wrong."""
        candidates = self.addresses(environ)
        return next((candidate for candidate in candidates if candidate.may_exist), candidates[0])


DOCKER: Final = Engine(
    scheme="docker-daemon",
    title="Docker",
    program="docker",
    variable="DOCKER_HOST",
    start="start it (sudo systemctl start docker), or name its socket with DOCKER_HOST=unix:///PATH",
    permit="join the group {group} (sudo usermod -aG {group} YOUR_NAME, then log in again), or run with sudo",
    addresses=docker_addresses,
)
PODMAN: Final = Engine(
    scheme="podman",
    title="Podman",
    program="podman",
    variable="CONTAINER_HOST",
    start="start its service (systemctl --user start podman.socket, as root without --user), "
    "or name its socket with CONTAINER_HOST=unix:///PATH",
    permit="start a service of your own (systemctl --user start podman.socket), or run with sudo",
    addresses=podman_addresses,
)
ENGINES: Final = (DOCKER, PODMAN)
