"""Hashing beside reading: the same digests, whoever does the work, and no thread that outlives it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.layer.hashing import HashingThread
from imgscope.layer.read import read_layer
from imgscope.layer.wants import Wants
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from tests.support.images import file, layer


def always() -> bool:
    return True


@given(chunks=st.lists(st.binary(max_size=50)), answers=st.lists(st.booleans(), min_size=1))
def test_the_digest_is_the_same_however_often_a_core_comes_and_goes(chunks: list[bytes], answers: list[bool]) -> None:
    spare = cycle(answers)
    hashing = HashingThread(lambda: next(spare))
    hasher = hashlib.sha256()

    for chunk in chunks:
        hashing.update(hasher, chunk)
    hashing.settle()

    assert hasher.digest() == hashlib.sha256(b"".join(chunks)).digest()


def test_two_hashers_share_the_thread_and_each_gets_its_own_chunks() -> None:
    hashing = HashingThread(always)
    one, other = hashlib.sha256(), hashlib.sha256()

    for _ in range(100):
        hashing.update(one, b"one")
        hashing.update(other, b"other")
    hashing.settle()

    assert one.digest() == hashlib.sha256(b"one" * 100).digest()
    assert other.digest() == hashlib.sha256(b"other" * 100).digest()


@pytest.mark.parametrize("has_spare_core", [always, lambda: False])
def test_a_layer_reads_the_same_with_and_without_a_core_to_spare(has_spare_core: Callable[[], bool]) -> None:
    built = layer(*(file(f"data/{number}", bytes([number]) * 100_000) for number in range(100)))
    descriptor = Descriptor(digest=Digest(built.digest), size=len(built.blob))

    index = read_layer(
        [built.blob], descriptor, diff_id=Digest(built.diff_id), wants=Wants([]), has_spare_core=has_spare_core
    )

    assert index.error is None
    assert index.diff_id == built.diff_id


@pytest.mark.parametrize("damage", [b"", b"\0" * 100], ids=["cut short", "made longer"])
def test_no_thread_is_left_behind_by_a_damaged_layer(damage: bytes) -> None:
    built = layer(file("data", "x" * 1_000_000), compression="none")
    descriptor = Descriptor(digest=Digest(built.digest), size=len(built.blob))
    blob = built.blob + damage if damage else built.blob[:-1000]

    index = read_layer(_pieces(blob), descriptor, diff_id=None, wants=Wants([]), has_spare_core=always)

    assert index.error is not None
    assert not [thread for thread in threading.enumerate() if thread.name == "hashing"]


def _pieces(blob: bytes) -> Iterator[bytes]:
    return (blob[start : start + 65_536] for start in range(0, len(blob), 65_536))


def test_a_system_that_gives_no_more_threads_costs_only_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    hasher, hashing = hashlib.sha256(), HashingThread(lambda: True)
    hashing.update(hasher, b"some")
    hashing.update(hasher, b"thing")
    hashing.settle()
    assert hasher.hexdigest() == hashlib.sha256(b"something").hexdigest()
