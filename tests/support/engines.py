"""Real container engines while a `with` block lasts: Podman's API service and dockerd, on sockets of their own.

Everything they keep is below the directory that they are given; no network is set up, and no container is run.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.support.programs import require, require_root, run

_PATIENCE_SECONDS = 60
_LAST_CHARACTERS = 1000
_NOBODY = "nobody"
_ROOTLESS_STORAGE = """\
[storage]
driver = "vfs"
[storage.options.vfs]
ignore_chown_errors = "true"
"""


@contextmanager
def podman_service(directory: Path) -> Iterator[Path]:
    """Serve an empty rootless Podman and give its socket, `directory` being one that every user may go into.

    It runs as the user nobody, who has no other ids to give to the files of an image: their owners are not kept on
    disk, but in what Podman remembers of each layer. Skips the test where podman is not installed, or this is not root.
    """
    require("podman", "runuser")
    require_root()
    settings = directory / "config" / "containers"
    settings.mkdir(parents=True)
    (settings / "storage.conf").write_text(_ROOTLESS_STORAGE)
    run("chown", "-R", _NOBODY, directory)
    address = directory / "podman.sock"
    command = [*rootless_podman(directory), "system", "service", "--time=0", f"unix://{address}"]
    with _running(command, directory / "log") as process:
        if not _answers(process, address):
            raise RuntimeError(f"podman did not start:\n{(directory / 'log').read_text()}")
        yield address


def rootless_podman(directory: Path) -> list[str]:
    """Return how the command `podman` is called with what `podman_service` keeps in `directory`."""
    environment = [f"HOME={directory}", f"XDG_RUNTIME_DIR={directory}", f"XDG_CONFIG_HOME={directory}/config"]
    podman = ["podman", "--cgroup-manager=cgroupfs", "--events-backend=file"]
    return ["runuser", "-u", _NOBODY, "--", "env", "-C", str(directory), *environment, *podman]


@contextmanager
def dockerd(directory: Path) -> Iterator[Path]:
    """Serve an empty Docker and give its socket. Skips the test where dockerd is not installed, or this is not root.

    Not every machine that is root can run it (it wants to mount, and its control groups): where it ends by itself,
    the test is skipped with what it said, which a test marked `where_it_starts="dockerd"` may even in .ci/run.
    """
    require("dockerd", "containerd")
    require_root()
    directory.mkdir(parents=True, exist_ok=True)
    address = directory / "docker.sock"
    places = [f"--data-root={directory}/data", f"--exec-root={directory}/exec", f"--pidfile={directory}/pid"]
    options = ["--storage-driver=vfs", "--bridge=none", "--iptables=false", "--ip6tables=false"]
    command = ["dockerd", *places, *options, f"--host=unix://{address}"]
    try:
        with _running(command, directory / "log") as process:
            if not _answers(process, address):
                said = " ".join((directory / "log").read_text()[-_LAST_CHARACTERS:].split())
                pytest.skip(f"dockerd does not start here: {said}")
            yield address
    finally:
        if subprocess.run(["mountpoint", "--quiet", directory / "data"], check=False).returncode == 0:
            run("umount", directory / "data")


def load_image(address: Path, archive: Path) -> None:
    """Have the engine at `address` take in the docker-archive at `archive`."""
    with _client(address) as client, archive.open("rb") as content:
        answer = client.post("/images/load", content=content, headers={"Content-Type": "application/x-tar"})
    if answer.status_code != httpx.codes.OK or "errorDetail" in answer.text:
        raise RuntimeError(f"the image was not loaded: {answer.text}")


def save_image(address: Path, name: str, archive: Path) -> Path:
    """Write what the engine at `address` saves the image `name` as to `archive`, as `docker save` does."""
    with _client(address) as client, archive.open("wb") as file, client.stream("GET", f"/images/{name}/get") as answer:
        answer.raise_for_status()
        for chunk in answer.iter_raw():
            file.write(chunk)
    return archive


def _client(address: Path) -> httpx.Client:
    return httpx.Client(
        transport=httpx.HTTPTransport(uds=str(address)), base_url="http://engine", timeout=_PATIENCE_SECONDS * 5
    )


@contextmanager
def _running(command: list[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        # The whole group: a rootless Podman is not the process that was started, but a child of it.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(_PATIENCE_SECONDS)


def _answers(process: subprocess.Popen[bytes], path: Path) -> bool:
    """Wait until the engine answers; tell whether it does before it ends or patience does."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if _listens(path):
            return True
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        return False
    return False


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as knocking:
        return knocking.connect_ex(str(path)) == 0
