"""What is told while an image is read."""

from __future__ import annotations

from imgscope import progress as events
from imgscope.layer.index import LayerIndex
from imgscope.sources.base import Traffic

_READ = LayerIndex(
    digest="", diff_id="", compression="", compressed_size=0, tar_size=0, unpacked_size=0, file_count=0,
    entries=(), captured={},
)  # fmt: skip


def test_traffic_is_told_ten_times_a_second_at_most_and_after_each_layer() -> None:
    told: list[events.Event] = []
    now, requests = 0.0, 0

    def traffic() -> Traffic:
        return Traffic(requests=requests, bytes_fetched=0)

    tell = events.with_traffic(told.append, traffic, lambda: now)
    for step in range(1, 101):
        now, requests = step / 100, step
        tell(events.LayerProgress(layer=0, received=step))
    seen = [event.traffic.requests for event in told if isinstance(event, events.TrafficSeen)]
    assert 8 <= len(seen) <= 10
    assert seen[0] == 10
    tell(events.LayerRead(layer=0, index=_READ))
    assert told[-1] == events.TrafficSeen(traffic=Traffic(requests=100, bytes_fetched=0))
    assert isinstance(told[-2], events.LayerRead)


def test_what_is_not_about_layers_is_handed_on_alone() -> None:
    told: list[events.Event] = []
    tell = events.with_traffic(told.append, Traffic, lambda: 9.0)
    tell(events.Note(message="x"))
    assert told == [events.Note(message="x")]
