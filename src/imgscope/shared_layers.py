"""Layers that several images of one run have: read once for all of them, with or without a cache on disk."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final

from imgscope.cache import LayerCache, as_stored
from imgscope.cache_lock import Tell
from imgscope.layer.index import LayerIndex
from imgscope.layer.wants import Wants
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor

_LARGEST: Final = 512 * 1024 * 1024
_ENTRY_SIZE: Final = 500
"""About how many bytes of memory an entry of a layer takes."""
_BETWEEN_LOOKS: Final = 0.05


class SharedLayers:
    """What the images of one run read their layers from, in place of a `LayerCache`; safe to use from many threads.

    Layers are kept in `cache`. Without one, or where it cannot be written to, a layer stays in memory while another
    image that was announced by `expect` still needs it, altogether about `largest_size` bytes: what is beyond that is
    fetched again. `jobs` layers are read at once, whatever images they are of.
    """

    def __init__(self, cache: LayerCache | None, *, jobs: int, largest_size: int = _LARGEST) -> None:
        self._cache = cache
        self._largest_size = largest_size
        self._turns = threading.Semaphore(jobs)
        self._changed = threading.Condition()
        self._needed: Counter[str] = Counter()
        self._kept: dict[str, LayerIndex] = {}
        self._kept_size = 0
        self._received: dict[str, int] = {}

    def expect(self, diff_ids: Collection[Digest | None]) -> None:
        """Announce an image of these layers. The layers are of use until `release` is called with the same."""
        with self._changed:
            self._needed.update(set(filter(None, diff_ids)))

    def release(self, diff_ids: Collection[Digest | None]) -> None:
        """Take note that an image which was expected needs its layers no more, whatever became of it."""
        with self._changed:
            for diff_id in set(filter(None, diff_ids)):
                self._needed[diff_id] -= 1
                if self._needed[diff_id] <= 0:
                    del self._needed[diff_id]
                    index = self._kept.pop(diff_id, None)
                    self._kept_size -= _size_in_memory(index) if index is not None else 0

    def load(self, descriptor: Descriptor, diff_id: Digest | None, wants: Wants) -> LayerIndex | None:
        """Return the index of a layer that was read before; see `LayerCache.load`."""
        kept = self._kept.get(diff_id) if diff_id is not None else None
        if kept is not None:
            return as_stored(kept, descriptor)
        return self._cache.load(descriptor, diff_id, wants) if self._cache is not None else None

    def store(self, index: LayerIndex, wants: Wants) -> None:
        """Keep `index`, unless it is incomplete or nobody else needs it."""
        if self._cache is not None:
            self._cache.store(index, wants)
        self._keep(index)

    def obtain(
        self,
        descriptor: Descriptor,
        diff_id: Digest | None,
        wants: Wants,
        *,
        read: Callable[[Tell], LayerIndex],
        waiting: Callable[[int], None],
    ) -> LayerIndex:
        """Return the index of a layer, which only one image reads at a time; see `LayerCache.obtain`."""

        def make(tell: Tell) -> LayerIndex:
            with self._turn(waiting):
                if self._cache is None:
                    return read(tell)
                # Who waits for another process to read it does not tell those who wait here how far that is.
                return self._cache.obtain(descriptor, diff_id, wants, read=_telling(read, tell), waiting=waiting)

        found = self.load(descriptor, diff_id, wants)
        if found is not None or diff_id is None:
            return found if found is not None else make(lambda _: None)
        if not self._claim(diff_id):
            self._wait_for(diff_id, waiting)
            found = self.load(descriptor, diff_id, wants)
            # What another image could not read may still be read from where this one is.
            return found if found is not None else make(lambda _: None)
        try:
            # The one who had it may have let go of it since the caller looked.
            index = self.load(descriptor, diff_id, wants) or make(lambda size: self._tell(diff_id, size))
            self._keep(index)
            return index
        finally:
            self._let_go(diff_id)

    def _keep(self, index: LayerIndex) -> None:
        is_on_disk = self._cache is not None and self._cache.problem is None
        if index.error is not None or is_on_disk:
            return
        size = _size_in_memory(index)
        with self._changed:
            is_needed = self._needed[index.diff_id] > 1 and index.diff_id not in self._kept
            if is_needed and self._kept_size + size <= self._largest_size:
                self._kept[index.diff_id] = index
                self._kept_size += size

    def _claim(self, diff_id: str) -> bool:
        with self._changed:
            is_free = diff_id not in self._received
            if is_free:
                self._received[diff_id] = 0
            return is_free

    def _tell(self, diff_id: str, size: int) -> None:
        self._received[diff_id] = size

    def _let_go(self, diff_id: str) -> None:
        with self._changed:
            del self._received[diff_id]
            self._changed.notify_all()

    def _wait_for(self, diff_id: str, waiting: Callable[[int], None]) -> None:
        while (received := self._received.get(diff_id)) is not None:
            waiting(received)
            with self._changed:
                if diff_id in self._received:
                    self._changed.wait(_BETWEEN_LOOKS)

    @contextmanager
    def _turn(self, waiting: Callable[[int], None]) -> Iterator[None]:
        while not self._turns.acquire(timeout=_BETWEEN_LOOKS):
            waiting(0)
        try:
            yield
        finally:
            self._turns.release()


def _telling(read: Callable[[Tell], LayerIndex], tell: Tell) -> Callable[[Tell], LayerIndex]:
    """Return a `read` that tells how far it is to two at once."""

    def read_and_tell(tell_others: Tell) -> LayerIndex:
        def tell_both(size: int) -> None:
            tell(size)
            tell_others(size)

        return read(tell_both)

    return read_and_tell


def _size_in_memory(index: LayerIndex) -> int:
    return len(index.entries) * _ENTRY_SIZE + sum(map(len, index.captured.values()))
