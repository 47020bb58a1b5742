"""Where reports go, and what is checked before anything is fetched."""

from __future__ import annotations

import errno
import json
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import pytest

from imgscope.cli._output import options_for_stdout
from imgscope.render import formats
from tests.support.command_line import Run
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, index, layer
from tests.support.registry import Registry

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def test_one_run_writes_several_reports(run: Run, layout: Path, tmp_path: Path) -> None:
    ended = run(
        "audit", layout, "-o", f"json={tmp_path / 'r.json'}", "-o", "text=-", "--output", f"text={tmp_path / 'r.txt'}"
    )
    assert ended.code == 0
    assert json.loads((tmp_path / "r.json").read_text())["distro"]["id"] == "debian"
    assert (tmp_path / "r.txt").read_text() == ended.out


def test_without_o_the_text_goes_to_stdout_and_progress_to_stderr(run: Run, layout: Path) -> None:
    ended = run(layout)
    assert "Findings" in ended.out
    assert "imgscope:" not in ended.out
    assert "imgscope: layer 0: " in ended.err


@pytest.mark.parametrize("command", [["audit"], []])
def test_quiet_leaves_stderr_empty(run: Run, layout: Path, command: list[str]) -> None:
    assert run(*command, layout, "--quiet").err == ""


def test_an_unknown_format_is_refused_with_those_there_are(run: Run) -> None:
    ended = run("audit", "nginx", "-o", "jsno=r.json")
    assert ended.code == 2
    there_are = ", ".join(formats())
    assert ended.err == (
        f"imgscope: there is no output format 'jsno'\n  hint: did you mean json? There are: {there_are}\n"
    )


@pytest.mark.parametrize("output", ["base", "schema", "_private", "JSON", ""])
def test_what_is_no_format_though_a_file_of_that_name_exists_is_refused(run: Run, output: str) -> None:
    ended = run("audit", "nginx", "-o", output)
    assert ended.code == 2
    assert "there is no output format" in ended.err


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("missing/r.json", "there is no directory"),
        ("layout", "it is a directory"),
        ("layout/oci-layout/r.json", "there is no directory"),
        ("n" * 300, "File name too long"),
        ("loop", "Too many levels of symbolic links"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_fetched(
    run: Run, layout: Path, path: str, reason: str
) -> None:
    (layout.parent / "loop").symlink_to("loop")
    with (registry := Registry()).serve() as host:
        ended = run("audit", f"{host}/team/app", "--insecure-registry", host, "-o", f"json={layout.parent / path}")
    assert ended.code == 2
    assert registry.requests == []
    assert reason in ended.err
    assert "hint: give another path" in ended.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_may_not_be_written_to_is_refused(run: Run, tmp_path: Path) -> None:
    for mode in (0o500, 0o600):
        tmp_path.chmod(mode)
        assert "permission denied" in run("audit", "nginx", "-o", f"json={tmp_path / 'r.json'}").err


def test_a_disk_that_is_full_is_told_in_a_sentence(run: Run, layout: Path) -> None:
    ended = run("audit", layout, "-o", "json=/dev/full")
    assert ended.code == 2
    assert "'/dev/full' cannot be written: No space left on device" in ended.err


def test_a_path_that_was_left_empty_is_refused(run: Run, layout: Path) -> None:
    ended = run("audit", layout, "-o", "json=")
    assert ended.code == 2
    assert "names no file" in ended.err


@pytest.mark.parametrize(("first", "second"), [("text", "json=-"), ("json=r.json", "text=./r.json")])
def test_two_reports_in_one_place_are_refused(run: Run, layout: Path, first: str, second: str) -> None:
    ended = run("audit", layout, "-o", first, "-o", second)
    assert ended.code == 2
    assert "two reports cannot both go to" in ended.err


def test_a_platform_that_another_stands_in_for_is_said_even_to_the_quiet(run: Run, tmp_path: Path) -> None:
    built = image([layer(file("a", "a"))], platform="linux/386")

    path = write_oci_layout(tmp_path / "layout", {"latest": index(built, built)})
    ended = run("audit", path, "--platform", "linux/amd64", "--quiet")
    assert ended.code == 0
    assert ended.err == "imgscope: note: there is no image for linux/amd64: showing the one for linux/386\n"


@pytest.mark.parametrize(
    ("settings", "color"),
    [
        ({}, False),
        ({"CLICOLOR_FORCE": "1"}, True),
        ({"CLICOLOR_FORCE": "0"}, False),
        ({"CLICOLOR_FORCE": ""}, False),
        ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, False),
        ({"CLICOLOR_FORCE": "1", "NO_COLOR": ""}, True),
        ({"FORCE_COLOR": "1"}, False),
        ({"CLICOLOR_FORCE": "1", "TERM": "dumb"}, True),
    ],
)
def test_without_a_terminal_colour_is_for_those_who_ask_and_the_width_is_80(
    run: Run, layout: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], color: bool
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    out = run(layout).out
    assert bool(ANSI.search(out)) is color
    assert max(map(len, ANSI.sub("", out).splitlines())) <= 80


