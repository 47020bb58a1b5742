"""A machine and a user of the tests' own, whose configuration files tests write."""

from __future__ import annotations

from pathlib import Path


class Machine:
    """`environ` is what the user's environment has; paths are relative to `/etc` or to the user's `.config`."""

    def __init__(self, directory: Path) -> None:
        self.system = directory / "etc"
        self.home = directory / "home"
        self.environ = {"HOME": str(self.home)}

    def write_system(self, path: str, text: str) -> Path:
        return _write(self.system / path, text)

    def write_user(self, path: str, text: str) -> Path:
        return _write(self.home / ".config" / path, text)


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
