"""A root made of Debian's and PyPI's packages, unpacked on disk to ask its own loader what it would do."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.programs import require, require_root

_FOUND = re.compile(r"^\t(\S+) => (not found|/\S+)", re.MULTILINE)
_ENOUGH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Chroot:
    """The directory of a root."""

    directory: Path

    @classmethod
    def unpack(cls, archive: Path, directory: Path) -> Chroot:
        """Unpack the tar `archive` into `directory`, which is made. Skips the test where that cannot be done."""
        require("tar")
        require_root()
        directory.mkdir()
        subprocess.run(["tar", "-C", str(directory), "-xf", str(archive)], check=True)
        return cls(directory)

    def archive(self) -> bytes:
        """Return the root as a tar archive."""
        command = ["tar", "-C", str(self.directory), "-cf", "-", "."]
        return subprocess.run(command, check=True, capture_output=True).stdout

    def add(self, path: str, content: bytes) -> None:
        """Write a program or library."""
        target = self.directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o755)

    def run(self, *command: str) -> str:
        """Run a program of the root in it, with an empty environment, and return all that it says."""
        done = subprocess.run(
            ["chroot", str(self.directory), *command],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_ENOUGH_SECONDS,
            text=True,
            errors="replace",
            check=False,
        )
        return done.stdout

    def libraries(self, interpreter: str, program: str) -> dict[str, str]:
        """Return where the loader of glibc finds each library of `program`, or "not found"."""
        # As ldd does it: with --list, the loader would say no more after the first library that it does not find.
        traced = self.run("/usr/bin/env", "LD_TRACE_LOADED_OBJECTS=1", interpreter, f"/{program}")
        return dict(_FOUND.findall(traced))
