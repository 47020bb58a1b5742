from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from imgscope.whole_files import make_directory, write_whole


def test_a_file_is_written_in_place_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_whole(path, b"first")
    write_whole(path, b"second")
    assert path.read_bytes() == b"second"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_has_the_mode_that_it_is_given(tmp_path: Path) -> None:
    write_whole(tmp_path / "file", b"content", mode=0o644)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o644


def test_a_file_that_cannot_take_its_place_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "directory"
    (path / "kept").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        write_whole(path, b"content")
    assert sorted(each.name for each in tmp_path.rglob("*")) == ["directory", "kept"]


def test_directories_are_made_for_their_owner_alone_and_those_that_are_there_stay_as_they_are(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_directory(tmp_path / "one" / "two")
    make_directory(tmp_path / "one" / "two")
    assert [stat.S_IMODE(each.stat().st_mode) for each in (tmp_path, *sorted(tmp_path.rglob("*")))] == [
        0o755,
        0o700,
        0o700,
    ]


def test_no_directory_is_made_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="file"):
        make_directory(tmp_path / "file" / "below")


def test_what_a_thread_was_writing_is_gone_with_the_process(tmp_path: Path) -> None:
    """The thread that writes an entry of the cache does not get to tidy up."""
    script = """
import pathlib, sys, threading
from imgscope import whole_files
at_work, never = threading.Event(), threading.Event()
def stuck(*_):
    at_work.set()
    never.wait()
pathlib.Path.replace = stuck
directory = pathlib.Path(sys.argv[1])
threading.Thread(target=whole_files.write_whole, args=(directory / "entry", b"content"), daemon=True).start()
at_work.wait()
assert list(directory.iterdir()), "there is a temporary file"
"""
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    assert list(tmp_path.iterdir()) == []
