"""A real registry: Debian's docker-registry, on loopback, for as long as a `with` block lasts."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.programs import require

USER = "reader"
PASSWORD = "let me in"
_HTPASSWD = f"{USER}:$2y$05$abcdefghijklmnopqrstuu4h2R.N3/mVBA7Xh7aLzKSJDAsK61n52\n"

_CONFIG = """\
version: 0.1
log: {{accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: "{directory}/data"}}}}
http: {{addr: "127.0.0.1:0"}}
"""
_LOGIN = """\
auth: {{htpasswd: {{realm: tests, path: "{directory}/htpasswd"}}}}
"""
_LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
_PATIENCE_SECONDS = 20


@contextmanager
def docker_registry(directory: Path, *, with_login: bool = False) -> Iterator[str]:
    """Serve an empty registry that keeps its data in `directory`, and give its host, such as `localhost:40123`.

    `with_login` lets only `USER` with `PASSWORD` in. Skips the test where docker-registry is not installed.
    """
    require("docker-registry")
    directory.mkdir(parents=True, exist_ok=True)
    config, log = directory / "config.yml", directory / "log"
    config.write_text((_CONFIG + (_LOGIN if with_login else "")).format(directory=directory))
    (directory / "htpasswd").write_text(_HTPASSWD)
    with log.open("wb") as output:
        process = subprocess.Popen(["docker-registry", "serve", str(config)], stdout=output, stderr=output)
    try:
        yield f"localhost:{_port(process, log)}"
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


def _port(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if listening := _LISTENING.search(log.read_text()):
            return listening[1]
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
        break
    raise RuntimeError(f"docker-registry did not start:\n{log.read_text()}")
