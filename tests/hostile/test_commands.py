"""Every command on every hostile image, and what they write to: nothing but what the user named, and the cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from imgscope import discovery
from tests.faults.running import environment
from tests.hostile.case import SOUND, Case, layout
from tests.hostile.corpus import CASES
from tests.hostile.test_corpus import assert_sound
from tests.support.command_line import Run, run

__all__ = ["run"]

pytestmark = pytest.mark.corpus

Lines = Callable[[str, str], list[list[str]]]

COMMANDS: Final[dict[str, Lines]] = {
    "image": lambda image, _: [[image, "--verbose"], [image, "--platform", "list"]],
    "audit": lambda image, _: [["audit", image, "--fail-on", "none"]],
    "compare": lambda image, sound: [["compare", image, sound], ["compare", sound, image, "-o", "json"]],
    "diff": lambda image, sound: [["diff", image, sound], ["diff", sound, image, "-o", "json"]],
    "ls": lambda image, _: [["ls", image], ["ls", image, "/etc"], ["ls", image, "/../x\x1b[31m"]],
    "cat": lambda image, _: [["cat", image, "/etc/os-release"], ["cat", image, "/self"]],
    "why": lambda image, _: [["why", image, "/etc/os-release"], ["why", image, "/x\x1b[31m"]],
    "tags": lambda image, _: [["tags", image]],
    "doctor": lambda image, _: [["doctor", image]],
    "rules": lambda image, _: [["rules", image]],
    "schema": lambda image, _: [["schema", image]],
    # It reads nothing until a browser asks, and does not end by itself.
    "serve": lambda image, _: [["serve", image, "--port", "0"]],
    "cache": lambda image, _: [["cache", image], ["cache", "info"]],
}
"""What each command is run with on an image, and on a sound one beside it."""

PRINTS_BYTES: Final = ("cat",)
"""Commands that write what a file holds, as it is."""


def commands() -> list[str]:
    """All commands that there are."""
    return [name for name in discovery.module_names("imgscope.cli") if name != "main"]


def test_every_command_is_run_on_hostile_images() -> None:
    assert set(commands()) <= set(COMMANDS)


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_C70_every_command_ends_in_a_sentence(case: Case, run: Run, tmp_path: Path) -> None:
    image, sound = case.make(tmp_path / "image"), layout(tmp_path / "sound", SOUND)
    for name in commands():
        for line in COMMANDS[name](image, sound):
            ended = run(*line)
            if name in PRINTS_BYTES:
                ended = type(ended)(code=ended.code, out="", err=ended.err)
            assert_sound(ended)
            assert ended.code in (0, 1) or ended.err, line
            if name in ("image", "compare", "audit") and "list" not in line:
                assert ended.code == (0 if case.exit_code == 1 else case.exit_code), (line, ended.err)


_WATCHED: Final = """
import json, os, sys
allowed = [os.path.realpath(each) for each in sys.argv[1].split(os.pathsep)]
def watch(event, arguments):
    writes = event == "open" and (
        isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
        or isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    )
    if writes or event in ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.mkfifo"):
        for path in arguments[:2] if event in ("os.rename", "os.link", "os.symlink") else arguments[:1]:
            if isinstance(path, (str, bytes)) and os.fsdecode(path) != os.devnull:
                place = os.path.realpath(os.fsdecode(path))
                if not any(place == each or place.startswith(each + os.sep) for each in allowed):
                    os.write(2, f"WROTE {event} {path!r}\\n".encode())
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.startfile", "pty.spawn"):
        os.write(2, f"RAN {arguments!r}\\n".encode())
sys.dont_write_bytecode = True
sys.addaudithook(watch)
from imgscope.cli.main import main
for line in json.loads(sys.argv[2]):
    try:
        main(line)
    except SystemExit:
        pass
"""


@pytest.mark.parametrize(
    "name",
    ["entries that climb", "entries that are absolute", "symlinks in circles", "saved image that climbs",
     "release file that is a program", "files that are directories"],
)  # fmt: skip
def test_C68_nothing_is_written_where_an_image_says_and_nothing_of_it_is_run(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    image, sound = case.make(tmp_path / "image"), layout(tmp_path / "sound", SOUND)
    place, cache = tmp_path / "place", tmp_path / "cache"
    (place / "reports").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    lines = [
        line
        for each in ("image", "compare", "diff", "ls", "cat")
        if each in commands()
        for line in COMMANDS[each](image, sound)
    ]
    lines.append(
        ["audit", image, "-o", f"json={place / 'reports' / 'r.json'}", "-o", f"html={place / 'reports' / 'r.html'}"]
    )
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED, os.pathsep.join([str(place / "reports"), str(cache)]), json.dumps(lines)],
        cwd=place,
        env=environment(XDG_CACHE_HOME=str(cache), TMPDIR=str(place)),
        capture_output=True,
        check=True,
    )
    assert b"WROTE" not in done.stderr, done.stderr
    assert b"RAN" not in done.stderr, done.stderr
    left = {path for path in tmp_path.rglob("*") if path not in before and cache not in (path, *path.parents)}
    assert left <= {place / "reports" / "r.json", place / "reports" / "r.html"}
    assert not Path("/tmp/owned").exists()
