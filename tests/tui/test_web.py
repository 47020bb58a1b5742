"""Who may use the page in a browser, and what it runs."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from imgscope.errors import UsageError
from imgscope.tui import web
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, layer
from tests.tui.stage import app_image


@pytest.mark.parametrize(
    ("host_header", "origin", "host", "expected"),
    [
        ("127.0.0.1:8000", None, "127.0.0.1", True),
        ("localhost:8000", "http://localhost:8000", "127.0.0.1", True),
        ("[::1]:8000", "http://[::1]:8000", "::1", True),
        ("192.0.2.7:8000", "http://192.0.2.7:8000", "0.0.0.0", True),
        ("box.example:8000", "http://box.example:8000", "box.example", True),
        ("127.0.0.1:8000", "http://evil.example", "127.0.0.1", False),
        ("127.0.0.1:8000", "http://127.0.0.1:9000", "127.0.0.1", False),
        ("127.0.0.1:8000", "null", "127.0.0.1", False),
        ("evil.example:8000", "http://evil.example:8000", "127.0.0.1", False),
        ("evil.example:8000", None, "0.0.0.0", False),
        ("localhost:8000", None, "0.0.0.0", False),
        ("[::1", None, "::1", False),
        ("127.0.0.1:8000", "http://[x", "127.0.0.1", False),
        ("", None, "127.0.0.1", False),
    ],
)
def test_only_pages_of_this_server_at_an_address_of_its_own_may_ask(
    host_header: str, origin: str | None, host: str, expected: bool
) -> None:
    assert web.is_allowed(host_header, origin, host=host) is expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("box", False)],
)
def test_loopback_is_told_from_everything_else(host: str, expected: bool) -> None:
    assert web.is_loopback(host) is expected


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


@contextlib.contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `imgscope serve` and give its process and its address once it has said so."""
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "imgscope", "serve", f"--port={port}", *arguments],
        stderr=subprocess.PIPE, text=True, env=environ,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        assert "until Ctrl-C" in process.stderr.readline()
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)
        assert process.stderr is not None
        process.stderr.close()


def test_the_page_is_there_until_the_process_ends(tmp_path: Path) -> None:
    layout = write_oci_layout(tmp_path / "layout", {"latest": app_image()})
    with serving(f"oci:{layout}") as (process, address):
        answer = httpx.get(address)
        assert answer.status_code == 200
        assert "imgscope" in answer.text
        assert f"ws://{address.removeprefix('http://')}/ws" in answer.text
        assert httpx.get(address, headers={"Host": "evil.example"}).status_code == 403
        assert httpx.get(f"{address}/ws", headers={"Origin": "http://evil.example"}).status_code == 403
        process.terminate()
        assert process.wait(20) == 143
        with pytest.raises(httpx.ConnectError):
            httpx.get(address)


def test_a_port_that_is_taken_is_a_usage_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} of 127.0.0.1 cannot be listened at") as raised:
            web.serve(["--", "app"], host="127.0.0.1", port=port, title="imgscope", started=lambda _: None)
    assert "--port" in (raised.value.hint or "")


@pytest.mark.parametrize("name", ["$(touch hacked)", "a; touch hacked", "`touch hacked`", "a b' \"c", "-h", "%PATH%"])
def test_no_shell_reads_the_name_of_an_image(name: str, tmp_path: Path) -> None:
    """What the web server runs for a page, run as it does, and without a browser to draw for: it reports as text."""
    built = image([layer(file("etc/os-release", "ID=debian\nPRETTY_NAME=Debian\n"))], listed_platform=False)
    write_oci_layout(tmp_path / name, {"latest": built})
    arguments = json.dumps(["--no-tui", "--no-cache", "--", f"oci:{name}"])
    ended = subprocess.run(
        web.command(), shell=True, cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, web.ARGUMENTS: arguments, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert "Debian" in ended.stdout, ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == [name]
