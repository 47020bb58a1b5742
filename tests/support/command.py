"""Running imgscope as people do: as a program of its own, without a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_ENOUGH_SECONDS = 120
# As `python -m imgscope`, but for the configuration files of this machine.
_RUN = """
import pathlib, runpy
from imgscope.sources.registry.configuration import files
files.SYSTEM = pathlib.Path("/nonexistent")
runpy.run_module("imgscope", run_name="__main__", alter_sys=True)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run of imgscope ended and what it wrote."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def document(self) -> Any:
        """The JSON on stdout."""
        return json.loads(self.stdout)

    @property
    def errors(self) -> list[str]:
        """The sentences on stderr, without hints."""
        return [line for line in self.stderr.splitlines() if not line.startswith("  hint: ")]


def imgscope(*arguments: str, env: Mapping[str, str] | None = None) -> Ended:
    """Run the command line with `arguments`."""
    done = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments],
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_ENOUGH_SECONDS,
        check=False,
    )
    return Ended(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)
