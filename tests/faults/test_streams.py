"""Standard streams that are closed, full, or that nobody reads any more: one sentence, and nothing is corrupted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.running import COMMAND, assert_clean, assert_told, environment, run

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="/dev/full and the shell's >&- are of Linux"),
]


@pytest.mark.parametrize("arguments", [["--no-tui"], ["-o", "json"]])
def test_a_full_disk_under_stdout_is_told(layout: Path, arguments: list[str]) -> None:
    ended = run(layout, *arguments, shell='"$@" >/dev/full')
    assert_told(ended, 2, "stdout cannot be written to: No space left on device", "hint: ")


@pytest.mark.parametrize("arguments", [["rules"], ["cache", "info"], ["--version"]])
def test_a_full_disk_under_the_stdout_of_any_command_is_told(arguments: list[str]) -> None:
    assert_told(run(*arguments, shell='"$@" >/dev/full'), 2, "stdout cannot be written to")


def test_a_full_disk_under_a_report_is_told(layout: Path) -> None:
    ended = run("audit", layout, "-o", "json=/dev/full")
    assert_told(ended, 2, "the report '/dev/full' cannot be written: No space left on device")


def test_a_closed_stdout_is_told(layout: Path) -> None:
    assert_told(run("audit", layout, shell='"$@" >&-'), 2, "stdout cannot be written to: Bad file descriptor")


def test_a_closed_stdout_does_not_matter_where_the_report_goes_to_a_file(layout: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    assert_told(run("audit", layout, "-o", f"json={report}", shell='"$@" >&-'), 0)
    assert json.loads(report.read_text())["complete"] is True


@pytest.mark.parametrize("shell", ['"$@" 2>&-', '"$@" <&- 2>/dev/full'])
def test_the_report_is_written_though_nobody_can_be_told_of_progress(layout: Path, shell: str) -> None:
    ended = run("audit", layout, "-o", "json", shell=shell)
    assert ended.code == 0
    assert json.loads(ended.out)["complete"] is True


@pytest.mark.parametrize("shell", ['"$@" 2>&-', '"$@" 2>/dev/full'])
def test_the_exit_code_tells_of_an_error_that_cannot_be_told(shell: str) -> None:
    ended = run("audit", "./nothing/here", shell=shell)
    assert (ended.code, ended.out) == (2, "")


def test_no_file_takes_the_place_of_a_closed_stream(layout: Path) -> None:
    """The first file that is opened would be stdout, and get what is printed."""
    assert run("audit", layout, shell='"$@" <&- >&- 2>&-').code == 2
    cached = list(Path(os.environ["XDG_CACHE_HOME"]).rglob("*.layer"))
    assert len(cached) == 2
    assert not any(b"Findings" in path.read_bytes() or b"hint" in path.read_bytes() for path in cached)


def test_head_may_have_seen_enough(layout: Path) -> None:
    ended = run(layout, "-o", "json", shell='"$@" | head -n 1; exit ${PIPESTATUS[0]}')
    # A short report may fit the pipe before head ends.
    assert ended.code in (0, 141)
    assert ended.out == "{\n"
    assert_clean(ended.err)


def test_a_pipe_under_stderr_that_nobody_reads_costs_nothing(layout: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [*COMMAND, "audit", str(layout), "-o", "json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=writer, env=environment(), check=False)
    os.close(writer)
    assert done.returncode == 0
    assert json.loads(done.stdout)["complete"] is True
