"""Writing a file of an image to where the user says."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import SourceError, UsageError
from imgscope.text import UNSAFE
from imgscope.tui.saving import TargetExists, save, suggested_name, target_of


def list_of(directory: Path) -> list[str]:
    """The names of what is in `directory`."""
    return [path.name for path in directory.iterdir()]


def test_all_bytes_are_written_and_counted(tmp_path: Path) -> None:
    target = tmp_path / "saved"
    assert save([b"ab", b"", b"c\0"], target) == 4
    assert target.read_bytes() == b"abc\0"
    assert list_of(tmp_path) == ["saved"]


def test_nothing_that_is_saved_can_be_run(tmp_path: Path) -> None:
    save([b"#!/bin/sh"], tmp_path / "saved")
    assert not stat.S_IMODE((tmp_path / "saved").stat().st_mode) & 0o7111


def test_what_exists_is_replaced_only_when_that_was_said(tmp_path: Path) -> None:
    target = tmp_path / "saved"
    target.write_bytes(b"mine")
    with pytest.raises(TargetExists, match="saved exists") as raised:
        save([b"theirs"], target)
    assert raised.value.hint == "press enter again to replace it"
    assert target.read_bytes() == b"mine"
    save([b"theirs"], target, replace=True)
    assert target.read_bytes() == b"theirs"


def test_a_file_that_comes_up_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "saved"

    def chunks() -> Iterator[bytes]:
        yield b"theirs"
        target.write_bytes(b"mine")

    with pytest.raises(TargetExists):
        save(chunks(), target)
    assert target.read_bytes() == b"mine"
    assert list_of(tmp_path) == ["saved"]


def test_C68_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_bytes(b"mine")
    link = tmp_path / "link"
    link.symlink_to("precious")
    with pytest.raises(TargetExists):
        save([b"theirs"], link)
    save([b"theirs"], link, replace=True)
    assert (tmp_path / "precious").read_bytes() == b"mine"
    assert not link.is_symlink()


def test_C68_a_link_to_nowhere_is_something_that_exists(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("not-there")
    with pytest.raises(TargetExists):
        save([b"theirs"], link)
    assert not (tmp_path / "not-there").exists()


def test_what_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"a"
        raise SourceError("the connection broke")

    with pytest.raises(SourceError, match="the connection broke"):
        save(chunks(), tmp_path / "saved")
    assert not list_of(tmp_path)


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="missing/saved cannot be written: No such file or directory"):
        save([b"a"], tmp_path / "missing" / "saved")


def test_a_directory_is_where_the_file_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert target_of(str(tmp_path), "passwd") == tmp_path / "passwd"
    assert target_of(" ~ ", "passwd") == tmp_path / "passwd"
    assert target_of("~/other", "passwd") == tmp_path / "other"


@pytest.mark.parametrize("written", ["", "  ", "a\0b", "~nobody-of-that-name/x"])
def test_what_is_no_path_is_refused(written: str) -> None:
    with pytest.raises(UsageError, match="no path to save to"):
        target_of(written, "x")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("etc/passwd", "passwd"),
        ("root/.bashrc", "bashrc"),
        ("a/..", "file"),
        ("a/-rf", "rf"),
        ("a/~", "file"),
        ("a/\N{NO-BREAK SPACE}.", "file"),
        ("a/- .b-1.0 c ", "b-1.0 c"),
        ("a/x\x1b[31m\n", "x_x1b[31m_x0a"),
        ("x" * 300, "x" * 120),
    ],
)
def test_C68_the_name_that_is_suggested_does_no_harm(path: str, name: str) -> None:
    assert suggested_name(path) == name


@given(st.text(max_size=50))
def test_C68_C70_whatever_the_image_calls_it_the_suggested_name_stays_in_a_directory(path: str) -> None:
    name = suggested_name(path)
    assert name
    assert not UNSAFE.search(name)
    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith((".", "-", "~"))
    assert Path("/somewhere", name).parent == Path("/somewhere")
