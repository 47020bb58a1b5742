"""imgscope as a process: pipes that close, Ctrl-C, and locales that cannot show everything."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, layer

COMMAND = [sys.executable, "-m", "imgscope"]
_ENOUGH_SECONDS = 10


def test_output_that_nobody_reads_to_its_end_ends_quietly(tmp_path: Path) -> None:
    built = image([], config={"Env": [f"NAME_{number}={'x' * 200}" for number in range(5000)]}, listed_platform=False)
    path = write_oci_layout(tmp_path / "layout", {"latest": built})
    with subprocess.Popen(
        [*COMMAND, str(path), "-o", "json", "--quiet"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"{\n"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.parametrize("arguments", [["--help"], ["rules"], ["schema"], ["nginx", "--help"]])
def test_help_that_nobody_reads_ends_quietly(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*COMMAND, *arguments], stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_terminal_that_can_do_nothing_gets_the_text_report(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"latest": image([layer(file("a", "x"))], listed_platform=False)})
    primary, secondary = os.openpty()
    environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1"}
    done = subprocess.run(
        [*COMMAND, str(path), "--quiet"],
        stdin=secondary,
        stdout=secondary,
        env=environment,
        timeout=_ENOUGH_SECONDS,
        check=False,
    )
    os.close(secondary)
    shown = os.read(primary, 65536)
    os.close(primary)
    assert done.returncode == 0
    assert b"Findings" in shown
    assert b"\x1b" not in shown


def test_C72_the_JSON_is_UTF_8_and_the_text_is_readable_whatever_the_locale_says(tmp_path: Path) -> None:
    built = image(
        [layer(file("var/cache/apk/ünïcödé-文字", "x"))], config={"Labels": {"a": "→"}}, listed_platform=False
    )
    path = write_oci_layout(tmp_path / "layout", {"latest": built})
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run([*COMMAND, str(path), "-o", "json"], env=environment, capture_output=True, check=True)
    assert json.loads(done.stdout)["image"]["config"]["labels"] == {"a": "→"}
    done = subprocess.run([*COMMAND, str(path)], env=environment, capture_output=True, check=True)
    assert "·" in done.stdout.decode()
    for arguments in (["rules"], ["rules", "metadata-changed-later"], ["--help"]):
        subprocess.run([*COMMAND, *arguments], env=environment, capture_output=True, check=True)


_SILENT_SOURCE = """
import contextlib, sys, threading
from imgscope.sources.base import Source
from tests.support.images import image, layer, file
from tests.support.memory import MemorySource

class Silent(MemorySource):
    @contextlib.contextmanager
    def open_blob(self, *_):
        print("waiting", file=sys.stderr, flush=True)
        threading.Event().wait()
        yield

SOURCE = Source(schemes=("silent",), open=lambda *_: Silent(image([layer(file("a", "a"))])))
"""
_WITH_SILENT_SOURCE = """
import sys
import imgscope.sources
imgscope.sources.__path__.append(sys.argv[1])
from imgscope.cli.main import main
main(sys.argv[2:])
"""


@pytest.mark.parametrize("command", [["silent:x"], ["audit", "silent:x", "silent:y"]])
def test_ctrl_c_ends_within_a_second_though_the_source_says_nothing(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "silent.py").write_text(_SILENT_SOURCE)
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", _WITH_SILENT_SOURCE, str(tmp_path), *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root / "src"), str(root)])},
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            # Two that wait at the same time may say so in one line.
            if "waiting" in line:
                break
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=_ENOUGH_SECONDS)
        finally:
            process.kill()
        took = time.monotonic() - started
    assert process.returncode == 130
    assert out == ""
    # The other image may be found, and waited for, a moment later than the first is waited for.
    of_the_other = ("imgscope: example.com/app:1 linux/", "waiting")
    assert [line for line in err.splitlines() if line and not line.startswith(of_the_other)] == []
    assert took < 1
