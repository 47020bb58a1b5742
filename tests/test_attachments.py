"""Looking up what is attached to an image never costs the report on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from imgscope import analyze
from imgscope import progress as events
from imgscope.limits import DEFAULT_LIMITS
from imgscope.report import Attachment, ImageReport
from imgscope.sources.abilities import Attached
from imgscope.sources.base import ImageHead, SourceOptions
from tests.support.images import file, image, layer
from tests.support.memory import MemorySource

SIGNATURE = Attachment(kind="signature", digest=f"sha256:{1:064}", media_type="application/x", size=1)


class AttachedSource(MemorySource):
    """Finds `attached`, or fails by raising it, once `released`; remembers whether it was asked before any layer."""

    def __init__(self, attached: Attached | Exception) -> None:
        super().__init__(image([layer(file("a", "1"))]))
        self._attached = attached
        self.released = threading.Event()
        self.released.set()
        self.asked = threading.Event()

    def find_attachments(self, head: ImageHead) -> Attached:
        self.asked.set()
        assert self.released.wait(30)
        if isinstance(self._attached, Exception):
            raise self._attached
        return self._attached


def inspected(source: MemorySource, *, patience: float = 30) -> tuple[ImageReport, list[events.Event]]:
    seen: list[events.Event] = []
    limits = replace(DEFAULT_LIMITS, attachment_patience=patience)
    options = analyze.Options(source=SourceOptions(limits=limits))
    report = analyze.inspect_source(source, options=options, progress=seen.append).report
    return report, seen


def notes(seen: list[events.Event]) -> list[str]:
    return [event.message for event in seen if isinstance(event, events.Note)]


def test_C31_what_was_found_stands_in_the_report() -> None:
    report, seen = inspected(AttachedSource(Attached(attachments=(SIGNATURE,))))
    assert report.image.attachments == (SIGNATURE,)
    assert report.complete
    assert notes(seen) == []


def test_what_could_not_be_looked_up_is_a_note_and_no_failure() -> None:
    report, seen = inspected(AttachedSource(Attached(notes=("the registry is silent",))))
    assert report.complete
    assert notes(seen) == ["the registry is silent"]


def test_a_mistake_is_a_note_and_no_failure() -> None:
    report, seen = inspected(AttachedSource(ZeroDivisionError("oh")))
    assert report.complete
    assert notes(seen) == ["what is attached to the image could not be looked up: ZeroDivisionError('oh')"]


def test_a_source_that_keeps_nothing_beside_its_images_has_no_attachments() -> None:
    report, seen = inspected(MemorySource(image([layer(file("a", "1"))])))
    assert report.image.attachments == ()
    assert notes(seen) == []


@pytest.fixture
def silent() -> Iterator[AttachedSource]:
    source = AttachedSource(Attached(attachments=(SIGNATURE,)))
    source.released.clear()
    yield source
    source.released.set()


def test_a_silent_registry_is_not_waited_for_longer_than_it_is_worth(silent: AttachedSource) -> None:
    report, seen = inspected(silent, patience=0.01)
    assert report.complete
    assert report.image.attachments == ()
    assert notes(seen) == ["what is attached to the image is not listed, as looking it up took longer than reading it"]


def test_the_image_is_shown_before_anything_attached_is_looked_up(silent: AttachedSource) -> None:
    asked_when_shown: list[bool] = []

    def watch(event: events.Event) -> None:
        if isinstance(event, events.ImageFound):
            asked_when_shown.append(silent.asked.is_set())
        elif isinstance(event, events.LayerRead):
            silent.released.set()

    report = analyze.inspect_source(silent, progress=watch).report
    assert asked_when_shown == [False]
    assert report.image.attachments == (SIGNATURE,)
