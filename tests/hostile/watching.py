"""Noticing what this process writes to files and which programs it starts, by Python's own audit events."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Final

_MADE: Final = ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.mkfifo")
_OF_TWO_PATHS: Final = ("os.rename", "os.link", "os.symlink")
_RAN: Final = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system", "os.startfile", "pty.spawn")
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def watch(allowed: list[str]) -> list[str]:
    """Return a list that gets a line for each write outside of the directories `allowed`, and each program started."""
    noticed: list[str] = []
    places = [os.path.realpath(each) for each in (*allowed, "/proc/self")]
    sys.dont_write_bytecode = True

    def notice(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _RAN:
            noticed.append(f"RAN {event} {arguments!r}")
        if event in _MADE or (event == "open" and _writes(arguments)):
            paths = arguments[: 2 if event in _OF_TWO_PATHS else 1]
            noticed.extend(f"WROTE {event} {path!r}" for path in paths if not _is_below(path, places))

    sys.addaudithook(notice)
    return noticed


def _writes(arguments: tuple[Any, ...]) -> bool:
    _, mode, flags, *_ = (*arguments, None)
    return bool(isinstance(mode, str) and set(mode) & set("wax+")) or bool(isinstance(flags, int) and flags & _WRITING)


def _is_below(path: Any, places: list[str]) -> bool:
    if not isinstance(path, str | bytes) or os.fsdecode(path) == os.devnull:
        return True
    found = Path(os.path.realpath(os.fsdecode(path)))
    return any(found == Path(place) or Path(place) in found.parents for place in places)
