"""Many audits of one image at once: no error, and nothing fetched twice by those who share a cache."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import trustme

import imgscope
from imgscope.report import ImageReport
from tests.support.images import BuiltImage, file, image, layer
from tests.support.registry import Registry
from tests.support.registry_faults import answering, flipped

_NOISE = random.Random(17)
_APP = image([layer(file(f"data-{number}", _NOISE.randbytes(30_000))) for number in range(4)], listed_platform=False)
_MANY = 200


@pytest.fixture(autouse=True)
def few_certificates(one_authority: trustme.CA) -> None:
    """Load one certificate for each audit, and not all that the system trusts."""


def serving(built: BuiltImage) -> Registry:
    registry = Registry()
    registry.add(built)
    return registry


def audit_at_once(host: str, count: int, *, cache: bool = True) -> Iterator[ImageReport]:
    """The reports of `count` inspections that begin at the same moment."""
    started = threading.Barrier(count)

    def audit(_: int) -> ImageReport:
        started.wait()
        return imgscope.inspect(f"{host}/team/app", cache=cache)

    with ThreadPoolExecutor(count) as pool:
        yield from pool.map(audit, range(count))


def fetched(registry: Registry) -> Counter[str]:
    """How often each blob was asked for, by digest."""
    return Counter(seen.path.rpartition("/")[2] for seen in registry.requests if seen.kind == "blobs")


def test_200_audits_at_once_fetch_each_blob_once_and_none_fails() -> None:
    registry = serving(_APP)
    with registry.serve() as host:
        reports = list(audit_at_once(host, _MANY))
    assert all(report.complete for report in reports)
    assert {report.layers for report in reports} == {reports[0].layers}
    assert fetched(registry) == dict.fromkeys(_APP.blobs, 1)
    assert sum(report.run.layers_from_cache for report in reports) == (_MANY - 1) * len(_APP.layers)


def test_without_a_cache_everybody_fetches_for_themselves() -> None:
    registry = serving(_APP)
    with registry.serve() as host:
        assert all(report.complete for report in audit_at_once(host, 3, cache=False))
    assert fetched(registry) == dict.fromkeys(_APP.blobs, 3)


def test_without_a_place_for_the_cache_everybody_fetches_for_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    registry = serving(_APP)
    with registry.serve() as host:
        assert all(report.complete for report in audit_at_once(host, 3))
    assert fetched(registry) == dict.fromkeys(_APP.blobs, 3)


def test_a_layer_that_one_could_not_fetch_is_fetched_by_the_next() -> None:
    registry = serving(_APP)
    broken = flipped(at=1000)
    digest = _APP.layers[2].digest
    broken.applies, broken.times = lambda seen: seen.path.endswith(digest), 1
    registry.misbehave(broken)
    with registry.serve() as host:
        reports = list(audit_at_once(host, 6))
    assert sorted(report.complete for report in reports) == [False, *[True] * 5]
    assert fetched(registry) == dict.fromkeys(_APP.blobs, 1) | {digest: 2}


def test_a_layer_that_nobody_can_fetch_is_tried_by_everybody_and_told_by_all() -> None:
    registry = serving(_APP)
    gone = answering(410, kind="blobs")
    gone.applies = lambda seen: seen.path.endswith(_APP.layers[0].digest)
    registry.misbehave(gone)
    with registry.serve() as host:
        reports = list(audit_at_once(host, 6))
    assert [len(report.failures) for report in reports] == [1] * 6


@pytest.mark.parametrize("cache", [True, False])
def test_a_layer_that_is_in_an_image_twice_is_fetched_once(cache: bool) -> None:
    built = layer(file("same", "again"))
    registry = serving(image([built, layer(file("other", "x")), built, built], listed_platform=False))
    with registry.serve() as host:
        report = imgscope.inspect(f"{host}/team/app", cache=cache)
    assert report.complete
    assert report.image.layer_count == 4
    assert set(fetched(registry).values()) == {1}


def test_a_second_audit_fetches_no_blob_at_all() -> None:
    registry = serving(_APP)
    with registry.serve() as host:
        for _ in range(2):
            imgscope.inspect(f"{host}/team/app")
    assert fetched(registry) == dict.fromkeys(_APP.blobs, 1)
