"""Reading all layers of an image that comes as one stream, each as it passes by."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from typing import Final, TypeVar

from imgscope import progress as events
from imgscope.cache import as_stored
from imgscope.errors import ImgscopeError, LimitError, SourceError
from imgscope.layer.index import LayerIndex
from imgscope.layer.linked import lacks_linked_content
from imgscope.layer.read import read_layer
from imgscope.limits import Budget
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.outcomes import await_outcome, settle
from imgscope.reading import ReadingTerms, unread, unread_because
from imgscope.sources.base import SAVE_IT, ImageHead, PassingBlob, StreamedSource

Result = TypeVar("Result")

_LOOK_AROUND: Final = 0.1
"""Seconds between looks at whether the user wants to stop."""


class PassingReader:
    """Reads the layers of one image. What goes wrong with a layer stands in its index.

    `from_cache` lists the layers that did not have to be read; `settled` is the image's head as known in the end.
    `trouble` is why the stream ended early, if it did.
    """

    def __init__(self, source: StreamedSource, terms: ReadingTerms) -> None:
        self._source = source
        self._terms = terms
        self._budget = Budget(terms.limits)
        self._known: dict[Digest, LayerIndex] = {}
        self._failed: dict[str, LayerIndex] = {}
        self._unrecognized: ImgscopeError = SourceError("it is not among the layers that were sent", hint=SAVE_IT)
        self.trouble: ImgscopeError | None = None
        self.from_cache: list[int] = []
        self.settled: ImageHead

    def read(self, head: ImageHead, *, jobs: int) -> Iterator[LayerIndex]:
        """Yield the layers of `head`, lowest first, once all have passed by; `settled` is there with the first.

        There is one stream only, so `jobs` changes nothing. Raises `Cancelled` soon after that was asked for, and what
        `StreamedSource.settled` does.
        """
        yield from self._in_background(lambda: self._read(head))

    def _in_background(self, function: Callable[[], Result]) -> Result:
        outcome: Future[Result] = Future()

        # A daemon: a thread that a silent engine holds must not hold the program.
        thread = threading.Thread(target=settle, args=(outcome, function), name="layers", daemon=True)
        thread.start()
        try:
            return await_outcome(outcome, thread, self._terms.stop_if_cancelled)
        except BaseException:
            # What went wrong with this image is no reason to stop reading others.
            if not outcome.done():
                self._terms.cancelled.set()
            raise

    def _read(self, head: ImageHead) -> list[LayerIndex]:
        waiting = _Waiting(head)
        self._load_known(head, waiting)
        try:
            with closing(self._source.passing_layers(self._known.keys())) as blobs:
                for blob in blobs:
                    self._take(blob, waiting)
        except (SourceError, LimitError) as error:
            self.trouble = error
        self.settled = self._source.settled()
        return [self._placed(*each) for each in _layers(self.settled)]

    def _load_known(self, head: ImageHead, waiting: _Waiting) -> None:
        for layer, descriptor, diff_id in _layers(head):
            index = self._terms.cache.load(descriptor, diff_id, self._terms.wants) if self._terms.cache else None
            if index is not None and diff_id is not None:
                self._known[diff_id] = index
                self.from_cache.append(layer)
                waiting.remove(diff_id)
                self._terms.progress(events.LayerRead(layer=layer, index=index))

    def _take(self, blob: PassingBlob, waiting: _Waiting) -> None:
        shown_as = waiting.number_of(blob.diff_id)

        def received(size: int) -> None:
            self._terms.stop_if_cancelled()
            if shown_as is not None:
                self._terms.progress(events.LayerProgress(layer=shown_as, received=size))

        received(0)
        index = self._read_blob(blob, received)
        if index.error is not None:
            self._note_failure(index, blob)
            return
        layers = waiting.remove(index.diff_id)
        if shown_as is not None and shown_as not in layers:
            # It was shown as another one until it was known which it is.
            self._terms.progress(events.LayerProgress(layer=shown_as, received=0))
        if layers:
            self._known[Digest(index.diff_id)] = index
            # Who can read the layer a second time finds more in it.
            if self._terms.cache and not lacks_linked_content(index, self._terms.wants):
                self._terms.cache.store(index, self._terms.wants)
        else:
            other = f"unpacks to {index.diff_id}, which no layer of the image that was told of does"
            self._note_failure(unread(blob.descriptor, blob.diff_id, other, SAVE_IT), blob)
        for layer in layers:
            self._terms.progress(events.LayerProgress(layer=layer, received=index.compressed_size))
            self._terms.progress(events.LayerRead(layer=layer, index=index))

    def _note_failure(self, index: LayerIndex, blob: PassingBlob) -> None:
        self._failed[index.digest] = index
        if blob.descriptor.digest.hasher() is None:
            self._unrecognized = SourceError(f"one of the layers that were sent {index.error}", hint=index.hint)

    def _read_blob(self, blob: PassingBlob, received: Callable[[int], None]) -> LayerIndex:
        try:
            return read_layer(
                blob.chunks,
                blob.descriptor,
                diff_id=blob.diff_id,
                wants=self._terms.wants,
                limits=self._terms.limits,
                budget=self._budget,
                received=received,
                has_spare_core=lambda: (os.cpu_count() or 1) > 1,
            )
        except ImgscopeError:
            raise
        except MemoryError as error:
            return unread_because(blob.descriptor, blob.diff_id, error.with_traceback(None))
        except Exception as error:  # A mistake in reading one layer must not cost the report of all others.
            return unread_because(blob.descriptor, blob.diff_id, error)

    def _placed(self, layer: int, descriptor: Descriptor, diff_id: Digest | None) -> LayerIndex:
        """Return the index of layer number `layer` of the settled head."""
        index = self._known.get(diff_id) if diff_id else None
        if index is not None:
            return as_stored(index, descriptor)
        index = self._failed.get(descriptor.digest)
        if index is None:
            trouble = self.trouble or self._unrecognized
            index = unread(descriptor, diff_id, f"could not be fetched: {trouble.message}", trouble.hint)
        self._terms.progress(events.LayerRead(layer=layer, index=index))
        return index


class _Waiting:
    """The layers that have not passed by yet: their numbers by diff_id. One layer may be in an image twice."""

    def __init__(self, head: ImageHead) -> None:
        self._numbers: dict[str, list[int]] = {}
        for layer, _, diff_id in _layers(head):
            self._numbers.setdefault(str(diff_id), []).append(layer)

    def number_of(self, diff_id: Digest | None) -> int | None:
        """Return the number to show a layer as; where it is not known which one it is, the lowest that waits."""
        if diff_id is not None:
            return self._numbers.get(diff_id, [None])[0]
        return min((number for numbers in self._numbers.values() for number in numbers), default=None)

    def remove(self, diff_id: str) -> Sequence[int]:
        """Return the numbers of the layer `diff_id`, which waits no more."""
        return self._numbers.pop(diff_id, [])


def _layers(head: ImageHead) -> Iterator[tuple[int, Descriptor, Digest | None]]:
    return ((layer, *each) for layer, each in enumerate(zip(head.manifest.layers, head.diff_ids, strict=True)))
