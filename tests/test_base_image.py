"""Which layers are the base's: by images inspected before, by history, and never by an annotation alone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from imgscope import analyze
from imgscope.base_image import find_base
from imgscope.cache import LayerCache
from imgscope.known_images import KnownImage, KnownImages
from imgscope.oci.config import History, parse_config
from imgscope.oci.manifest import Manifest, parse_manifest
from imgscope.report import ImageReport
from tests.support.images import BuiltLayer, Step, file, image, layer, step
from tests.support.memory import MemorySource

BASE = layer(file("etc/os-release", "ID=debian"), created_by="/bin/sh -c #(nop) ADD file:1 in / ")
OWN = layer(file("app", "x" * 200_000), created_by="COPY app / # buildkit")
OLD, NEW, LATEST = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"


def report_on(
    *steps: BuiltLayer | Step,
    times: list[str] | None = None,
    cache: LayerCache | None = None,
    manifest_fields: dict[str, Any] | None = None,
) -> ImageReport:
    """The report on an image whose steps were made at `times`."""
    built = image(steps, manifest_fields=manifest_fields)
    if times is not None:
        history = [
            {"created": time, "created_by": made.created_by, "empty_layer": isinstance(made, Step)}
            for time, made in zip(times, steps, strict=True)
        ]
        built = image(steps, config_fields={"history": history}, manifest_fields=manifest_fields)
    return analyze.inspect_source(MemorySource(built), options=analyze.Options(cache=cache)).report


@pytest.fixture
def cache(tmp_path: Path) -> LayerCache:
    return LayerCache(tmp_path / "cache")


def test_layers_of_an_image_inspected_before_are_the_base_of_the_next(cache: LayerCache) -> None:
    below = report_on(BASE, cache=cache)
    report = report_on(BASE, OWN, cache=cache)
    base = report.image.base
    assert base is not None
    assert (base.layer_count, base.confidence, base.reference, base.digest) == (
        1,
        "high",
        "example.com/app:1",
        below.image.digest,
    )
    assert base.evidence == "the lowest layer is that of example.com/app:1, inspected before"
    assert [found.from_base for found in report.layers] == [True, False]


def test_the_base_with_the_most_layers_counts_and_an_image_is_no_base_of_itself(cache: LayerCache) -> None:
    middle = layer(file("lib", "x"))
    for steps in ([BASE], [BASE, middle], [BASE, middle, OWN]):
        report_on(*steps, cache=cache)
    base = report_on(BASE, middle, OWN, cache=cache).image.base
    assert base is not None
    assert base.layer_count == 2


def test_without_a_cache_nothing_is_known_and_nothing_remembered() -> None:
    report_on(BASE)
    assert report_on(BASE, OWN).image.base is None


def test_history_that_goes_on_a_month_after_a_start_command_tells_the_base() -> None:
    report = report_on(BASE, step('CMD ["bash"]'), OWN, step('CMD ["/app"]'), times=[OLD, OLD, NEW, NEW])
    base = report.image.base
    assert base is not None
    assert (base.layer_count, base.confidence, base.reference) == (1, "medium", None)
    assert [found.from_base for found in report.layers] == [True, False]


def test_the_last_start_command_that_another_build_went_on_from_tells_the_base() -> None:
    middle, start = layer(file("lib", "x")), step('CMD ["bash"]')
    base = report_on(BASE, start, middle, start, start, OWN, times=[OLD, OLD, NEW, NEW, NEW, LATEST]).image.base
    assert base is not None
    assert base.layer_count == 2


def test_very_many_start_commands_are_looked_at_once() -> None:
    start = History(created=OLD, created_by='CMD ["bash"]', empty_layer=True)
    history = (History(created=OLD), *[start] * 30_000, History(created=OLD))
    built = image([BASE, OWN])
    manifest = parse_manifest(built.manifest)
    assert isinstance(manifest, Manifest)
    config = msgspec.structs.replace(parse_config(built.config), history=history)
    started = time.thread_time()
    assert find_base(manifest, config, ()) is None
    assert time.thread_time() - started < 1


@pytest.mark.parametrize(
    ("steps", "times"),
    [
        ([BASE, step('CMD ["bash"]'), OWN], [OLD, OLD, "2026-01-01T00:05:00Z"]),
        ([BASE, step('CMD ["bash"]'), OWN], [OLD, OLD, "not a time"]),
        ([BASE, step("ENV A=1"), OWN], [OLD, OLD, NEW]),
        ([BASE, OWN, step('CMD ["/app"]')], [OLD, NEW, NEW]),
        ([step('CMD ["bash"]'), BASE, OWN], [OLD, NEW, NEW]),
    ],
    ids=["one build", "no times", "no start command", "nothing after it", "nothing before it"],
)
def test_otherwise_history_tells_no_base(steps: list[BuiltLayer | Step], times: list[str]) -> None:
    assert report_on(*steps, times=times).image.base is None


def test_C33_an_annotation_is_a_hint_that_gives_no_layer_to_a_base() -> None:
    claims = {
        "org.opencontainers.image.base.name": "docker.io/library/debian:12",
        "org.opencontainers.image.base.digest": "sha256:" + "1" * 64,
    }
    report = report_on(BASE, OWN, manifest_fields={"annotations": claims})
    base = report.image.base
    assert base is not None
    assert (base.layer_count, base.confidence, base.reference) == (0, "low", "docker.io/library/debian:12")
    assert not any(found.from_base for found in report.layers)


def test_C33_an_annotation_is_confirmed_by_the_layers_of_the_image_with_its_digest(cache: LayerCache) -> None:
    below = report_on(BASE, cache=cache)
    claims = {"org.opencontainers.image.base.digest": below.image.digest}
    base = report_on(BASE, OWN, cache=cache, manifest_fields={"annotations": claims}).image.base
    assert base is not None
    assert base.evidence.endswith("inspected before, as its annotation says")


def test_what_a_base_wastes_is_counted_but_not_held_against_who_builds_on_it(cache: LayerCache) -> None:
    wasteful = layer(file("app", "y" * 300_000))
    report_on(wasteful, BASE, cache=cache)
    report = report_on(wasteful, BASE, layer(file("app", "z" * 100)), cache=cache)
    assert report.waste.wasted_bytes == 300_000
    assert report.waste.reclaimable_bytes == 0
    assert "overwritten-later" not in {found.rule_id for found in report.findings}


def test_an_image_that_was_not_read_to_its_end_is_not_remembered(cache: LayerCache) -> None:
    source = MemorySource(image([BASE]), replaced={BASE.digest: None})
    analyze.inspect_source(source, options=analyze.Options(cache=cache))
    assert list(KnownImages(cache.directory)) == []


def test_damaged_and_foreign_files_are_not_known_images(cache: LayerCache) -> None:
    report_on(BASE, cache=cache)
    (kept,) = (cache.directory / "images-1").iterdir()
    kept.with_name("damaged.json").write_bytes(b'{"reference": ')
    kept.with_name("foreign.json").write_bytes(b"[1, 2]")
    assert [known.reference for known in KnownImages(cache.directory)] == ["example.com/app:1"]


def test_only_the_latest_images_are_known(cache: LayerCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgscope.known_images._MOST", 2)
    known = KnownImages(cache.directory)
    for number in range(4):
        known.remember(KnownImage(reference=str(number), digest="", diff_ids=(str(number),)))
    assert {each.reference for each in known} == {"2", "3"}


def test_a_directory_that_cannot_be_written_to_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    known = KnownImages(tmp_path / "cache")
    known.remember(KnownImage(reference="x", digest="", diff_ids=("1",)))
    assert list(known) == []
