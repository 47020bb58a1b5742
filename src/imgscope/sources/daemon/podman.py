"""Where Podman's API service listens: CONTAINER_HOST, else its usual sockets (podman-system-service(1))."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from imgscope.sources.daemon.address import Address


def podman_addresses(environ: Mapping[str, str] = os.environ) -> tuple[Address, ...]:
    """Return where Podman may listen, the first that exists being the one to use; raises `UsageError`."""
    host = environ.get("CONTAINER_HOST")
    if host:
        return (Address.parse(host, origin="CONTAINER_HOST"),)
    runtime = environ.get("XDG_RUNTIME_DIR")
    user = os.getuid() if hasattr(os, "getuid") else 0
    directories = [Path(runtime)] if runtime else [Path(f"/run/user/{user}")] if user else []
    sockets = [directory / "podman" / "podman.sock" for directory in [*directories, Path("/run")]]
    return tuple(Address(origin="the default", socket=socket) for socket in sockets)
