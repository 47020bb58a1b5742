"""What a probe is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from imgscope.facts import Fact
from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Finds facts in a stacked image.

    `wants` are the files whose contents are kept for it when layers are read, as globs over any of their paths or,
    where not all of a content is needed or its first bytes tell, as `Want`.
    `find` yields facts; it may leave any out, and what it raises is shown as a failure of this probe alone.
    """

    name: str
    wants: tuple[str | Want, ...]
    find: Callable[[FileTree], Iterator[Fact]]
