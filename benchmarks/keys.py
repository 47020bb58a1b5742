"""How soon the terminal UI answers keys in an image of half a million files.

    python -m benchmarks.keys DIRECTORY

Runs `imgscope` in a terminal of 160 columns and 48 lines, as a user does, and looks at what it writes there: how long
it takes to the first paint and to the files, and from each key to the first thing that is drawn anew because of it.
Builds the image in DIRECTORY (`benchmarks/many_files.py`) unless it is there. Run it once before to fill the cache.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.many_files import build

_PATIENCE_SECONDS: Final = 120
_QUIET_SECONDS: Final = 0.15
_MOST_SECONDS_TO_ANSWER: Final = 10
_KEYS: Final = {
    "down": b"\x1b[B",
    "up": b"\x1b[A",
    "page down": b"\x1b[6~",
    "page up": b"\x1b[5~",
    "end": b"\x1b[F",
    "home": b"\x1b[H",
    "enter": b"\r",
    "escape": b"\x1b",
}


@dataclass(slots=True)
class Screen:
    """A terminal with a program in it. `answers` are the seconds to the first answer by what was pressed."""

    terminal: int
    process: int
    answers: dict[str, list[float]] = field(default_factory=dict)

    def read(self, seconds: float) -> bytes:
        """Return what is written within `seconds`, at once when there is something."""
        readable, _, _ = select.select([self.terminal], [], [], seconds)
        return os.read(self.terminal, 1 << 20) if readable else b""

    def wait_for(self, text: str) -> float:
        """Return after how many seconds `text` was written."""
        start, seen = time.perf_counter(), b""
        while text.encode() not in seen:
            seen = seen[-1000:] + self.read(1)
            if time.perf_counter() - start > _PATIENCE_SECONDS:
                raise TimeoutError(f"{text!r} is not shown")
        return time.perf_counter() - start

    def settle(self) -> None:
        """Wait until nothing is written for a while."""
        while self.read(_QUIET_SECONDS):
            pass

    def press(self, key: str, title: str | None = None, *, times: int = 1) -> None:
        """Press `key`, a name or a character, and note under `title` how soon each time something was drawn."""
        for _ in range(times):
            self.settle()
            start, queued = time.perf_counter(), self._queued()
            os.write(self.terminal, _KEYS.get(key, key.encode()))
            if not self.read(_MOST_SECONDS_TO_ANSWER):
                raise TimeoutError(f"{key} is not answered")
            # What other programs took from it is no business of this one.
            answer = time.perf_counter() - start - (self._queued() - queued)
            self.answers.setdefault(title or key, []).append(answer)

    def _queued(self) -> float:
        """Return for how many seconds the program and this one could have worked and had no processor to do it on."""
        files = (f"/proc/{self.process}/schedstat", "/proc/self/schedstat")
        return sum(int(Path(file).read_text(encoding="ascii").split()[1]) for file in files) / 1e9

    def memory(self) -> int:
        """Return the bytes of memory that the program has."""
        pages = Path(f"/proc/{self.process}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def running(*command: str) -> Iterator[Screen]:
    """Give a terminal in which `command` runs, and end it at last."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 48, 160, 0, 0))
    try:
        yield Screen(terminal, process)
    finally:
        os.write(terminal, b"\x03")
        os.close(terminal)
        os.waitpid(process, 0)


def walk(screen: Screen) -> None:
    """Press the keys that somebody presses who looks around among the files."""
    for _ in range(3):
        screen.press("enter", "open or close a directory")
        screen.press("down")
    screen.press("enter", "open or close a directory", times=20)
    screen.press("down", times=60)
    screen.press("page down", times=20)
    screen.press("page up", times=20)
    for _ in range(10):
        screen.press("end", "end, home")
        screen.press("home", "end, home")


def measure(screen: Screen) -> dict[str, float]:
    """Return the seconds that what takes longer took; the answers to keys are left in `screen`."""
    took = {"first paint": screen.wait_for("compressed")}
    screen.press("2")
    took["files on screen"] = took["first paint"] + screen.wait_for("whole image")
    walk(screen)
    for number, character in enumerate("/module12"):
        screen.press(character, "type in the filter" if number else "/")
    took["filtered after the last character"] = screen.wait_for("matches")
    screen.press("enter")
    screen.press("down", "down, filtered", times=30)
    screen.press("escape")
    screen.press("home")
    screen.press("e", "open all")
    took["all directories opened"] = screen.wait_for("by size")
    screen.press("down", "down, all open", times=60)
    screen.press("page down", "page down, all open", times=20)
    for _ in range(5):
        screen.press("end", "end, home, all open")
        screen.press("home", "end, home, all open")
    screen.press("enter", "close and open a directory of 250,000 files", times=4)
    screen.press("t")
    took["what a layer of 300,000 files did"] = screen.wait_for("added")
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", type=Path)
    layout = build(parser.parse_args().directory)
    with running(str(Path(sys.executable).with_name("imgscope")), f"oci:{layout}:many") as screen:
        took = measure(screen)
        memory = screen.memory()
    print("| what | seconds |\n|---|---|")
    for what, seconds in took.items():
        print(f"| {what} | {seconds:.2f} |")
    print(f"| memory at the end | {memory / 2**20:.0f} MiB |\n")
    print("| key | times | median | p95 | longest |\n|---|---|---|---|---|")
    for key, answers in screen.answers.items():
        sorted_answers = sorted(answers)
        p95 = sorted_answers[min(int(len(answers) * 0.95), len(answers) - 1)]
        figures = (statistics.median(answers), p95, max(answers))
        print(f"| {key} | {len(answers)} | {' | '.join(f'{1000 * each:.0f} ms' for each in figures)} |")


if __name__ == "__main__":
    main()
