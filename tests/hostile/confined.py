"""Running hostile things in processes of their own, and holding each to its time and memory; see `zygote`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.faults.running import environment

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What something took: bytes of memory above what was there before, seconds of processor and of clock.

    `waited` are the seconds that it would have slept between attempts besides.
    """

    memory: int
    cpu: float
    seconds: float
    waited: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended, what it wrote and what it took."""

    code: int
    out: str
    err: str
    cost: Cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewed:
    """What the terminal UI came to: what it could not do, if anything, its last screen, and what that took."""

    error: str | None
    screen: str
    cost: Cost


class Confined:
    """Runs jobs one after the other, each in a process of its own. To be closed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            env=environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def commands(self, lines: Sequence[Sequence[str]], directory: Path) -> list[Ended]:
        """Run command lines in turn, in `directory`."""
        return _ended(self._job("commands", directory, lines=[list(line) for line in lines]))

    def watched(
        self, lines: Sequence[Sequence[str]], directory: Path, *, allowed: Sequence[Path]
    ) -> tuple[list[Ended], list[str]]:
        """Run command lines in turn, and tell what they wrote outside of `allowed` and which programs they started."""
        places = [str(path) for path in allowed]
        found = self._job("watched", directory, lines=[list(line) for line in lines], allowed=places)
        return _ended(found["ended"]), found["noticed"]

    def views(self, name: str, keys: Sequence[str], directory: Path) -> Viewed:
        """Open the terminal UI on the image `name` and press `keys`, each of whose screens is harmless."""
        found = self._job("views", directory, name=name, keys=list(keys))
        return Viewed(error=found["error"], screen=found["screen"], cost=_cost(found))

    def starts(self, directory: Path) -> Viewed:
        """Open the terminal UI without an image, and go through what it offers, each screen of which is harmless."""
        found = self._job("starts", directory)
        return Viewed(error=found["error"], screen=found["screen"], cost=_cost(found))

    def _job(self, job: str, directory: Path, **arguments: object) -> Any:
        told = {"job": job, "environment": environment(), "directory": str(directory), "arguments": arguments}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "died" not in answer, answer
        assert "raised" not in answer, answer["raised"]
        return answer["returned"]


def _ended(found: list[dict[str, Any]]) -> list[Ended]:
    return [Ended(code=each["code"], out=each["out"], err=each["err"], cost=_cost(each)) for each in found]


def _cost(found: dict[str, Any]) -> Cost:
    return Cost(memory=found["memory"], cpu=found["cpu"], seconds=found["seconds"], waited=found["waited"])
