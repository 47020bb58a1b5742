"""Limits of the configuration file hold for every command that reads images."""

from __future__ import annotations

from pathlib import Path

import pytest

from imgscope.tui import web
from tests.support.command_line import Run


@pytest.fixture
def strict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current directory whose configuration file lets an image have one entry."""
    (tmp_path / "imgscope.toml").write_text("[limits]\nentry-count = 1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_K_a_limit_of_the_configuration_file_holds_and_is_named(run: Run, layout: Path, strict: Path) -> None:
    ended = run("audit", layout, "-o", "json")
    assert ended.code == 3
    assert ended.document["complete"] is False
    assert "more than the 1 entries that are read" in ended.err


def test_K_a_limit_raised_again_reads_all_of_it(run: Run, layout: Path, strict: Path) -> None:
    generous = strict / "generous.toml"
    generous.write_text("[limits]\nentry-count = 100\n")
    assert run("audit", layout, "-o", "json", "--config", generous).document["complete"] is True


def test_a_limit_that_there_is_not_is_refused_before_anything_is_read(
    run: Run, layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "imgscope.toml").write_text("[limits]\nentries = 1\n")
    (tmp_path / "images.txt").write_text(f"{layout}\n")
    monkeypatch.chdir(tmp_path)
    served: list[object] = []
    monkeypatch.setattr(web, "serve", lambda *arguments, **_: served.append(arguments))
    for arguments in (
        ["audit", layout],
        ["audit", "--image-list", "images.txt"],
        [layout, "--no-tui"],
        [layout, "--platform", "list"],
        ["serve", layout],
        ["compare", layout, layout],
        ["tags", "example.com/x"],
        ["ls", layout],
        ["cat", layout, "a"],
        ["why", layout, "a"],
        ["diff", layout, layout],
        ["doctor"],
    ):
        ended = run(*arguments)
        assert ended.code == 2
        assert "there is no key 'entries' in [limits]" in ended.err
    assert not served


def test_a_smaller_document_limit_refuses_a_manifest(
    run: Run, layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "imgscope.toml").write_text("[limits]\ndocument-size = 100\n")
    monkeypatch.chdir(tmp_path)
    ended = run("audit", layout)
    assert ended.code == 3
    assert "at most 100 are read" in ended.err


def test_a_layer_read_with_smaller_limits_is_read_anew_with_larger_ones(
    run: Run, layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the cache holds was read within limits: a file that was too large then is not too large now."""
    monkeypatch.chdir(tmp_path)
    configuration = tmp_path / "imgscope.toml"
    configuration.write_text("[limits]\ncaptured-file-size = 3\nreduced-file-size = 3\n")
    assert run("audit", layout, "-o", "json").document["distro"]["id"] == "unknown"
    configuration.unlink()
    assert run("audit", layout, "-o", "json").document["distro"]["id"] == "debian"
