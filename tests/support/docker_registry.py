"""A real registry: Debian's docker-registry, on loopback, for as long as a `with` block lasts."""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.programs import require

USER = "reader"
PASSWORD = "let me in"
_HTPASSWD = f"{USER}:$2y$05$abcdefghijklmnopqrstuu4h2R.N3/mVBA7Xh7aLzKSJDAsK61n52\n"

_CONFIG = """\
version: 0.1
storage: {{filesystem: {{rootdirectory: "{directory}/data"}}}}
http: {{addr: "127.0.0.1:0"{tls}}}
"""
_LOGIN = """\
auth: {{htpasswd: {{realm: tests, path: "{directory}/htpasswd"}}}}
"""
_PROXY = """\
proxy: {{remoteurl: "http://{host}"}}
"""
_TLS = ', tls: {{certificate: "{certificate}", key: "{key}"{clients}}}'
_CLIENTS = ', clientcas: ["{authority}"]'
_LISTENING = re.compile(r"listening on 127\.0\.0\.1:(\d+)")
_PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files in PEM form for TLS; only clients with a certificate of `client_authority`, if any, are let in."""

    certificate: Path
    key: Path
    client_authority: Path | None = None


@contextmanager
def docker_registry(
    directory: Path,
    *,
    with_login: bool = False,
    tls: Certificates | None = None,
    cache_of: str | None = None,
    auth: str = "",
) -> Iterator[str]:
    """Serve an empty registry that keeps its data in `directory`, and give its host, such as `localhost:40123`.

    `with_login` lets only `USER` with `PASSWORD` in; `auth` is another section of its configuration that says whom;
    `cache_of` is the host of a registry whose images are served, too. Skips the test where docker-registry is not
    installed.
    """
    require("docker-registry")
    directory.mkdir(parents=True, exist_ok=True)
    config, log = directory / "config.yml", directory / "log"
    text = _CONFIG.format(directory=directory, tls=_tls(tls) if tls else "")
    text += _LOGIN.format(directory=directory) if with_login else ""
    config.write_text(text + (_PROXY.format(host=cache_of) if cache_of else "") + auth)
    (directory / "htpasswd").write_text(_HTPASSWD)
    with log.open("wb") as output:
        process = subprocess.Popen(["docker-registry", "serve", str(config)], stdout=output, stderr=output)
    try:
        yield f"localhost:{_port(process, log)}"
    finally:
        process.terminate()
        process.wait(_PATIENCE_SECONDS)


def _tls(files: Certificates) -> str:
    clients = _CLIENTS.format(authority=files.client_authority) if files.client_authority else ""
    return _TLS.format(certificate=files.certificate, key=files.key, clients=clients)


def blobs_fetched(directory: Path, repository: str) -> Counter[str]:
    """How often each blob of `repository` was fetched from the registry that keeps its data in `directory`."""
    fetched = re.compile(rf'"GET /v2/{re.escape(repository)}/blobs/(\S+) HTTP/1.1" 20\d ')
    return Counter(found[1] for found in fetched.finditer((directory / "log").read_text()))


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