def test_a_terminal_gets_colour_and_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    primary, secondary = os.openpty()
    with os.fdopen(primary, "rb"), os.fdopen(secondary, "w") as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.setenv("COLUMNS", "132")
        options = options_for_stdout()
        assert (options.width, options.color) == (132, True)
        monkeypatch.setenv("NO_COLOR", "1")
        assert not options_for_stdout().color


def test_verbose_cuts_nothing_short(run: Run, tmp_path: Path) -> None:
    names = [f"var/cache/apk/{'x' * 40}-{number:02}" for number in range(20)]
    lower = [file(f"deleted-{number:02}-{'y' * 60}", "z" * 20_000) for number in range(20)]
    built = image(
        [
            layer(*lower, file("lib/apk/db/installed", "P:musl\nV:1.2.5\n")),
            layer(*(file(f"{each.path}", "other") for each in lower), *(file(name, "x") for name in names)),
        ],
        listed_platform=False,
    )
    path = write_oci_layout(tmp_path / "layout", {"latest": built})
    brief, full = run(path).out, run(path, "--verbose").out
    assert re.search(r"200 kB +all other paths", brief)
    assert "all other paths" not in full
    assert all(each.path in full.replace("\n", "").replace(" ", "") for each in lower)
    assert "Packages" not in brief
    assert re.search(r"Packages\n.*\n.*musl +1\.2\.5", full)


def test_a_report_keeps_the_mode_of_the_file_it_replaces_and_follows_a_link(
    run: Run, layout: Path, tmp_path: Path
) -> None:
    report, link = tmp_path / "report.json", tmp_path / "link.json"
    report.write_text("old")
    report.chmod(0o640)
    link.symlink_to(report)
    assert run("audit", layout, "-o", f"json={link}").code == 0
    assert link.is_symlink()
    assert json.loads(report.read_text())["complete"] is True
    assert report.stat().st_mode & 0o777 == 0o640


def test_a_new_report_is_for_whom_the_umask_says(run: Run, layout: Path, tmp_path: Path) -> None:
    usual = os.umask(0o027)
    try:
        assert run("audit", layout, "-o", f"json={tmp_path / 'report.json'}").code == 0
    finally:
        os.umask(usual)
    assert (tmp_path / "report.json").stat().st_mode & 0o777 == 0o640


def test_a_report_goes_to_a_pipe_that_somebody_reads(run: Run, layout: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as readers:
        read = readers.submit(pipe.read_text)
        assert run("audit", layout, "-o", f"json={pipe}").code == 0
    assert json.loads(read.result())["complete"] is True
    assert pipe.is_fifo()


def test_a_file_that_cannot_be_replaced_is_written_to(
    run: Run, layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that is mounted into a container by itself."""

    def refuse(*_: object) -> NoReturn:
        raise OSError(errno.EBUSY, "Device or resource busy")

    report = tmp_path / "report.json"
    report.write_text("old")
    monkeypatch.setattr(Path, "replace", refuse)
    assert run("audit", layout, "--no-cache", "-o", f"json={report}").code == 0
    assert json.loads(report.read_text())["complete"] is True
    assert not list(tmp_path.glob(".imgscope*"))
