"""Reading all layers of an image, several at once."""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from imgscope import progress as events
from imgscope.cache_lock import Tell
from imgscope.errors import Cancelled, ImgscopeError
from imgscope.layer.index import LayerIndex
from imgscope.layer.linked import with_linked_content
from imgscope.layer.read import Received, read_layer
from imgscope.layer.wants import Wants
from imgscope.limits import Budget, Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.outcomes import outcome_of, take
from imgscope.sources.base import ImageHead, ImageSource

_CORES: Final = os.cpu_count() or 1
_LOOK_AROUND: Final = 0.1
"""Seconds between looks at whether the user wants to stop, while no layer ends."""


_Ended = queue.SimpleQueue[tuple[int, Future[LayerIndex]]]


class LayerStore(Protocol):
    """Where layers are that were read before: a `LayerCache`, or what the images of one run share."""

    def load(self, descriptor: Descriptor, diff_id: Digest | None, wants: Wants) -> LayerIndex | None:
        """Return the index of a layer that is there."""
        ...

    def store(self, index: LayerIndex, wants: Wants) -> None:
        """Keep the index of a layer."""
        ...

    def obtain(
        self,
        descriptor: Descriptor,
        diff_id: Digest | None,
        wants: Wants,
        *,
        read: Callable[[Tell], LayerIndex],
        waiting: Callable[[int], None],
    ) -> LayerIndex:
        """Return the index of a layer that is there, or what `read` returns, which nobody else does meanwhile."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingTerms:
    """What reading the layers of an image depends on, whatever place they come from.

    Setting `cancelled` ends it early; `progress` is called from several threads.
    """

    wants: Wants
    limits: Limits
    cache: LayerStore | None
    progress: events.Progress
    cancelled: threading.Event

    def stop_if_cancelled(self) -> None:
        """Raise `Cancelled` if that was asked for."""
        if self.cancelled.is_set():
            raise Cancelled("stopped before the image was read to its end")


class LayerReader:
    """Reads the layers of one image. What goes wrong with a layer stands in its index.

    `from_cache` lists the layers that did not have to be fetched.
    """

    def __init__(self, source: ImageSource, terms: ReadingTerms) -> None:
        self._source = source
        self._terms = terms
        self._budget = Budget(terms.limits)
        self._counting = threading.Lock()
        self._active = 0
        self.from_cache: list[int] = []

    def read(self, head: ImageHead, *, jobs: int) -> Iterator[LayerIndex]:
        """Begin to read, and return the layers of `head`, lowest first, each as soon as it and all below it were read.

        `jobs` of them are read at once, those on this machine by no more threads than it has cores, and reading goes on
        while the caller works on what it got. Raises `Cancelled` soon after that was asked for, even while a source
        keeps everybody waiting; who stops early cancels the rest.
        """
        descriptors = head.manifest.layers
        known = head.diff_ids
        groups = _alike(descriptors, known)
        most = jobs if head.is_remote else min(jobs, _CORES)
        threads = min(max(most, 1), len(groups))
        order = reading_order([descriptors[layers[0]].size for layers in groups], min(threads, _CORES))
        waiting = deque(groups[group] for group in order)
        ended: _Ended = queue.SimpleQueue()

        def work() -> None:
            while waiting:
                try:
                    layers = waiting.popleft()
                except IndexError:
                    return
                outcome = outcome_of(partial(self._read, layers, descriptors[layers[0]], known[layers[0]]))
                for layer in layers:
                    ended.put((layer, outcome))

        return self._in_order(ended, _started(work, threads), len(descriptors))

    def _in_order(self, ended: _Ended, threads: Sequence[threading.Thread], count: int) -> Iterator[LayerIndex]:
        try:
            yield from self._awaited(ended, threads, count)
        except BaseException:
            self._terms.cancelled.set()
            raise

    def read_one(self, head: ImageHead, layer: int) -> LayerIndex:
        """Return layer number `layer` of `head`, read in this thread; raises `Cancelled` soon after that is asked."""
        return self._read([layer], head.manifest.layers[layer], head.diff_ids[layer])

    def _awaited(self, ended: _Ended, threads: Sequence[threading.Thread], count: int) -> Iterator[LayerIndex]:
        read: dict[int, LayerIndex] = {}
        for layer in range(count):
            while layer not in read:
                taken = take(ended, threads, patience=_LOOK_AROUND)
                if taken is None:
                    self._terms.stop_if_cancelled()
                else:
                    number, outcome = taken
                    read[number] = outcome.result()
            yield read.pop(layer)

    def _read(self, layers: list[int], descriptor: Descriptor, diff_id: Digest | None) -> LayerIndex:
        was_fetched = False

        def received(size: int) -> None:
            self._terms.stop_if_cancelled()
            self._terms.progress(events.LayerProgress(layer=layers[0], received=size))

        def fetch(tell: Tell) -> LayerIndex:
            nonlocal was_fetched
            was_fetched = True

            def received_here(size: int) -> None:
                tell(size)
                received(size)

            return self._fetch(descriptor, diff_id, received_here)

        if self._terms.cache is None:
            index = fetch(lambda _: None)
        else:
            index = self._terms.cache.obtain(descriptor, diff_id, self._terms.wants, read=fetch, waiting=received)
        if not was_fetched and not self._is_within_limits(index):
            index = fetch(lambda _: None)
        self._terms.stop_if_cancelled()
        if not was_fetched:
            self.from_cache += layers
        for layer in layers:
            self._terms.progress(events.LayerRead(layer=layer, index=index))
        return index

    def _is_within_limits(self, index: LayerIndex) -> bool:
        """Whether the image may have this cached layer, too; if not, reading it anew tells why."""
        return self._budget.take_layer(
            entry_count=len(index.entries),
            unpacked_size=index.tar_size,
            kept_size=sum(map(len, index.captured.values())),
        )

    def _fetch(self, descriptor: Descriptor, diff_id: Digest | None, received: Received) -> LayerIndex:
        with self._counting:
            self._active += 1
        try:
            return self._read_blob(descriptor, diff_id, received)
        finally:
            with self._counting:
                self._active -= 1

    def _read_blob(self, descriptor: Descriptor, diff_id: Digest | None, received: Received) -> LayerIndex:
        received(0)
        terms = self._terms
        try:
            with self._source.open_blob(descriptor) as chunks:
                index = read_layer(
                    chunks,
                    descriptor,
                    diff_id=diff_id,
                    wants=terms.wants,
                    limits=terms.limits,
                    budget=self._budget,
                    received=received,
                    has_spare_core=lambda: self._active < _CORES,
                )
            return with_linked_content(
                index,
                descriptor,
                partial(self._source.open_blob, descriptor),
                wants=terms.wants,
                limits=terms.limits,
                budget=self._budget,
                received=received,
            )
        except Cancelled:
            raise
        except ImgscopeError as error:
            return unread(descriptor, diff_id, f"could not be fetched: {error.message}", error.hint)
        except MemoryError as error:
            # With its traceback goes what was read until then.
            return unread_because(descriptor, diff_id, error.with_traceback(None))
        except Exception as error:  # A mistake in reading one layer must not cost the report of all others.
            return unread_because(descriptor, diff_id, error)


def _started(work: Callable[[], None], count: int) -> list[threading.Thread]:
    """Start `count` threads, or as many as the system gives: with one, all is read one after the other."""
    threads: list[threading.Thread] = []
    for _ in range(count):
        # A daemon: a thread that a silent network holds must not hold the program.
        thread = threading.Thread(target=work, name="layer", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not threads:
                raise
            break
        threads.append(thread)
    return threads


def reading_order(sizes: Sequence[int], threads: int) -> Iterator[int]:
    """Yield the numbers of layers of these `sizes` in the order in which so many `threads` should take them.

    Lowest first, so that stacking them keeps pace; but a layer that takes one thread as long as the others need for
    all the rest goes first, so that it does not keep everybody waiting in the end.
    """
    taken: set[int] = set()
    rest = sum(sizes)
    lowest_first = (layer for layer in range(len(sizes)) if layer not in taken)
    largest_first = deque(sorted(range(len(sizes)), key=lambda layer: -sizes[layer]))
    while len(taken) < len(sizes):
        while largest_first[0] in taken:
            largest_first.popleft()
        largest = largest_first[0]
        following = largest if sizes[largest] * threads >= rest else next(lowest_first)
        taken.add(following)
        rest -= sizes[following]
        yield following


def _alike(descriptors: Sequence[Descriptor], diff_ids: Sequence[Digest | None]) -> list[list[int]]:
    """Return the numbers of layers, those together that are the same layer again: it is read once for all of them."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for layer, (each, diff_id) in enumerate(zip(descriptors, diff_ids, strict=True)):
        alike.setdefault((each.digest, each.size, each.media_type, diff_id), []).append(layer)
    return list(alike.values())


def unread_because(descriptor: Descriptor, diff_id: Digest | None, error: Exception) -> LayerIndex:
    """Return the index of a layer at which reading met an `error` that nobody raised on purpose."""
    if isinstance(error, MemoryError):
        hint = "allow imgscope more memory, or read one layer at a time with --jobs 1"
        return unread(descriptor, diff_id, "could not be read in the memory that there is", hint)
    return unread(descriptor, diff_id, f"could not be read because of a mistake in imgscope: {error!r}", None)


def unread(descriptor: Descriptor, diff_id: Digest | None, error: str, hint: str | None) -> LayerIndex:
    """Return the index of a layer of which nothing could be read, `error` being what it did or could not."""
    return LayerIndex(
        digest=str(descriptor.digest),
        diff_id=str(diff_id or ""),
        compression="unknown",
        compressed_size=descriptor.size,
        tar_size=0,
        unpacked_size=0,
        file_count=0,
        entries=(),
        captured={},
        error=error,
        hint=hint,
    )
