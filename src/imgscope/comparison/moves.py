"""Moving one image to each of several others as its base, while these are being inspected."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, wait
from typing import Final

from imgscope.analyze import Inspection
from imgscope.comparison.base import Base, base_of
from imgscope.comparison.breaks import breaks_of
from imgscope.comparison.data import Break, CurrentBase, Move, Moves
from imgscope.errors import Cancelled, ImgscopeError
from imgscope.report import ImageReport, LayerReport
from imgscope.rules.base import RuleSettings
from imgscope.sources.base import ImageHead

_LOOK_AROUND: Final = 0.1


class Mover:
    """Judges each base as soon as it and the image that would move to it were inspected.

    The methods are called from several threads: `found` first, then `take_mine` or `give_up` once, in any order with
    `judge`, which waits for that.
    """

    def __init__(self, settings: RuleSettings, cancelled: threading.Event) -> None:
        self._settings = settings
        self._cancelled = cancelled
        self._named: tuple[ImageHead | None, ...] = ()
        self._mine: Future[tuple[Inspection, Base]] = Future()

    def found(self, named: Sequence[ImageHead | None]) -> None:
        """Take the heads of the images that are named as bases, None for each that is not there."""
        self._named = self._named or tuple(named)

    def take_mine(self, mine: Inspection) -> None:
        """Take the image that would move. Raises `UsageError` where nothing tells what it is built on."""
        try:
            self._mine.set_result((mine, base_of(mine, self._named)))
        except ImgscopeError as error:
            self._mine.set_exception(error)
            raise

    def give_up(self, error: ImgscopeError) -> None:
        """Take note that the image cannot be inspected."""
        if not self._mine.done():
            self._mine.set_exception(error)

    def judge(self, position: int, candidate: Inspection) -> Move | None:
        """Return what moving to `candidate`, named at `position`, would do; None where no image is there to move."""
        while not wait([self._mine], timeout=_LOOK_AROUND).done:
            if self._cancelled.is_set():
                raise Cancelled("stopped before all images were read to their end")
        if self._mine.exception() is not None:
            return None
        mine, base = self._mine.result()
        is_current = base.position == position
        breaks, reason = self._breaks(mine, base, candidate) if not is_current else ((), None)
        image, own = candidate.report.image, mine.report.layers[: base.layer_count]
        return Move(
            image=position,
            is_current=is_current,
            saved_compressed_bytes=sum(layer.compressed_size for layer in own) - image.compressed_size,
            saved_unpacked_bytes=sum(layer.unpacked_size for layer in own) - image.unpacked_size,
            breaks=breaks,
            not_judged=reason,
        )

    def _breaks(self, mine: Inspection, base: Base, candidate: Inspection) -> tuple[tuple[Break, ...], str | None]:
        """Return what would break, and why that may not be all of it."""
        reason = _not_judged(mine.report, candidate.report)
        if reason is not None:
            return (), reason
        breaks = breaks_of(mine, base, candidate, self._settings)
        return breaks.found, "; ".join(failure.message for failure in breaks.failures) or None

    def moves(self, candidates: Sequence[Move]) -> Moves | None:
        """Return all of it, once everything was judged; None where no image is there to move."""
        if not self._mine.done() or self._mine.exception() is not None:
            return None
        mine, base = self._mine.result()
        image, own = mine.report.image, mine.report.layers[: base.layer_count]
        return Moves(
            reference=image.reference,
            digest=image.digest,
            compressed_size=image.compressed_size,
            unpacked_size=image.unpacked_size,
            base=_current(base, own),
            candidates=tuple(candidates),
        )


def _current(base: Base, layers: Sequence[LayerReport]) -> CurrentBase:
    return CurrentBase(
        layer_count=base.layer_count,
        compressed_size=sum(layer.compressed_size for layer in layers),
        unpacked_size=sum(layer.unpacked_size for layer in layers),
        evidence=base.evidence,
        reference=base.reference,
    )


def _not_judged(mine: ImageReport, candidate: ImageReport) -> str | None:
    unread = [report.image.reference for report in (mine, candidate) if not report.complete]
    return f"a part of {' and '.join(unread)} could not be read" if unread else None
