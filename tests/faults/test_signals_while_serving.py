"""A signal while pages are open in a browser: the server is gone at once, and every imgscope that it ran."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.faults.running import ENOUGH_SECONDS, assert_clean, started

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="signals and processes of Linux"),
]


@contextmanager
def serving(layout: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve an image, and give the process and the address of the page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    with started("serve", "--port", address.partition(":")[2], f"oci:{layout}") as process:
        assert process.stderr is not None
        assert b"until Ctrl-C" in process.stderr.readline()
        yield process, address


def below(process: int) -> set[int]:
    """The processes that `process` started, and those that these did."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:
        return set()
    return {int(child) for child in children}.union(*(below(int(child)) for child in children))


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def end_with_open_page(process: subprocess.Popen[bytes], address: str, number: signal.Signals) -> set[int]:
    """Open a page, wait until something is drawn there, send the signal; return the processes that ran for the page."""
    async with (
        aiohttp.ClientSession() as browser,
        browser.ws_connect(f"http://{address}/ws?width=100&height=30", origin=f"http://{address}") as page,
    ):
        drawn = 0
        while drawn < 5000:
            drawn += len((await page.receive(ENOUGH_SECONDS)).data)
        ran = below(process.pid)
        process.send_signal(number)
        await asyncio.to_thread(process.wait, ENOUGH_SECONDS)
    return ran


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (signal.SIGTERM, 143, "imgscope: stopped by SIGTERM\n"),
        (signal.SIGHUP, 129, "imgscope: stopped by SIGHUP\n"),
        (signal.SIGINT, 0, ""),
    ],
)
def test_a_signal_ends_the_server_with_its_code_and_everything_that_it_ran(
    layout: Path, number: signal.Signals, code: int, said: str
) -> None:
    with serving(layout) as (process, address):
        begun = time.monotonic()
        ran = asyncio.run(end_with_open_page(process, address, number))
        assert time.monotonic() - begun < 8, (
            "aiohttp alone waits 10 seconds for a page that, as this one, does not answer"
        )
        assert process.returncode == code
        assert process.stderr is not None
        err = process.stderr.read().decode()
        assert err == said
        assert_clean(err)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(address.partition(":")[2])))
    assert ran
    assert_gone(ran)


def test_a_server_that_is_killed_leaves_no_process_either(layout: Path) -> None:
    with serving(layout) as (process, address):
        ran = asyncio.run(end_with_open_page(process, address, signal.SIGKILL))
    assert ran
    assert_gone(ran)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_without_a_page_it_ends_as_well(layout: Path, number: signal.Signals, code: int) -> None:
    with serving(layout) as (process, _):
        process.send_signal(number)
        assert process.wait(ENOUGH_SECONDS) == code


def assert_gone(processes: set[int]) -> None:
    deadline = time.monotonic() + ENOUGH_SECONDS
    while alive := [each for each in processes if is_alive(each)]:
        assert time.monotonic() < deadline, f"{alive} still run"
        threading.Event().wait(0.01)
