"""Several images in one run: in their order, each layer once, and one that fails leaves the others."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from imgscope import progress as events
from imgscope.analyze import Inspection, Options
from imgscope.cache import LayerCache
from imgscope.errors import Cancelled, ImgscopeError, SourceError
from imgscope.oci.platform import Platform
from imgscope.report import ImageReport
from imgscope.sources.base import ImageHead, SourceOptions, Traffic
from imgscope.together import FoundImage, ImageEvent, in_order, inspect_numbered, inspect_together, resolve_together
from tests.support.image_files import write_oci_layout
from tests.support.images import BuiltImage, BuiltLayer, Step, file, image, layer
from tests.support.registry import Registry
from tests.support.registry_faults import answering

_NOISE = random.Random(8)
_ENOUGH_SECONDS = 10
_SHARED = [layer(file(f"shared-{number}", _NOISE.randbytes(5000))) for number in range(3)]
_A, _B, _C = (layer(file(name, _NOISE.randbytes(5000))) for name in "abc")


@pytest.fixture(autouse=True)
def few_certificates(one_authority: trustme.CA) -> None:
    """Load one certificate for each image, and not all that the system trusts."""


def built(*layers: BuiltLayer | Step) -> BuiltImage:
    return image(list(layers), listed_platform=False)


@contextmanager
def siblings() -> Iterator[tuple[Registry, list[str]]]:
    """A registry with images that share all layers but the last, and their references."""
    registry = Registry()
    for tag, last in zip("abc", (_A, _B, _C), strict=True):
        registry.add(built(*_SHARED, last), tag=tag)
    with registry.serve() as host:
        yield registry, [f"{host}/team/app:{tag}" for tag in "abc"]


def options(host: str, cache: LayerCache | None = None) -> Options:
    insecure = frozenset([host.partition("/")[0]])
    return Options(cache=cache, source=SourceOptions(insecure_registries=insecure, cache=cache))


def report_of(inspection: Inspection) -> ImageReport:
    return inspection.report


def fetched(registry: Registry) -> Counter[str]:
    """How often each layer was asked for, by digest."""
    layers = {each.digest for each in (*_SHARED, _A, _B, _C)}
    return Counter(
        digest
        for seen in registry.requests
        if (digest := seen.path.rpartition("/")[2]) in layers and seen.method == "GET"
    )


@pytest.mark.parametrize("is_cached", [True, False])
def test_layers_that_images_share_are_fetched_once(is_cached: bool, tmp_path: Path) -> None:
    cache = LayerCache(tmp_path / "cache") if is_cached else None
    with siblings() as (registry, references):
        taken = list(inspect_together(references, take=report_of, options=options(references[0], cache)))
    assert [reference for reference, _ in taken] == references
    reports = [report for _, report in taken if isinstance(report, ImageReport)]
    assert [report.complete for report in reports] == [True] * 3
    assert [report.layers[3].digest for report in reports] == [_A.digest, _B.digest, _C.digest]
    assert len({report.layers[:3] for report in reports}) == 1
    assert fetched(registry) == {each.digest: 1 for each in (*_SHARED, _A, _B, _C)}


def test_a_cache_that_cannot_be_written_to_costs_no_layer_twice_and_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told: list[ImageEvent] = []
    with siblings() as (registry, references):
        given = options(references[0], LayerCache(tmp_path / "file/x"))
        list(inspect_together(references, take=report_of, options=given, progress=told.append))
    assert set(fetched(registry).values()) == {1}
    notes = [each.event.message for each in told if isinstance(each.event, events.Note)]
    assert notes == [f"the cache in {tmp_path / 'file/x'} cannot be written to: Not a directory"]


def test_reports_are_those_of_single_inspections() -> None:
    with siblings() as (_, references):
        together = [each for _, each in inspect_together(references, take=report_of, options=options(references[0]))]
        singly = [
            each
            for reference in references
            for _, each in inspect_together([reference], take=report_of, options=options(reference))
        ]
    for one, other in zip(together, singly, strict=True):
        assert isinstance(one, ImageReport)
        assert isinstance(other, ImageReport)
        assert (one.layers, one.findings, one.waste) == (other.layers, other.findings, other.waste)


def test_one_that_fails_leaves_the_others() -> None:
    with siblings() as (_, references):
        absent = references[0].replace(":a", ":absent")
        asked = [references[0], absent, "no image at all!", references[1]]
        taken = list(inspect_together(asked, take=report_of, options=options(references[0])))
    assert [reference for reference, _ in taken] == asked
    assert [type(each) is ImageReport for _, each in taken] == [True, False, False, True]
    failures = [each for _, each in taken if isinstance(each, ImgscopeError)]
    assert [error.exit_code for error in failures] == [3, 2]


def test_a_shared_layer_that_cannot_be_fetched_is_told_by_all_that_have_it() -> None:
    with siblings() as (registry, references):
        gone = answering(410, kind="blobs")
        gone.applies = lambda seen: seen.path.endswith(_SHARED[0].digest)
        registry.misbehave(gone)
        taken = list(inspect_together(references, take=report_of, options=options(references[0])))
    assert [
        [failure.name for failure in report.failures] for _, report in taken if isinstance(report, ImageReport)
    ] == [[_SHARED[0].digest]] * 3


def test_progress_says_which_image() -> None:
    seen: list[ImageEvent] = []
    with siblings() as (_, references):
        list(inspect_together(references, take=report_of, options=options(references[0]), progress=seen.append))
    for position, reference in enumerate(references):
        own = [each.event for each in seen if each.position == position]
        assert {each.reference for each in seen if each.position == position} == {reference}
        assert sum(isinstance(event, events.ImageFound) for event in own) == 1
        assert sorted(event.layer for event in own if isinstance(event, events.LayerRead)) == [0, 1, 2, 3]


def test_an_image_of_the_run_is_known_as_the_base_of_another_whichever_comes_first(tmp_path: Path) -> None:
    layout = write_oci_layout(tmp_path / "layout", {"base": built(*_SHARED), "app": built(*_SHARED, _A)})
    base, app = f"oci:{layout}:base", f"oci:{layout}:app"
    for asked in ([base, app], [app, base]):
        taken = dict(inspect_together(asked, take=report_of))
        report = taken[app]
        assert isinstance(report, ImageReport)
        assert report.image.base is not None
        assert (report.image.base.layer_count, report.image.base.confidence) == (3, "high")
        assert [found.from_base for found in report.layers] == [True, True, True, False]


def test_what_is_not_taken_of_an_inspection_is_let_go() -> None:
    with siblings() as (_, references):
        taken = list(
            inspect_together(references, take=lambda each: each.head.reference, options=options(references[0]))
        )
    assert [name for _, name in taken] == references


def test_heads_are_found_without_fetching_a_layer() -> None:
    with siblings() as (registry, references):
        absent = references[0].replace(":a", ":absent")
        heads = [head for _, head in resolve_together([*references, absent], options=options(references[0]))]
    assert [isinstance(head, FoundImage) for head in heads] == [True, True, True, False]
    assert fetched(registry) == {}


def inspect_all(references: list[str], *, cancelled: threading.Event) -> Iterator[object]:
    return inspect_together(references, take=report_of, cancelled=cancelled)


class WaitingSource:
    """A source that is found only when it is closed, and cancels the run once `another` was found."""

    def __init__(self, cancelled: threading.Event, another: FoundSource) -> None:
        self.closed = threading.Event()
        self._cancelled = cancelled
        self._another = another

    def resolve(self, platform: Platform | None) -> ImageHead:
        self._another.found.wait(_ENOUGH_SECONDS)
        self._cancelled.set()
        assert self.closed.wait(_ENOUGH_SECONDS)
        raise SourceError("it was closed")

    def close(self) -> None:
        self.closed.set()


class FoundSource:
    """A source whose image is found at once."""

    def __init__(self) -> None:
        self.found, self.closed = threading.Event(), threading.Event()

    def resolve(self, platform: Platform | None) -> object:
        self.found.set()
        return object()

    def traffic(self) -> Traffic:
        return Traffic()

    def close(self) -> None:
        self.closed.set()


@pytest.mark.parametrize("begin", [inspect_all, resolve_together])
def test_cancelling_closes_what_was_found_already_and_what_is_still_looked_for(
    monkeypatch: pytest.MonkeyPatch, begin: Callable[..., Iterator[object]]
) -> None:
    cancelled, found = threading.Event(), FoundSource()
    waiting = WaitingSource(cancelled, found)
    sources: dict[str, object] = {"first": waiting, "second": found}
    monkeypatch.setattr("imgscope.together.open_source", lambda reference, _: sources[reference])
    with pytest.raises(Cancelled):
        list(begin(["first", "second"], cancelled=cancelled))
    assert (waiting.closed.is_set(), found.closed.is_set()) == (True, True)


def test_cancelling_ends_all() -> None:
    cancelled = threading.Event()

    def stop(_: ImageEvent) -> None:
        cancelled.set()

    with siblings() as (_, references), pytest.raises(Cancelled):
        list(
            inspect_together(
                references, take=report_of, options=options(references[0]), progress=stop, cancelled=cancelled
            )
        )


def test_who_stops_early_cancels_the_rest() -> None:
    cancelled = threading.Event()
    with siblings() as (_, references):
        run = inspect_together(references, take=report_of, options=options(references[0]), cancelled=cancelled)
        next(run)
        run.close()  # type: ignore[attr-defined]
    assert cancelled.is_set()


def test_of_many_images_only_some_are_found_before_the_first_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgscope.together._MOST_AHEAD", 2)
    found: list[list[bool]] = []
    with siblings() as (_, references):
        asked = [*references, references[0].replace(":a", ":absent")]
        taken = list(
            inspect_numbered(
                asked,
                take=lambda position, inspection: (position, inspection.report.complete),
                found=lambda heads: found.append([head is not None for head in heads]),
                options=options(references[0]),
            )
        )
    assert found == [[True, True], [True, False]]
    assert [each for _, each in taken[:3]] == [(0, True), (1, True), (2, True)]
    assert isinstance(taken[3][1], ImgscopeError)


def test_results_come_in_order_however_they_end() -> None:
    others_ended = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert others_ended.wait(_ENOUGH_SECONDS)
        if item == 3:
            others_ended.set()
        return item

    assert list(in_order(work, range(4), threads=2, cancelled=threading.Event())) == [0, 1, 2, 3]


def test_a_mistake_is_raised_where_its_result_is_taken() -> None:
    def work(item: int) -> int:
        return 6 // item

    results = in_order(work, [3, 0], threads=1, cancelled=threading.Event())
    assert next(results) == 2
    with pytest.raises(ZeroDivisionError):
        next(results)
