"""Reading the layers of an image: in which order they are taken, and when they are handed on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope import progress as events
from imgscope import reading
from imgscope.cache import LayerCache
from imgscope.layer.wants import Wants
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.manifest import Descriptor
from imgscope.reading import LayerReader, ReadingTerms, reading_order
from tests.support.images import file, hard_link, image, layer
from tests.support.memory import MemorySource

_ENOUGH_SECONDS = 10


@given(st.lists(st.integers(0, 2**40), max_size=20), st.integers(1, 8))
def test_every_layer_is_read_once(sizes: list[int], threads: int) -> None:
    assert sorted(reading_order(sizes, threads)) == list(range(len(sizes)))


@pytest.mark.parametrize(
    ("sizes", "threads", "order"),
    [
        ([3, 3, 3, 3], 2, [0, 1, 2, 3]),
        ([1, 1, 1, 20], 2, [3, 0, 1, 2]),
        ([63, 55, 281, 108, 429, 30, 14, 17], 2, [0, 1, 2, 4, 3, 5, 7, 6]),
        ([1, 5, 3], 1, [0, 1, 2]),
        ([], 4, []),
    ],
)
def test_the_lowest_goes_first_unless_a_larger_one_would_keep_everybody_waiting_in_the_end(
    sizes: list[int], threads: int, order: list[int]
) -> None:
    assert list(reading_order(sizes, threads)) == order


def test_the_order_of_fifty_thousand_layers_takes_no_step_for_each_pair_of_them() -> None:
    looks = 0

    class Counted(list[int]):
        def __getitem__(self, position: Any) -> Any:
            nonlocal looks
            looks += 1
            return super().__getitem__(position)

    assert list(reading_order(Counted([1] * 50_000), 2)) == list(range(50_000))
    assert looks <= 4 * 50_000


def test_a_layer_is_handed_on_while_a_higher_one_is_still_being_read() -> None:
    first, second = layer(file("first", "x")), layer(file("second", "y"))
    may_go_on = threading.Event()

    class Holding(MemorySource):
        @contextmanager
        def open_blob(
            self, descriptor: Descriptor, start: int = 0, length: int | None = None
        ) -> Iterator[Iterator[bytes]]:
            if descriptor.digest == second.digest:
                assert may_go_on.wait(_ENOUGH_SECONDS)
            with super().open_blob(descriptor, start, length) as chunks:
                yield chunks

    source = Holding(image([first, second]))
    reader = LayerReader(
        source,
        ReadingTerms(
            wants=Wants([]),
            limits=DEFAULT_LIMITS,
            cache=None,
            progress=events.ignore,
            cancelled=threading.Event(),
        ),
    )
    layers = reader.read(source.resolve(None), jobs=2)
    assert next(layers).digest == first.digest
    may_go_on.set()
    assert [index.digest for index in layers] == [second.digest]


@pytest.mark.parametrize(("is_remote", "at_once"), [(False, 1), (True, 3)])
def test_layers_from_afar_are_read_by_more_threads_than_there_are_cores(
    is_remote: bool, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_CORES", 1)
    all_at_work = threading.Barrier(at_once)

    class Meeting(MemorySource):
        @contextmanager
        def open_blob(
            self, descriptor: Descriptor, start: int = 0, length: int | None = None
        ) -> Iterator[Iterator[bytes]]:
            threads.add(threading.get_ident())
            all_at_work.wait(_ENOUGH_SECONDS)
            with super().open_blob(descriptor, start, length) as chunks:
                yield chunks

    threads: set[int] = set()
    source = Meeting(image([layer(file(f"file-{number}", "x")) for number in range(3)]))
    terms = ReadingTerms(
        wants=Wants([]), limits=DEFAULT_LIMITS, cache=None, progress=events.ignore, cancelled=threading.Event()
    )
    head = replace(source.resolve(None), is_remote=is_remote)
    assert [index.error for index in LayerReader(source, terms).read(head, jobs=4)] == [None, None, None]
    assert len(threads) == at_once


def test_limits_hold_for_layers_from_the_cache_too(tmp_path: Path) -> None:
    """What fits the limits layer by layer is in the cache afterwards, and together it must still not be too much."""
    layers = [layer(file(f"{number}/a", "x"), file(f"{number}/b", "y")) for number in range(3)]
    source = MemorySource(image(layers))

    def read_with(limits: Limits) -> tuple[list[int], list[str | None]]:
        reader = LayerReader(
            source,
            ReadingTerms(
                wants=Wants([]),
                limits=limits,
                cache=LayerCache(tmp_path),
                progress=events.ignore,
                cancelled=threading.Event(),
            ),
        )
        errors = [index.error for index in reader.read(source.resolve(None), jobs=1)]
        return reader.from_cache, errors

    assert read_with(DEFAULT_LIMITS) == ([], [None, None, None])
    too_many = "brings the image to more than the 5 entries that are read"
    assert read_with(Limits(entry_count=5)) == ([0, 1], [None, None, too_many])


@pytest.mark.parametrize("kept", [True, False], ids=["with a cache", "without"])
def test_a_layer_whose_hard_links_lead_to_what_nobody_asked_for_is_fetched_twice_and_never_again(
    kept: bool, tmp_path: Path
) -> None:
    far = layer(file("store/a", "1"), file("other", "x" * 5000), hard_link("etc/a", "store/a"))
    near = layer(file("etc/b", "2"), hard_link("etc/c", "etc/b"))
    source = MemorySource(image([near, far]))
    seen: list[events.Event] = []
    terms = ReadingTerms(
        wants=Wants(["etc/*"]),
        limits=DEFAULT_LIMITS,
        cache=LayerCache(tmp_path) if kept else None,
        progress=seen.append,
        cancelled=threading.Event(),
    )
    head = source.resolve(None)
    before = source.traffic().bytes_fetched
    first = list(LayerReader(source, terms).read(head, jobs=1))
    fetched = source.traffic().bytes_fetched - before
    assert fetched == len(near.blob) + 2 * len(far.blob)
    assert [index.captured for index in first] == [{"etc/b": b"2"}, {"store/a": b"1"}]
    last = [event.received for event in seen if isinstance(event, events.LayerProgress) and event.layer == 1][-1]
    assert last == len(far.blob)
    if kept:
        assert list(LayerReader(source, terms).read(head, jobs=1)) == first
        assert source.traffic().bytes_fetched - before == fetched
