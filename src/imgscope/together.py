"""Several images in one run: found first, then read a few at a time, each layer once for all that have it."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

from imgscope import progress as events
from imgscope.analyze import Inspection, Options, inspect_source, known_image
from imgscope.errors import Cancelled, ImgscopeError
from imgscope.known_images import KnownImage, KnownImages
from imgscope.outcomes import outcome_of, take
from imgscope.shared_layers import SharedLayers
from imgscope.sources import open_source
from imgscope.sources.base import ImageHead, ImageSource, Traffic

Item = TypeVar("Item")
Result = TypeVar("Result")
Taken = TypeVar("Taken")

IMAGES_AT_ONCE: Final = 3
_FOUND_AT_ONCE: Final = 4
# Each that was found and not read yet holds a connection.
_MOST_AHEAD: Final = 64
_LOOK_AROUND: Final = 0.1
"""Seconds between looks at whether the user wants to stop."""
_STOPPED: Final = "stopped before all images were read to their end"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageEvent:
    """What happens to one image of several: the one at `position` of those that were named, called `reference`."""

    position: int
    reference: str
    event: events.Event


ImagesProgress = Callable[[ImageEvent], None]


def ignore(_: ImageEvent) -> None:
    """A progress callback for those who do not want to know."""


def inspect_together(
    references: Sequence[str],
    *,
    take: Callable[[Inspection], Taken],
    options: Options | None = None,
    progress: ImagesProgress = ignore,
    cancelled: threading.Event | None = None,
    at_once: int = IMAGES_AT_ONCE,
) -> Iterator[tuple[str, Taken | ImgscopeError]]:
    """Inspect every image as `analyze.inspect` does, `at_once` of them at a time, and yield them in their order.

    Each comes with what `take` makes of its inspection, or with the error why there is none; one that fails leaves
    the others. `take` is called from several threads, and what it does not keep of an inspection is let go. Layers
    that images share are fetched and read once, `options.jobs` at a time in all; images of this run are known to each
    other as possible bases. Of many images, 64 are found before the first of them is read, and then the next 64.

    Raises `Cancelled` soon after `cancelled` is set; who stops early cancels the rest.
    """
    yield from inspect_numbered(
        references,
        take=lambda _, inspection: take(inspection),
        options=options,
        progress=progress,
        cancelled=cancelled,
        at_once=at_once,
    )


def inspect_numbered(
    references: Sequence[str],
    *,
    take: Callable[[int, Inspection], Taken],
    found: Callable[[Sequence[ImageHead | None]], None] = lambda _: None,
    options: Options | None = None,
    progress: ImagesProgress = ignore,
    cancelled: threading.Event | None = None,
    at_once: int = IMAGES_AT_ONCE,
) -> Iterator[tuple[str, Taken | ImgscopeError]]:
    """Do what `inspect_together` does, where `take` also needs the position of the image among `references`.

    `found` is called before the first image is read, and again for each further 64, with the heads of those that are
    read next, None for each that cannot be found.
    """
    run = _Run(options or Options(), progress, cancelled or threading.Event(), at_once)
    yield from run.inspect(references, take, found)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundImage:
    """An image of which only manifest and configuration were fetched, and what that took."""

    head: ImageHead
    traffic: Traffic


def resolve_together(
    references: Sequence[str], *, options: Options | None = None, cancelled: threading.Event | None = None
) -> Iterator[tuple[str, FoundImage | ImgscopeError]]:
    """Find every image, a few at a time, and yield it, or the error why it is not there; no layer is fetched.

    Raises `Cancelled` soon after `cancelled` is set.
    """
    run = _Run(options or Options(), ignore, cancelled or threading.Event(), 1)
    yield from run.resolve(references)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An image that is there, and the open source that it is in."""

    position: int
    reference: str
    source: ImageSource
    head: ImageHead


