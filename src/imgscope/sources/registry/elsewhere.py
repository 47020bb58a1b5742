"""An image whose registry may say no while an engine on this machine has it: then the hint says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from imgscope.errors import SourceError

FindElsewhere = Callable[[], str | None]
"""Gives what to add to the hint, if anything."""


def nowhere() -> None:
    """Find nothing."""
    return


@contextmanager
def hinting(find: FindElsewhere) -> Iterator[None]:
    """Add what `find` gives to the hint of a `SourceError` that passes."""
    try:
        yield
    except SourceError as error:
        error.hint = "; ".join(filter(None, (error.hint, find()))) or None
        raise
