"""A real terminal to run programs in: a shell in a tmux of its own, read by what its screen shows."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.programs import require, run

_numbers = itertools.count()
_PATIENCE_SECONDS = 60
_BETWEEN_LOOKS_SECONDS = 0.05


class Terminal:
    """A shell in a terminal of 160 columns and 48 lines."""

    def __init__(self) -> None:
        # A server of its own: one that is about to end still has its socket, and takes the next with it.
        name = f"imgscope-tests-{os.getpid()}-{next(_numbers)}"
        self._tmux = ("tmux", "-L", name, "-f", "/dev/null", "-u")

    def open(self) -> None:
        """Start the shell, with a prompt that is only `$`."""
        run(*self._tmux, "new-session", "-d", "-x", "160", "-y", "48", "env PS1='$ ' ENV= /bin/sh")
        self.wait_for("$")

    def close(self) -> None:
        """End the shell and everything that runs in it."""
        run(*self._tmux, "kill-server")

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names, such as `q`, `Enter` or `Down`."""
        run(*self._tmux, "send-keys", *keys)

    def enter(self, line: str) -> None:
        """Type `line` and press Enter."""
        run(*self._tmux, "send-keys", "-l", line)
        self.press("Enter")

    def resize(self, columns: int, lines: int) -> None:
        """Make the terminal larger or smaller."""
        run(*self._tmux, "resize-window", "-x", str(columns), "-y", str(lines))

    def screen(self) -> str:
        """Return what can be read on the screen."""
        return run(*self._tmux, "capture-pane", "-p")

    def state(self, name: str) -> str:
        """Return one of tmux's variables for the pane, such as `alternate_on`."""
        return run(*self._tmux, "display-message", "-p", f"#{{{name}}}").strip()

    def wait_for(self, *texts: str) -> str:
        """Return the screen once it shows all of `texts`. Raises `AssertionError` when it does not within a minute."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            screen = self.screen()
            missing = [text for text in texts if text not in screen]
            if not missing:
                return screen
            if time.monotonic() > deadline:
                raise AssertionError(f"the screen does not show {missing}:\n{screen}")
            time.sleep(_BETWEEN_LOOKS_SECONDS)


@contextmanager
def terminal() -> Iterator[Terminal]:
    """Give a terminal. Skips the test where tmux is not installed."""
    require("tmux")
    opened = Terminal()
    opened.open()
    try:
        yield opened
    finally:
        opened.close()
