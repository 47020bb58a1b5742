"""The terminal UI in a real terminal, on a real image."""

from __future__ import annotations

import shlex
import sys

import pytest

from tests.integration.conftest import DebianImage
from tests.support.terminal import terminal

pytestmark = pytest.mark.integration

_MODES_OF_A_TUI = ("alternate_on", "mouse_any_flag", "keypad_flag")


def test_the_terminal_ui_shows_the_image_and_leaves_the_terminal_as_it_was(debian: DebianImage) -> None:
    with terminal() as shell:
        before = [shell.state(mode) for mode in _MODES_OF_A_TUI]
        shell.enter(f"{shlex.quote(sys.executable)} -m imgscope {debian.reference}; echo ended with $?.")
        shell.wait_for("Debian GNU/Linux 12", "apt-get install", "glibc 2.36")
        assert shell.state("alternate_on") == "1"
        shell.press("q")
        screen = shell.wait_for("ended with 0.")
        assert [shell.state(mode) for mode in _MODES_OF_A_TUI] == before
        assert "Traceback" not in screen
        assert shell.state("cursor_flag") == "1"
