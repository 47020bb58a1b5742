"""SIGTERM, SIGHUP and SIGINT at any moment: the right exit code, at most one line, and nothing is left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.test_interrupt import on_a_terminal, serving
from tests.faults.running import (
    ENOUGH_SECONDS,
    Ended,
    assert_clean,
    ended_by,
    environment,
    run,
    started,
    unfinished,
)
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Basic
from tests.support.registry_faults import Fault, silent

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="signals of Linux"),
]

_CODES = {signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGINT: 130}
_OURS = (signal.SIGTERM, signal.SIGHUP)


def assert_stopped(ended: Ended, number: signal.Signals) -> None:
    assert ended.code == _CODES[number], ended.err
    assert ended.out == ""
    assert ended.err.splitlines()[-1] == f"imgscope: stopped by {number.name}"
    assert ended.err.count("stopped by") == 1
    assert_clean(ended.err)
    assert unfinished() == []


@pytest.mark.parametrize("number", _OURS)
@pytest.mark.parametrize(
    "fault",
    [lambda: silent(after=0, kind="manifests", times=None), lambda: silent(after=100_000, times=None)],
    ids=["while the manifest is waited for", "while a layer is read"],
)
def test_a_signal_while_a_registry_is_waited_for(number: signal.Signals, fault: Callable[[], Fault]) -> None:
    with serving(fault()) as (reference, met), started("audit", reference) as process:
        assert met.wait(ENOUGH_SECONDS)
        assert_stopped(ended_by(process, number), number)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    "command",
    [
        ("tags", "{0}"),
        ("doctor", "{0}"),
        ("compare", "{0}", "{0}:latest"),
        ("diff", "{0}", "{0}:latest"),
        ("ls", "{0}"),
        ("cat", "{0}", "data"),
        ("why", "{0}", "data"),
    ],
    ids=lambda command: command[0],
)
def test_a_signal_ends_every_command_that_asks_a_registry(command: tuple[str, ...], number: signal.Signals) -> None:
    fault = silent(after=0, kind="tags" if command[0] == "tags" else "manifests", times=None)
    with serving(fault) as (reference, met), started(*(word.format(reference) for word in command)) as process:
        assert met.wait(ENOUGH_SECONDS)
        ended = ended_by(process, number)
    assert ended.code == _CODES[number], ended.err
    assert ended.err.count("stopped by") == (number is signal.SIGTERM)
    assert_clean(ended.err)
    assert unfinished() == []


@pytest.mark.parametrize("number", list(_CODES))
def test_a_signal_while_nobody_reads_the_report(tmp_path: Path, number: signal.Signals) -> None:
    """The pipe is full, and the process hangs in writing to it."""
    labels = {f"name{position}": "x" * 1000 for position in range(300)}
    built = image([layer(file("a", "a"))], config={"Labels": labels}, listed_platform=False)
    layout = write_oci_layout(tmp_path / "layout", {"latest": built})
    with started("audit", layout, "-o", "json") as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"{"
        process.send_signal(number)
        assert process.wait(ENOUGH_SECONDS) == _CODES[number]
        assert process.stderr is not None
        assert_clean(process.stderr.read().decode())


def test_SIGINT_while_modules_are_loaded_ends_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    with started("--version", PYTHONPATH=str(tmp_path)) as process:
        out, err = process.communicate(timeout=ENOUGH_SECONDS)
    assert (process.returncode, out, err) == (-signal.SIGINT, b"", b"")


@pytest.mark.parametrize("after", [0.001, 0.1, 0.2, 0.4])
def test_SIGTERM_at_any_moment_is_an_end_by_it(after: float) -> None:
    """Before anybody handles it, while reading and after the report: never a traceback, never half a cache entry."""
    registry = Registry()
    registry.add(image([layer(file("data", bytes(2_000_000)))], listed_platform=False))
    with registry.serve() as host, started("audit", f"{host}/team/app", "-o", "json") as process:
        select.select([], [], [], after)
        ended = ended_by(process, signal.SIGTERM)
    assert ended.code in (143, -signal.SIGTERM, 0)
    assert_clean(ended.err)
    assert unfinished() == []


@pytest.mark.parametrize("number", _OURS)
@pytest.mark.parametrize(
    ("command", "drawn"),
    [(("{0}",), b"Layers"), (("compare", "{0}", "{0}:other"), b"2 images")],
    ids=["an image", "a comparison"],
)
def test_a_signal_leaves_the_terminal_of_the_terminal_UI_as_it_was(
    command: tuple[str, ...], drawn: bytes, number: signal.Signals
) -> None:
    with serving(silent(after=100_000, times=None)) as (reference, met):
        words = [word.format(reference) for word in command]
        with on_a_terminal(*words) as (process, shown):
            assert met.wait(ENOUGH_SECONDS)
            _until(lambda: b"\x1b[?1049h" in shown and drawn in shown)
            process.send_signal(number)
            assert process.wait(ENOUGH_SECONDS) == _CODES[number]
    assert shown.rfind(b"\x1b[?1049l") > shown.rfind(b"\x1b[?1049h"), "the other screen is left"
    assert shown.rfind(b"\x1b[?25h") > shown.rfind(b"\x1b[?25l"), "the cursor is back"
    assert bytes(shown).endswith(f"imgscope: stopped by {number.name}\r\n".encode())
    assert b"Traceback" not in shown


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ENOUGH_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def test_nohup_is_honoured() -> None:
    """What was started with SIGHUP ignored goes on when its terminal is gone."""
    script = (
        "import os, signal; from imgscope.cli import _process\n"
        "with _process.stopping_on_signals(): os.kill(os.getpid(), signal.SIGHUP)\n"
        "print('went on')"
    )
    command = ["bash", "-c", 'trap "" HUP; exec "$@"', "bash", sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), check=True)
    assert done.stdout == "went on\n"


def test_a_credential_helper_does_not_outlive_imgscope(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    helper = tmp_path / "bin/docker-credential-slow"
    helper.parent.mkdir()
    helper.write_text(f"#!/bin/sh\nexec 3>{alive}\necho up >&3\nexec sleep 60\n")
    helper.chmod(0o755)
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    registry = Registry(auth=Basic(username="me", password="secret"))
    registry.add(image([], listed_platform=False))
    with registry.serve() as host:
        config = f'{{"credHelpers": {{"{host}": "slow"}}}}'
        path = f"{helper.parent}:{os.environ['PATH']}"
        with started("audit", f"{host}/team/app", PATH=path, DOCKER_AUTH_CONFIG=config) as process:
            assert _read(reader) == b"up\n"
            assert ended_by(process, signal.SIGTERM).code == 143
    assert _read(reader) == b"", "nobody has the other side open any more"
    os.close(reader)


def _read(handle: int) -> bytes:
    """What comes next, nothing once the other side is closed."""
    assert select.select([handle], [], [], ENOUGH_SECONDS)[0], "it stays silent"
    return os.read(handle, 100)


def test_a_run_in_this_process_leaves_its_signals_as_they_were() -> None:
    before = [signal.getsignal(number) for number in _CODES]
    assert run("--version").code == 0
    assert [signal.getsignal(number) for number in _CODES] == before
