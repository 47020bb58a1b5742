"""Disks that are full or read-only, users without a home, directories without permission, clocks that jump."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from imgscope import analyze
from imgscope.tui.model.settings import DEFAULT_SETTINGS
from imgscope.tui.user_settings import keep_theme, user_settings
from tests.faults import running
from tests.faults.running import assert_told, environment, unfinished
from tests.support.command_line import Run, run

if sys.platform != "linux":
    pytest.skip("mounts, /proc and limits of Linux", allow_module_level=True)

__all__ = ["run"]


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The current directory of a user whom neither a variable nor the system gives a home."""

    def unknown(_: int) -> NoReturn:
        raise KeyError("uid not found")

    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_user_without_a_home_gets_a_report_and_no_directory_called_tilde(
    run: Run, layout: Path, homeless: Path
) -> None:
    assert run("audit", layout).code == 0
    assert [path.name for path in homeless.iterdir()] == ["layout"]


def test_a_user_without_a_home_has_no_cache_to_show(run: Run, homeless: Path) -> None:
    ended = run("cache", "info")
    assert ended.code == 2
    assert "there is no home directory to keep the cache in" in ended.err
    assert "set HOME or XDG_CACHE_HOME" in ended.err


def test_options_for_a_user_without_a_home_have_no_cache(homeless: Path) -> None:
    assert analyze.make_options(platform=None, jobs=1, insecure_registries=(), cache=True).cache is None


def test_the_terminal_UI_has_its_defaults_for_a_user_without_a_home(homeless: Path) -> None:
    assert user_settings() == DEFAULT_SETTINGS
    assert keep_theme() is None


def test_the_terminal_UI_has_its_defaults_where_the_home_is_no_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("HOME", "/dev/null")
    assert user_settings() == DEFAULT_SETTINGS


def test_a_registry_is_asked_without_a_home(run: Run, homeless: Path) -> None:
    """There are no credentials to look for, and that is no error."""
    ended = run("audit", "127.0.0.1:1/team/app")
    assert ended.code == 3
    assert "127.0.0.1:1" in ended.err
    assert "mistake" not in ended.err


@pytest.mark.integration
@pytest.mark.parametrize("home", ["/proc/nonexistent", ""])
def test_a_home_that_is_not_there_and_cannot_be_made_costs_only_the_cache(
    layout: Path, tmp_path: Path, home: str
) -> None:
    env = environment(HOME=home, XDG_CACHE_HOME=None if home else "/proc/nonexistent")
    ended = running.run("audit", layout, "-o", "json", "--quiet", env=env, cwd=tmp_path)
    assert ended.code == 0
    assert json.loads(ended.out)["complete"] is True


@pytest.mark.integration
@pytest.mark.parametrize("place", ["/proc/imgscope", "/dev/null"])
def test_a_cache_that_cannot_be_written_to_is_a_note(layout: Path, place: str) -> None:
    """Where root may write everywhere, too: /proc is nobody's to write to."""
    ended = running.run("audit", layout, "-o", "json", env=environment(XDG_CACHE_HOME=place))
    assert_told(ended, 0, "note: the cache in", "cannot be written to")
    assert json.loads(ended.out)["complete"] is True


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB, with 4 KiB left."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    mounted = subprocess.run(mounting, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"cannot mount here: {mounted.stderr.strip()}")
    try:
        (disk / "filling").write_bytes(bytes(60 * 1024))
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.integration
def test_a_disk_that_is_full_costs_only_the_cache_and_nothing_half_is_left(layout: Path, full_disk: Path) -> None:
    env = environment(XDG_CACHE_HOME=str(full_disk))
    ended = running.run("audit", layout, "-o", "json", env=env)
    assert_told(ended, 0, "note: the cache in", "cannot be written to: No space left on device")
    assert json.loads(ended.out)["complete"] is True
    assert unfinished(full_disk) == []
    (full_disk / "filling").unlink()
    assert running.run("audit", layout, "-o", "json", env=env).code == 0
    kept = running.run("audit", layout, "-o", "json", env=env)
    assert json.loads(kept.out)["run"]["layersFromCache"] == 2


