"""The first lines of scripts, which name what runs them: no fact by itself, but rules on commands look there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from imgscope.facts import Fact
from imgscope.filesystem.tree import FileTree
from imgscope.layer.wants import Want
from imgscope.probes.base import Probe

_LONGEST: Final = 256


def first_line(content: bytes) -> bytes:
    """Return the first line of a script, as much of it as Linux reads."""
    return content[:_LONGEST].partition(b"\n")[0]


def _find(_: FileTree) -> Iterator[Fact]:
    return iter(())


PROBE = Probe(name="scripts", wants=(Want(beginning=b"#!", reduce=first_line),), find=_find)
