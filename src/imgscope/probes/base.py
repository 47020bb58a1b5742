"""What a probe is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from imgscope.facts import Fact
from imgscope.filesystem.tree import FileTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Finds facts in a stacked image.

    `wants` are the path globs whose contents the single pass over the layers keeps for it (see `layer.wants`).
    `find` yields facts; it may leave any out, and what it raises is shown as a failure of this probe alone.
    """

    name: str
    wants: tuple[str, ...]
    find: Callable[[FileTree], Iterator[Fact]]
