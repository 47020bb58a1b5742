"""Terminals that are odd, narrow or unknown, and locales that cannot show everything: readable, and no traceback."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest

from tests.faults.running import COMMAND, ENOUGH_SECONDS, assert_clean, environment, run
from tests.support.images import BuiltImage, file, image, layer
from tests.support.memory import MemorySource
from tests.tui.stage import press, screen_text, shown

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux", reason="pseudo-terminals and locales of Linux"),
]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def on_terminal(
    *arguments: str | Path, columns: int, lines: int = 24, keys: bytes = b"", **changed: str | None
) -> tuple[int, str]:
    """Run imgscope on a terminal of that size, press `keys`, and return the exit code and what it was sent."""
    primary, secondary = os.openpty()
    fcntl.ioctl(secondary, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    sent = bytearray()

    def keep() -> None:
        try:
            while piece := os.read(primary, 65536):
                sent.extend(piece)
                if keys and b"\x1b[?1049h" in sent and len(sent) > 1000:
                    os.write(primary, keys)
        except OSError:
            pass

    reader = threading.Thread(target=keep)
    process = subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=secondary, stdout=secondary, stderr=secondary, env=environment(COLUMNS=None, LINES=None, **changed),
    )  # fmt: skip
    os.close(secondary)
    reader.start()
    try:
        code = process.wait(ENOUGH_SECONDS)
    finally:
        process.kill()
        process.wait()
        reader.join()
        os.close(primary)
    return code, sent.decode(errors="replace")


@pytest.mark.parametrize("term", ["dumb", "", None, "no-such-terminal", "xterm"])
def test_the_report_is_readable_on_any_terminal(layout: Path, term: str | None) -> None:
    code, sent = on_terminal(layout, "--no-tui", columns=80, TERM=term)
    assert code == 0
    assert "Findings" in sent
    assert "Traceback" not in sent
    if term == "dumb":
        assert "\x1b[1m" not in sent


@pytest.mark.parametrize("columns", [1, 10, 1000])
@pytest.mark.parametrize("command", [("--no-tui",), ("--no-tui", "--verbose")])
def test_a_terminal_of_any_width_gets_all_of_the_report(layout: Path, columns: int, command: tuple[str, ...]) -> None:
    code, sent = on_terminal(layout, *command, columns=columns, TERM="xterm", NO_COLOR="1")
    assert code == 0
    assert "Traceback" not in sent
    assert "mistake" not in sent
    assert "Find" in sent.replace("\r\n", "")


@pytest.mark.parametrize("arguments", [("rules",), ("doctor", "127.0.0.1:1"), ("--help",)])
def test_other_commands_are_readable_in_ten_columns(arguments: tuple[str, ...]) -> None:
    code, sent = on_terminal(*arguments, columns=10, TERM="xterm")
    assert code == (3 if arguments[0] == "doctor" else 0)
    assert "Traceback" not in sent
    assert "mistake" not in sent


@pytest.mark.parametrize("term", ["", "no-such-terminal"])
def test_the_terminal_UI_opens_and_closes_on_a_terminal_that_nobody_knows(layout: Path, term: str) -> None:
    code, sent = on_terminal(layout, columns=80, keys=b"q", TERM=term)
    assert code in (0, 3)
    assert "Traceback" not in sent
    assert sent.rfind("\x1b[?1049l") > sent.rfind("\x1b[?1049h")


def _odd() -> BuiltImage:
    return image(
        [layer(file("etc/os-release", "ID=debian\n"), file("a" * 300, "1" * 1000), file("文字" * 60, "2" * 900))]
    )


@pytest.mark.anyio
@pytest.mark.parametrize("size", [(10, 5), (1, 1), (400, 3)])
async def test_the_terminal_UI_has_no_size_at_which_it_breaks(size: tuple[int, int]) -> None:
    async with shown(MemorySource(_odd()), size) as pilot:
        for keys in ("j", "2", "j", "l", "3", "G", "question_mark", "escape", "1"):
            await press(pilot, keys)
            screen_text(pilot)
        assert pilot.app.is_running


@pytest.mark.parametrize("locale", [{"LC_ALL": "C"}, {"LC_ALL": "no_SUCH.locale"}, {"PYTHONIOENCODING": "ascii"}])
def test_errors_are_told_in_any_locale(tmp_path: Path, locale: dict[str, str]) -> None:
    ended = run("audit", f"./größe-{chr(0x6587)}", env=environment(PYTHONUTF8="0", PYTHONCOERCECLOCALE="0", **locale))
    assert ended.code == 2
    assert ended.err.count("imgscope: ") == 1
    assert_clean(ended.err)
