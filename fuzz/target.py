"""What a target is, where its inputs are, and how one input is run."""

from __future__ import annotations

import importlib
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Final

from imgscope import discovery

TARGETS: Final = "fuzz.targets"
DIRECTORY: Final = Path(__file__).parent
LONGEST_CPU_SECONDS: Final = 1.0
"""What one input may take at most, with the coverage of atheris measured; most take a thousandth of it."""


class TooSlowError(BaseException):
    """An input takes too long. Nothing that guards against crashes catches it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`run` raises nothing for any bytes; `seeds` gives good inputs by name."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Mapping[str, bytes]]

    def kept(self, directory: Path = DIRECTORY) -> Iterator[Path]:
        """Yield the files of inputs that are kept in `directory`: seeds, and what was found."""
        for kind in ("seeds", "found"):
            yield from sorted((directory / kind / self.name).glob("*"))


def names(package: str = TARGETS) -> list[str]:
    """Return the names of all targets in `package`, without loading them."""
    return discovery.module_names(package)


def load(name: str, package: str = TARGETS) -> Target:
    """Return the target called `name`."""
    module = importlib.import_module(f"{package}.{name}")
    return Target(name=name, run=module.target, seeds=module.seeds)


def run(target: Target, data: bytes) -> None:
    """Run `target` on `data`. Whatever it raises is a finding; `TooSlowError` after some seconds of CPU time."""
    with _within(LONGEST_CPU_SECONDS):
        target.run(data)


@contextmanager
def _within(seconds: float) -> Iterator[None]:
    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise TooSlowError(f"takes more than {seconds:g} seconds")

    before = signal.signal(signal.SIGPROF, interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
