"""The thread that inspects, and how often it tells of progress."""

from __future__ import annotations

import queue
import threading

from textual.message import Message

from imgscope import progress as events
from imgscope.analyze import Inspection, inspect_source, origins_of
from imgscope.early_facts import EarlyFacts
from imgscope.tui.messages import Failed, Progressed
from imgscope.tui.model.session import Session
from imgscope.tui.worker import EarlyLook, InspectionThread, throttled
from tests.support.images import BuiltImage
from tests.support.memory import MemorySource
from tests.tui.stage import app_image


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


def test_what_happens_while_nobody_looks_is_one_message() -> None:
    posted: list[Message] = []

    def inspect(*, progress: events.Progress, cancelled: threading.Event) -> Inspection:
        for layer in range(100):
            progress(events.LayerProgress(layer=layer, received=1))
        raise ZeroDivisionError

    thread = InspectionThread(inspect, Session("app"), posted.append)
    thread.start()
    thread.wait(10)
    assert [type(message) for message in posted] == [Progressed, Failed]
    assert isinstance(posted[0], Progressed)
    assert len(posted[0].take()) == 100
    assert not posted[0].take()


def _found(built: BuiltImage) -> events.ImageFound:
    head = MemorySource(built).resolve(None)
    return events.ImageFound(head=head, origins=origins_of(head))


def test_the_lowest_layer_is_looked_at_while_another_is_on_its_way() -> None:
    seen: queue.Queue[EarlyFacts] = queue.Queue()
    look = EarlyLook(seen.put)
    built = app_image()
    look.take(_found(built))
    lowest = inspect_source(MemorySource(built)).image.tree.layers[0]
    look.take(events.LayerRead(layer=0, index=lowest))
    assert seen.empty(), "what is all there at once is not looked at twice"
    look.take(events.LayerProgress(layer=1, received=1))
    facts = seen.get(timeout=10)
    assert facts.distro is not None
    assert facts.distro.pretty_name == "Debian GNU/Linux 12 (bookworm)"
