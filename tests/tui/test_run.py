"""What the command line calls: exit codes, errors, and what is left on stdout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot

from imgscope import tui
from imgscope.analyze import Options, make_options
from imgscope.errors import NotFoundError, UsageError
from imgscope.rules import rules
from imgscope.rules.base import RuleSettings
from imgscope.tui.app import InspectApp
from tests.support.image_files import write_oci_layout
from tests.support.images import BuiltImage, file, image, layer
from tests.tui.stage import app_image, is_over, until

_run = App.run


@pytest.fixture
def _without_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the terminal UI run without a terminal, and quit as soon as the image is read."""

    async def quit_when_read(pilot: Pilot[Any]) -> None:
        app = pilot.app
        assert isinstance(app, InspectApp)
        await until(pilot, lambda: is_over(app))
        await pilot.press("q")

    def run(app: InspectApp, **_: Any) -> None:
        _run(app, headless=True, size=(80, 24), auto_pilot=quit_when_read)

    monkeypatch.setattr(InspectApp, "run", run)


def layout(tmp_path: Path, built: BuiltImage) -> str:
    return f"oci:{write_oci_layout(tmp_path / 'layout', {'latest': built})}"


def options(rules: RuleSettings | None = None) -> Options:
    return make_options(platform="linux/amd64", jobs=4, insecure_registries=(), cache=False, rules=rules)


@pytest.mark.usefixtures("_without_terminal")
def test_three_lines_that_sum_up_the_image_are_left_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reference = layout(tmp_path, app_image())
    assert tui.run(reference, options()) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert reference in first
    assert second == "  linux/amd64 · Debian GNU/Linux 12 (bookworm) · no C library"
    assert third.endswith("compressed · 3.50 MB unpacked · 3.01 kB wasted · 1.50 MB left over")


@pytest.mark.usefixtures("_without_terminal")
def test_rules_that_the_user_disabled_are_not_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = RuleSettings(disabled=frozenset(rule.id for rule in rules()))
    assert tui.run(layout(tmp_path, app_image()), options(rules=settings)) == 0
    assert capsys.readouterr().out.endswith("compressed · 3.50 MB unpacked · 3.01 kB wasted · 0 B left over\n")


@pytest.mark.usefixtures("_without_terminal")
def test_C70_what_is_left_on_stdout_is_safe_to_print(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    built = image([layer(file("etc/os-release", 'ID=x\nPRETTY_NAME="\x1b]0;title\x07"\n'))])
    assert tui.run(layout(tmp_path, built), options()) == 0
    out = capsys.readouterr().out
    assert "\\x1b]0;title\\x07" in out
    assert "\x1b" not in out


@pytest.mark.usefixtures("_without_terminal")
def test_an_incomplete_image_ends_with_3_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    built = app_image()
    reference = layout(tmp_path, built)
    (tmp_path / "layout" / "blobs" / built.layers[1].digest.replace(":", "/")).write_bytes(b"broken")
    assert tui.run(reference, options()) == 3
    assert "INCOMPLETE" in capsys.readouterr().out


@pytest.mark.usefixtures("_without_terminal")
def test_an_image_that_cannot_be_resolved_is_raised_when_the_terminal_is_free(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NotFoundError, match="has no image 'missing'"):
        tui.run(layout(tmp_path, app_image()) + ":missing", options())
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("_without_terminal")
def test_a_path_that_is_no_image_is_raised_too() -> None:
    with pytest.raises(UsageError):
        tui.run("./no/such/layout", options())


def test_importing_the_package_does_not_load_textual() -> None:
    code = "import sys, imgscope.tui; sys.exit('textual' in sys.modules or 'rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
