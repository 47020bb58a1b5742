"""Comparing images from their names to the finished comparison."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import msgspec

from imgscope._version import __version__
from imgscope.analyze import Inspection, Options
from imgscope.comparison.compare import also_called, side_by_side
from imgscope.comparison.data import (
    COMPARISON_SCHEMA_VERSION,
    ComparedImage,
    Comparison,
    ComparisonRun,
    Move,
    NotCompared,
)
from imgscope.comparison.images import image_of_head, image_of_inspection
from imgscope.comparison.moves import Mover
from imgscope.comparison.variants import FoundVariants
from imgscope.errors import ImgscopeError
from imgscope.report import Failure
from imgscope.sources.base import Traffic
from imgscope.together import FoundImage, ImagesProgress, ignore, inspect_numbered, resolve_together


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How a comparison ended: `comparison` is None where no image could be compared.

    `errors` are those that kept an image out of it, by what it was called; `failures` what of the others could not be
    read.
    """

    comparison: Comparison | None
    errors: tuple[tuple[str, ImgscopeError], ...]
    failures: tuple[tuple[str, Failure], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """What stays of an inspected image."""

    image: ComparedImage
    move: Move | None
    traffic: Traffic
    failures: tuple[Failure, ...]


class _Clock:
    def __init__(self) -> None:
        self._started, self._clock = datetime.now(UTC), time.monotonic()

    def run(self, traffic: Sequence[Traffic]) -> ComparisonRun:
        return ComparisonRun(
            version=__version__,
            started_at=self._started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            duration_seconds=round(time.monotonic() - self._clock, 3),
            requests=sum(each.requests for each in traffic),
            bytes_fetched=sum(each.bytes_fetched for each in traffic),
        )


def compare_heads(
    references: Sequence[str],
    *,
    options: Options,
    variants: FoundVariants | None = None,
    cancelled: threading.Event | None = None,
) -> Compared:
    """Compare images by their manifests and configurations alone; no layer is fetched."""
    clock = _Clock()
    taken: list[tuple[str, _Taken | ImgscopeError]] = []
    for reference, found in resolve_together(references, options=options, cancelled=cancelled):
        taken.append((reference, _of_head(found) if isinstance(found, FoundImage) else found))
    return _finish(taken, clock, variants=variants)


def compare_whole(
    references: Sequence[str],
    *,
    options: Options,
    variants: FoundVariants | None = None,
    moving: str | None = None,
    progress: ImagesProgress = ignore,
    cancelled: threading.Event | None = None,
) -> Compared:
    """Inspect all images and compare them; with `moving`, tell what each would do as the base of that image."""
    clock = _Clock()
    cancelled = cancelled or threading.Event()
    mover = Mover(options.rules, cancelled) if moving is not None else None
    first = 1 if moving is not None else 0

    def take(position: int, inspection: Inspection) -> _Taken:
        move = None
        if mover is not None:
            if position < first:
                mover.take_mine(inspection)
            else:
                move = mover.judge(position - first, inspection)
        return _of_inspection(inspection, move)

    named = [*([moving] if moving is not None else []), *references]
    taken: list[tuple[str, _Taken | ImgscopeError]] = []
    for reference, result in inspect_numbered(
        named,
        take=take,
        found=lambda heads: mover.found(heads[first:]) if mover is not None else None,
        options=options,
        progress=progress,
        cancelled=cancelled,
    ):
        if mover is not None and not taken and isinstance(result, ImgscopeError):
            mover.give_up(result)
        taken.append((reference, result))
    return _finish(taken[first:], clock, variants=variants, mover=mover, mine=taken[:first])


def _of_head(found: FoundImage) -> _Taken:
    return _Taken(image=image_of_head(found.head), move=None, traffic=found.traffic, failures=())


def _of_inspection(inspection: Inspection, move: Move | None) -> _Taken:
    run = inspection.report.run
    return _Taken(
        image=image_of_inspection(inspection),
        move=move,
        traffic=Traffic(requests=run.requests, bytes_fetched=run.bytes_fetched),
        failures=inspection.report.failures,
    )


def _finish(
    taken: Sequence[tuple[str, _Taken | ImgscopeError]],
    clock: _Clock,
    *,
    variants: FoundVariants | None,
    mover: Mover | None = None,
    mine: Sequence[tuple[str, _Taken | ImgscopeError]] = (),
) -> Compared:
    errors = tuple((reference, each) for reference, each in (*mine, *taken) if isinstance(each, ImgscopeError))
    read = [(reference, each) for reference, each in (*mine, *taken) if isinstance(each, _Taken)]
    failures = tuple((reference, failure) for reference, each in read for failure in each.failures)
    there = [each for _, each in taken if isinstance(each, _Taken)]
    if not there:
        return Compared(comparison=None, errors=errors, failures=failures)
    baseline = 0
    if variants is not None:
        there, baseline = _smallest_first(_once_each(there))
    traffic = [each.traffic for _, each in read] + ([variants.traffic] if variants is not None else [])
    comparison = Comparison(
        schema_version=COMPARISON_SCHEMA_VERSION,
        complete=not errors and not failures and not any(each.move and each.move.not_judged for each in there),
        baseline=baseline,
        images=side_by_side([each.image for each in there], baseline),
        failures=tuple(
            NotCompared(reference=reference, message=error.message, hint=error.hint) for reference, error in errors
        ),
        variants=variants.told() if variants is not None else None,
        moves=mover.moves(_numbered_moves(there)) if mover is not None else None,
        run=clock.run(traffic),
    )
    return Compared(comparison=comparison, errors=errors, failures=failures)


def _once_each(taken: Sequence[_Taken]) -> list[_Taken]:
    """Return each image once: the first of those that are the same tells which other tags it has."""
    same: dict[str, list[_Taken]] = {}
    for each in taken:
        same.setdefault(each.image.digest, []).append(each)
    return [
        replace(each, image=also_called(each.image, [other.image for other in rest])) for each, *rest in same.values()
    ]


def _smallest_first(taken: Sequence[_Taken]) -> tuple[list[_Taken], int]:
    """Return the images by their compressed size, and where the first of them is among them."""
    ordered = sorted(taken, key=lambda each: each.image.compressed_size)
    return ordered, ordered.index(taken[0])


def _numbered_moves(taken: Sequence[_Taken]) -> list[Move]:
    return [
        msgspec.structs.replace(each.move, image=number) for number, each in enumerate(taken) if each.move is not None
    ]
