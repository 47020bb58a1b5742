"""What commands write to, whatever an image says: nothing but what the user named, and the cache."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.faults.running import environment
from tests.hostile.case import SOUND, layout
from tests.hostile.corpus import CASES
from tests.hostile.lines import COMMANDS, commands

pytestmark = pytest.mark.corpus


def test_every_command_is_run_on_hostile_images() -> None:
    assert set(commands()) <= set(COMMANDS)


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
