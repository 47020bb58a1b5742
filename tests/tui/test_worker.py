"""The thread that inspects, and how often it tells of progress."""

from __future__ import annotations

import threading

from textual.message import Message

from imgscope import progress as events
from imgscope.analyze import Inspection
from imgscope.tui.messages import Failed
from imgscope.tui.model.session import Session
from imgscope.tui.worker import InspectionThread, throttled


def test_progress_of_a_layer_is_told_ten_times_a_second_at_most() -> None:
    told: list[events.Event] = []
    now = 0.0
    tell = throttled(told.append, lambda: now)
    for step in range(1, 201):
        now = step / 100
        tell(events.LayerProgress(layer=0, received=step))
    assert 15 <= len(told) <= 21


def test_layers_do_not_take_each_others_turn() -> None:
    told: list[events.Event] = []
    tell = throttled(told.append, lambda: 1.0)
    for layer in (0, 1, 0, 1):
        tell(events.LayerProgress(layer=layer, received=1))
    assert [event.layer for event in told if isinstance(event, events.LayerProgress)] == [0, 1]


def test_the_first_bytes_are_told_at_once() -> None:
    told: list[events.Event] = []
    tell = throttled(told.append, lambda: 1.0)
    tell(events.LayerProgress(layer=0, received=0))
    tell(events.LayerProgress(layer=0, received=7))
    assert told[-1] == events.LayerProgress(layer=0, received=7)


def test_an_error_of_any_kind_is_handed_on() -> None:
    posted: list[Message] = []
    mistake = ZeroDivisionError("a mistake")

    def inspect(*, progress: events.Progress, cancelled: threading.Event) -> Inspection:
        raise mistake

    thread = InspectionThread(inspect, Session("app"), posted.append)
    thread.start()
    thread.wait(10)
    assert isinstance(posted[0], Failed)
    assert posted[0].error is mistake


def test_nothing_is_posted_once_it_was_stopped() -> None:
    posted: list[Message] = []

    def inspect(*, progress: events.Progress, cancelled: threading.Event) -> Inspection:
        assert cancelled.wait(10)
        progress(events.LayerProgress(layer=0, received=1))
        raise ZeroDivisionError

    thread = InspectionThread(inspect, Session("app"), posted.append)
    thread.start()
    thread.stop()
    thread.wait(10)
    assert not posted