class _Run:
    """One run over several images."""

    def __init__(self, options: Options, progress: ImagesProgress, cancelled: threading.Event, at_once: int) -> None:
        self._options = options
        self._progress = progress
        self._cancelled = cancelled
        self._at_once = at_once
        self._layers = SharedLayers(options.cache, jobs=options.jobs)
        self._known: tuple[KnownImage, ...] = ()
        self._lock = threading.Lock()
        self._open: set[ImageSource] = set()

    def inspect(
        self,
        references: Sequence[str],
        take: Callable[[int, Inspection], Taken],
        tell: Callable[[Sequence[ImageHead | None]], None],
    ) -> Iterator[tuple[str, Taken | ImgscopeError]]:
        if self._options.known is not None:
            self._known = self._options.known
        elif self._options.cache is not None:
            self._known = tuple(KnownImages(self._options.cache.directory))
        numbered = list(enumerate(references))
        for start in range(0, len(numbered), _MOST_AHEAD):
            yield from self._inspect_some(numbered[start : start + _MOST_AHEAD], take, tell)

    def resolve(self, references: Sequence[str]) -> Iterator[tuple[str, FoundImage | ImgscopeError]]:
        def resolve_one(numbered: tuple[int, str]) -> FoundImage | ImgscopeError:
            found = self._find(numbered)
            if isinstance(found, _Found):
                self._close(found.source)
                return FoundImage(head=found.head, traffic=found.source.traffic())
            return found

        numbered = list(enumerate(references))
        try:
            heads = in_order(resolve_one, numbered, threads=_FOUND_AT_ONCE, cancelled=self._cancelled)
            yield from zip(references, heads, strict=True)
        finally:
            self._close_all()

    def _inspect_some(
        self,
        numbered: Sequence[tuple[int, str]],
        take: Callable[[int, Inspection], Taken],
        tell: Callable[[Sequence[ImageHead | None]], None],
    ) -> Iterator[tuple[str, Taken | ImgscopeError]]:
        try:
            opened = list(in_order(self._find, numbered, threads=_FOUND_AT_ONCE, cancelled=self._cancelled))
            found = [each for each in opened if isinstance(each, _Found)]
            for image in found:
                self._layers.expect(image.head.diff_ids)
            tell([each.head if isinstance(each, _Found) else None for each in opened])
            self._known = (*(known_image(image.head) for image in found), *self._known)

            def inspect_one(each: _Found | ImgscopeError) -> Taken | ImgscopeError:
                return self._inspect(each, take) if isinstance(each, _Found) else each

            taken = in_order(inspect_one, opened, threads=self._at_once, cancelled=self._cancelled)
            yield from zip((reference for _, reference in numbered), taken, strict=True)
        finally:
            self._close_all()

    def _find(self, numbered: tuple[int, str]) -> _Found | ImgscopeError:
        position, reference = numbered
        try:
            source = open_source(reference, self._options.source)
        except ImgscopeError as error:
            return error
        try:
            self._keep(source)
            head = source.resolve(self._options.platform)
        except BaseException as error:
            self._close(source)
            if isinstance(error, ImgscopeError) and not isinstance(error, Cancelled):
                return error
            raise
        return _Found(position=position, reference=reference, source=source, head=head)

    def _inspect(self, found: _Found, take: Callable[[int, Inspection], Taken]) -> Taken | ImgscopeError:
        def progress(event: events.Event) -> None:
            self._progress(ImageEvent(position=found.position, reference=found.reference, event=event))

        options = replace(self._options, shared=self._layers, known=self._known)
        try:
            inspection = inspect_source(
                found.source, head=found.head, options=options, progress=progress, cancelled=self._cancelled
            )
            return take(found.position, inspection)
        except Cancelled:
            raise
        except ImgscopeError as error:
            return error
        finally:
            self._layers.release(found.head.diff_ids)
            self._close(found.source)

    def _keep(self, source: ImageSource) -> None:
        """Have `source` closed with the run, whichever thread it is in; raises `Cancelled` where that is over."""
        with self._lock:
            self._open.add(source)
            if self._cancelled.is_set():
                raise Cancelled(_STOPPED)

    def _close(self, source: ImageSource) -> None:
        with self._lock:
            self._open.discard(source)
        source.close()

    def _close_all(self) -> None:
        with self._lock:
            sources = tuple(self._open)
        for source in sources:
            self._close(source)


def in_order(
    function: Callable[[Item], Result], items: Sequence[Item], *, threads: int, cancelled: threading.Event
) -> Iterator[Result]:
    """Yield what `function` returns or raises for each of `items`, in their order; so many `threads` work ahead.

    The threads are daemons: one that a silent network holds must not hold the program. Raises `Cancelled` soon after
    `cancelled` is set, which it is where the caller stops early or `function` raises.
    """
    waiting = deque(enumerate(items))
    ended: queue.SimpleQueue[tuple[int, Future[Result]]] = queue.SimpleQueue()

    def work() -> None:
        while waiting and not cancelled.is_set():
            try:
                position, item = waiting.popleft()
            except IndexError:
                return
            ended.put((position, outcome_of(partial(function, item))))

    started = [threading.Thread(target=work, name="image", daemon=True) for _ in range(min(threads, len(items)))]
    for thread in started:
        thread.start()
    done: dict[int, Future[Result]] = {}
    try:
        for position in range(len(items)):
            while position not in done:
                taken = take(ended, started, patience=_LOOK_AROUND)
                if taken is not None:
                    done[taken[0]] = taken[1]
                elif cancelled.is_set():
                    raise Cancelled(_STOPPED)
            yield done.pop(position).result()
    except BaseException:
        cancelled.set()
        raise
