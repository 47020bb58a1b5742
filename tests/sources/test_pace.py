"""How slowly a connection may bring its bytes, by a clock that is set and never waited for."""

from __future__ import annotations

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.sources._pace import Pace, PacedStream, TooSlow


class Dripping(httpcore.NetworkStream):
    """Gives `size` bytes after `seconds` each time; `now` is its clock."""

    def __init__(self, size: int, seconds: float) -> None:
        self.size, self.seconds, self.now = size, seconds, 0.0

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.now += self.seconds
        return bytes(self.size)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.now += 1000

    def paced(self) -> PacedStream:
        return PacedStream(self, Pace(rate=1000, patience=300, clock=lambda: self.now))


def test_a_byte_a_minute_is_waited_for_as_long_as_the_patience_lasts() -> None:
    dripping = Dripping(1, 60)
    stream = dripping.paced()
    for _ in range(5):
        stream.read(1000)
    with pytest.raises(TooSlow, match="fewer than 1,000 bytes a second came for 300 seconds"):
        stream.read(1000)


@given(st.integers(min_value=1, max_value=60), st.integers(min_value=0, max_value=5000))
def test_whoever_keeps_the_rate_is_waited_for_for_ever(seconds: int, more: int) -> None:
    stream = Dripping(seconds * 1000 + more, seconds).paced()
    for _ in range(200):
        stream.read(1_000_000)


def test_what_was_fast_before_is_no_credit_beyond_the_patience() -> None:
    dripping = Dripping(10**9, 0)
    stream = dripping.paced()
    stream.read(10**9)
    dripping.size, dripping.seconds = 1, 301
    with pytest.raises(TooSlow):
        stream.read(1)


def test_each_request_begins_anew_and_sending_it_costs_no_patience() -> None:
    dripping = Dripping(1, 200)
    stream = dripping.paced()
    for _ in range(5):
        stream.write(b"GET")
        stream.read(1)


def test_time_between_reads_costs_no_patience() -> None:
    dripping = Dripping(1, 1)
    stream = dripping.paced()
    for _ in range(100):
        stream.read(1)
        dripping.now += 1000


def test_what_comes_first_may_take_as_long_as_the_timeout_allows() -> None:
    """An engine may have to get an image ready before it sends any of it."""
    dripping = Dripping(1, 1000)
    stream = dripping.paced()
    stream.write(b"GET")
    stream.read(1)
    with pytest.raises(TooSlow):
        stream.read(1)


class Silent(httpcore.NetworkStream):
    """Gives a byte, and then nothing; `waited` are the timeouts that it was read with."""

    def __init__(self) -> None:
        self.waited: list[float | None] = []

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self.waited.append(timeout)
        if len(self.waited) > 1:
            raise httpcore.ReadTimeout
        return b"x"

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Take it."""


@pytest.mark.parametrize(("timeout", "waited", "kind"), [(1800, 300, TooSlow), (60, 60, httpcore.ReadTimeout)])
def test_silence_in_the_middle_is_waited_for_no_longer_than_the_patience_lasts(
    timeout: float, waited: float, kind: type[Exception]
) -> None:
    silent = Silent()
    stream = PacedStream(silent, Pace(rate=1000, patience=300))
    stream.write(b"GET")
    stream.read(1, timeout)
    with pytest.raises(kind) as caught:
        stream.read(1, timeout)
    assert type(caught.value) is kind
    assert silent.waited == [timeout, waited]
