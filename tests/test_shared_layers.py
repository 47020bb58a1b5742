"""Layers that images of one run share: who reads them, how long they are kept, and how many are read at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from imgscope.cache import LayerCache
from imgscope.cache_lock import Tell
from imgscope.errors import Cancelled
from imgscope.layer.index import LayerIndex
from imgscope.layer.wants import Wants
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.shared_layers import SharedLayers
from tests.support.images import digest_of

_WANTS = Wants([])
_ENOUGH_SECONDS = 10


def described(name: str) -> tuple[Descriptor, Digest]:
    return Descriptor(digest=Digest(digest_of(name.encode())), size=1), Digest(digest_of(f"{name} unpacked".encode()))


def index_of(descriptor: Descriptor, diff_id: Digest, *, kept_size: int = 0, error: str | None = None) -> LayerIndex:
    return LayerIndex(
        digest=str(descriptor.digest),
        diff_id=str(diff_id),
        compression="none",
        compressed_size=descriptor.size,
        tar_size=0,
        unpacked_size=0,
        file_count=0,
        entries=(),
        captured={"kept": bytes(kept_size)},
        error=error,
    )


class Reader:
    """Reads layers, and remembers which."""

    def __init__(self, layers: SharedLayers, *, kept_size: int = 10) -> None:
        self._layers = layers
        self._kept_size = kept_size
        self.read: list[str] = []

    def obtain(self, name: str, *, error: str | None = None) -> LayerIndex:
        descriptor, diff_id = described(name)

        def read(tell: Tell) -> LayerIndex:
            tell(1)
            self.read.append(name)
            return index_of(descriptor, diff_id, kept_size=self._kept_size, error=error)

        return self._layers.obtain(descriptor, diff_id, _WANTS, read=read, waiting=lambda _: None)


def test_a_layer_that_another_image_expects_is_kept_until_the_last_of_them_is_done() -> None:
    layers = SharedLayers(None, jobs=2)
    reader = Reader(layers)
    ids = [described("a")[1]]
    for _ in range(3):
        layers.expect(ids)
    for _ in range(3):
        reader.obtain("a")
        layers.release(ids)
    assert reader.read == ["a"]
    reader.obtain("a")
    assert reader.read == ["a", "a"]


def test_a_layer_that_nobody_else_expects_is_not_kept() -> None:
    layers = SharedLayers(None, jobs=2)
    reader = Reader(layers)
    layers.expect([described("a")[1], None])
    reader.obtain("a")
    reader.obtain("a")
    assert reader.read == ["a", "a"]


def test_what_does_not_fit_is_read_again_and_what_is_released_makes_room() -> None:
    layers = SharedLayers(None, jobs=2, largest_size=15)
    reader = Reader(layers)
    for name in "aabb":
        layers.expect([described(name)[1]])
    for name in "aabb":
        reader.obtain(name)
    assert reader.read == ["a", "b", "b"]
    for _ in range(2):
        layers.release([described("a")[1]])
    reader.obtain("b")
    reader.obtain("b")
    assert reader.read == ["a", "b", "b", "b"]


def test_a_layer_that_was_not_read_to_its_end_is_tried_by_each() -> None:
    layers = SharedLayers(None, jobs=2)
    reader = Reader(layers)
    for _ in range(2):
        layers.expect([described("a")[1]])
    assert reader.obtain("a", error="ends early").error == "ends early"
    assert reader.obtain("a").error is None
    assert reader.read == ["a", "a"]


def test_a_layer_that_came_in_a_stream_is_found_by_the_next_image() -> None:
    layers = SharedLayers(None, jobs=2)
    descriptor, diff_id = described("a")
    for _ in range(2):
        layers.expect([diff_id])
    assert layers.load(descriptor, diff_id, _WANTS) is None
    layers.store(index_of(descriptor, diff_id), _WANTS)
    other = Descriptor(digest=Digest(digest_of(b"compressed in another way")), size=7)
    found = layers.load(other, diff_id, _WANTS)
    assert found is not None
    assert (found.diff_id, found.digest, found.compressed_size) == (diff_id, other.digest, 7)


def test_with_a_cache_layers_are_on_disk_and_not_in_memory(tmp_path: Path) -> None:
    layers = SharedLayers(LayerCache(tmp_path), jobs=2)
    reader = Reader(layers)
    for _ in range(2):
        layers.expect([described("a")[1]])
        reader.obtain("a")
    assert reader.read == ["a"]
    assert layers._kept == {}
    assert LayerCache(tmp_path).info().layers == 1


@pytest.mark.parametrize("is_cached", [True, False])
def test_who_comes_while_a_layer_is_read_waits_for_it_and_is_told_how_far_it_is(
    is_cached: bool, tmp_path: Path
) -> None:
    layers = SharedLayers(LayerCache(tmp_path) if is_cached else None, jobs=2)
    descriptor, diff_id = described("a")
    may_end, told = threading.Event(), []
    for _ in range(2):
        layers.expect([diff_id])

    def read(tell: Tell) -> LayerIndex:
        tell(7)
        assert may_end.wait(_ENOUGH_SECONDS)
        return index_of(descriptor, diff_id)

    def waiting(received: int) -> None:
        told.append(received)
        if received == 7:
            may_end.set()

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(layers.obtain, descriptor, diff_id, _WANTS, read=read, waiting=waiting) for _ in range(2)]
        assert both[0].result() == both[1].result()
    assert 7 in told


def test_who_waits_may_stop_waiting() -> None:
    layers = SharedLayers(None, jobs=1)
    descriptor, diff_id = described("a")
    layers._claim(diff_id)

    def stop(_: int) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        layers.obtain(descriptor, diff_id, _WANTS, read=lambda _: pytest.fail("it is being read"), waiting=stop)


def test_K_no_more_layers_are_read_at_once_than_there_are_jobs() -> None:
    layers = SharedLayers(None, jobs=2)
    active, most = 0, 0
    lock, together = threading.Lock(), threading.Barrier(2)

    def obtain(name: str) -> None:
        descriptor, diff_id = described(name)

        def read(_: Tell) -> LayerIndex:
            nonlocal active, most
            with lock:
                active += 1
                most = max(most, active)
            together.wait(_ENOUGH_SECONDS)
            with lock:
                active -= 1
            return index_of(descriptor, diff_id)

        layers.obtain(descriptor, diff_id, _WANTS, read=read, waiting=lambda _: None)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(obtain, "abcdef"))
    assert most == 2
