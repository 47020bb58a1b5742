"""Running the programs that integration tests build on, and skipping where a machine cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

_ENOUGH_SECONDS = 300
_LAST_LINES = 20


def require(*programs: str) -> None:
    """Skip the test, with the reason, where one of `programs` is not installed."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}, not installed here")


def require_root() -> None:
    """Skip the test where this process cannot make the roots of images: not root, or not allowed to mount."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to build images")
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("needs the right to mount, to build images")


def run(*command: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run `command` and return its stdout. Raises `RuntimeError` with the end of its output when it fails."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_ENOUGH_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-_LAST_LINES:])
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{said}")
    return done.stdout