@pytest.mark.integration
def test_a_report_that_no_longer_fits_the_disk_is_told(layout: Path, full_disk: Path) -> None:
    ended = running.run("audit", layout, "-o", f"html={full_disk}/report.html")
    assert_told(ended, 2, "report.html' cannot be written: No space left on device", "give another path")
    assert not list(full_disk.glob("*report*")), "nothing half is left"
    assert unfinished(full_disk) == []


@pytest.mark.integration
def test_a_report_that_no_longer_fits_leaves_the_one_that_was_there(layout: Path, full_disk: Path) -> None:
    report = full_disk / "report.html"
    report.write_text("of yesterday")
    running.run("audit", layout, "-o", f"html={report}")
    assert report.read_text() == "of yesterday"


@pytest.mark.integration
def test_a_report_to_a_read_only_disk_is_refused_before_anything_is_read(layout: Path, full_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(full_disk)], check=True)
    ended = running.run("audit", layout, "-o", f"json={full_disk}/r.json")
    assert_told(ended, 2, "r.json' cannot be written: the file system is read-only", "give another path")


@pytest.mark.integration
def test_a_disk_that_is_read_only_costs_only_the_cache(layout: Path, full_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(full_disk)], check=True)
    ended = running.run("audit", layout, "-o", "json", env=environment(XDG_CACHE_HOME=str(full_disk)))
    assert_told(ended, 0, "note: the cache in", "cannot be written to: Read-only file system")
    ended = running.run("audit", layout, "-o", f"json={full_disk}/report.json")
    assert_told(ended, 2, "report.json' cannot be written")


@pytest.mark.integration
def test_a_limit_on_the_size_of_files_leaves_no_temporary_file(layout: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    ended = running.run("audit", layout, "-o", f"json={report}", shell='trap "" XFSZ; ulimit -f 1; "$@"')
    assert_told(ended, 2, "report.json' cannot be written: File too large")
    assert unfinished() == []


def test_a_file_of_a_layout_that_cannot_be_read_is_told(run: Run, layout: Path) -> None:
    """Root may read everything; what nobody can read is a directory in place of a file."""
    (layout / "index.json").unlink()
    (layout / "index.json").mkdir()
    ended = run("audit", layout)
    assert ended.code == 3
    assert "index.json in" in ended.err
    assert "is not a regular file" in ended.err


def test_a_clock_that_jumps_changes_no_duration_and_loses_no_entry(
    run: Run, layout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_800_000_000.0]

    def backwards() -> float:
        now[0] -= 365 * 24 * 3600.0
        return now[0]

    monkeypatch.setattr(time, "time", backwards)
    report = run("audit", layout, "-o", "json").document
    assert 0 <= report["run"]["durationSeconds"] < 60
    assert run("audit", layout, "-o", "json").document["run"]["layersFromCache"] == 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become nobody")
@pytest.mark.integration
def test_a_user_who_may_write_nowhere_gets_a_report(tmp_path: Path, layout: Path) -> None:
    """Without a home in the system, too, and in a directory of somebody else."""
    base = Path(tempfile.gettempdir())
    for path in (tmp_path, *(above for above in tmp_path.parents if above != base and above.is_relative_to(base))):
        path.chmod(path.stat().st_mode | 0o055)
    script = 'exec setpriv --reuid 54321 --regid 54321 --clear-groups "$@"'
    env = environment(HOME=None, XDG_CACHE_HOME=None, PYTHONDONTWRITEBYTECODE="1")
    ended = running.run("audit", layout, "-o", "json", shell=script, env=env, cwd=tmp_path)
    assert_told(ended, 0)
    assert json.loads(ended.out)["complete"] is True
    ended = running.run("audit", layout, "-o", "json=report.json", shell=script, env=env, cwd=tmp_path)
    assert_told(ended, 2, "'report.json' cannot be written: permission denied")
