"""What may be wrong with an engine, its answers and what it sends: one sentence each."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from imgscope import analyze
from imgscope.errors import Cancelled, ImgscopeError, LimitError, NotFoundError, SourceError, UsageError
from imgscope.layer.index import LayerIndex
from imgscope.layer.read import read_layer
from imgscope.limits import Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.sources.base import SourceOptions
from imgscope.sources.daemon import passage
from imgscope.sources.daemon.address import Address
from imgscope.sources.daemon.engine import DOCKER
from imgscope.sources.daemon.source import DaemonSource
from tests.sources.daemon.opening import APP, OS_RELEASE, Opener, holding
from tests.support.engine import Engine
from tests.support.images import file, image, layer, tar, to_json
from tests.support.registry_exchange import Reply
from tests.support.saved import SAVED_BY, SavedBy

_ENOUGH_SECONDS = 10


def test_a_layer_that_the_image_does_not_have_is_not_found(open_image: Opener) -> None:
    source = open_image(holding(APP))
    source.resolve(None)
    with (
        pytest.raises(NotFoundError, match="no layer sha256"),
        source.open_blob(Descriptor(digest=Digest.of(b""), size=0)),
    ):
        pass


def test_a_name_that_the_engine_does_not_have_is_answered_with_those_like_it(open_image: Opener) -> None:
    engine = holding(APP, name="team/app:1")
    engine.add(APP, "other:latest")
    with pytest.raises(NotFoundError, match="Docker has no image app:2") as caught:
        open_image(engine, "app:2").resolve(None)
    assert caught.value.hint == "it has team/app:1"


def test_a_platform_that_the_image_does_not_have_is_said(open_image: Opener) -> None:
    engine = holding(APP)
    said = "image with reference app:1 was found but does not provide the specified platform (linux/arm64)"
    engine.instead["/json"] = Reply(status=404, body=to_json({"message": said}))
    with pytest.raises(NotFoundError, match="Docker does not have app:1 for linux/arm64: image with reference"):
        open_image(engine).resolve(Platform(os="linux", architecture="arm64"))


def test_a_name_is_not_found_even_where_the_others_cannot_be_listed(open_image: Opener) -> None:
    engine = Engine()
    engine.instead["/images/json"] = Reply(status=500)
    with pytest.raises(NotFoundError, match="Docker has no image app:1") as caught:
        open_image(engine).resolve(None)
    assert caught.value.hint == "docker images lists those that it has"


@pytest.mark.parametrize(
    ("names", "hint"), [([], "it has no images"), (["a", "b"], "it has 2 images, none of them called like it")]
)
def test_where_no_name_is_like_it_the_number_is_told(open_image: Opener, names: list[str], hint: str) -> None:
    engine = Engine()
    for name in names:
        engine.add(APP, name)
    with pytest.raises(NotFoundError) as caught:
        open_image(engine, "wanted:1").resolve(None)
    assert caught.value.hint == hint


@pytest.mark.parametrize(
    "name", ["4b54bd11f28f", "sha256:" + "0" * 64, "0" * 64, "app", "host:5000/a/b@sha256:" + "0" * 64]
)
def test_names_and_ids_are_taken(open_image: Opener, name: str) -> None:
    assert open_image(Engine(), name).reference == f"docker-daemon:{name}"


@pytest.mark.parametrize("name", ["", "../x", "UPPER", "a b", "a?b=c"])
def test_C58_what_is_no_name_is_refused_before_anything_is_sent(open_image: Opener, name: str) -> None:
    with pytest.raises(UsageError):
        open_image(Engine(), name)


@pytest.mark.parametrize("by", SAVED_BY)
def test_where_the_stream_breaks_off_what_was_read_is_reported(open_image: Opener, by: SavedBy) -> None:
    engine = holding(APP, by)
    engine.cut_after = 9000
    report = analyze.inspect_source(open_image(engine)).report
    assert not report.complete
    assert report.failures
    assert all("connection to Docker at /run/engine.sock broke off" in failure.message for failure in report.failures)
    assert len(report.layers) == 4


def test_a_stream_that_breaks_off_after_its_last_layer_is_not_complete(open_image: Opener) -> None:
    engine = holding(APP, "podman")
    engine.cut_after = engine.archive().index(b".json\0")
    report = analyze.inspect_source(open_image(engine)).report
    assert [failure.name for failure in report.failures] == ["all"]
    assert "history could not be fetched" in report.failures[0].message
    assert [each.created_by for each in report.layers] == [built.created_by for built in APP.layers]


def test_a_stream_that_breaks_off_after_all_that_matters_is_enough(open_image: Opener) -> None:
    engine = holding(APP, "podman")
    engine.cut_after = len(engine.archive()) - 100
    assert analyze.inspect_source(open_image(engine)).report.complete


def test_what_docker_says_at_the_end_of_a_stream_that_failed_is_told(open_image: Opener) -> None:
    engine = holding(APP)
    engine.cut_after = 12000
    engine.last_words = to_json({"errorDetail": {"message": "no space left"}, "error": "no space left"})
    report = analyze.inspect_source(open_image(engine)).report
    assert any("Docker stopped in the middle of the image: no space left" in each.message for each in report.failures)


def test_an_archive_that_ends_early_is_told_where(open_image: Opener) -> None:
    engine = holding(APP)
    engine.instead["/get"] = Reply(body=engine.archive()[:3000])
    report = analyze.inspect_source(open_image(engine)).report
    assert not report.complete
    assert "Docker stopped in the middle of the image, as its archive" in report.failures[0].message


def test_a_layer_that_is_not_what_it_is_called_is_a_failure_of_that_layer(open_image: Opener) -> None:
    engine = holding(APP, "docker 25")
    engine.instead["/get"] = Reply(body=engine.archive().replace(b"1111", b"1112", 1))
    report = analyze.inspect_source(open_image(engine)).report
    assert [bool(each.error) for each in report.layers] == [False, True, False, False]
    assert "does not match its digest" in report.failures[0].message


def test_a_mistake_in_reading_one_layer_costs_only_that_layer(
    open_image: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(chunks: Iterator[bytes], descriptor: Descriptor, **settings: Any) -> LayerIndex:
        if descriptor.digest == APP.layers[1].diff_id:
            raise ZeroDivisionError
        return read_layer(chunks, descriptor, **settings)

    monkeypatch.setattr("imgscope.passing.read_layer", mistaken)
    report = analyze.inspect_source(open_image(holding(APP))).report
    assert [bool(each.error) for each in report.layers] == [False, True, False, False]
    assert "mistake in imgscope: ZeroDivisionError" in report.failures[0].message


def test_what_is_wrong_with_a_layer_that_cannot_be_recognised_is_told(open_image: Opener) -> None:
    engine = holding(APP)
    unrecognizable = engine.archive().replace(b"1970-01-01", b"1971-01-01")
    engine.instead["/get"] = Reply(body=unrecognizable.replace(b"1111", b"1112", 1))
    report = analyze.inspect_source(open_image(engine)).report
    assert [bool(each.error) for each in report.layers] == [False, True, False, False]
    assert "one of the layers that were sent unpacks to sha256:" in report.failures[0].message


@pytest.mark.parametrize("by", ["docker 24", "docker on containerd"])
def test_a_layer_that_does_not_unpack_to_what_is_promised_is_a_failure(open_image: Opener, by: SavedBy) -> None:
    promised = {"type": "layers", "diff_ids": [APP.layers[0].diff_id, APP.layers[1].diff_id]}
    built = image([OS_RELEASE, layer(file("x", "y"))], media="docker", config_fields={"rootfs": promised})
    report = analyze.inspect_source(open_image(holding(built, by))).report
    assert [bool(each.error) for each in report.layers] == [False, True]


def test_an_engine_that_is_too_old_to_list_layers_is_told(open_image: Opener) -> None:
    engine = holding(APP)
    engine.instead["/json"] = Reply(body=to_json({"Id": "abc", "Architecture": "amd64", "Os": "linux"}))
    with pytest.raises(SourceError, match="Docker is too old"):
        open_image(engine).resolve(None)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Reply(status=500, body=b'{"message":"layer does not exist"}'), "status 500: layer does not exist"),
        (Reply(status=404, body=b"<html>"), "as something does that is no container engine"),
        (Reply(body=b"<html>"), "is not JSON"),
        (Reply(body=b'{"Id":"x","RootFS":{"Type":"layers"}}'), "names no image ID"),
        (Reply(body=b"[" * 5_000_000), "more than the"),
        (Reply(body=b"{}", cut_after=1), "broke off"),
    ],
)
def test_odd_answers_are_one_sentence(open_image: Opener, answer: Reply, sentence: str) -> None:
    engine = holding(APP)
    engine.instead["/json"] = answer
    with pytest.raises(ImgscopeError, match=sentence):
        open_image(engine).resolve(None)


def test_a_closed_source_ends_what_another_thread_waits_for(tmp_path: Path) -> None:
    engine = holding(APP)
    engine.pauses = True
    with engine.serve(tmp_path / "docker.sock"), ThreadPoolExecutor(1) as threads:
        address = Address.parse(f"unix://{tmp_path / 'docker.sock'}", origin="DOCKER_HOST")
        source = DaemonSource(DOCKER, "app:1", SourceOptions(), address=lambda: address)
        source.resolve(None)
        reading = threads.submit(lambda: list(source.passing_layers(())))
        assert engine.is_pausing.wait(_ENOUGH_SECONDS)
        source.close()
        with pytest.raises(SourceError, match="was closed"):
            reading.result(_ENOUGH_SECONDS)
        engine.goes_on.set()


def test_who_stops_an_inspection_need_not_wait_for_the_engine(tmp_path: Path) -> None:
    engine = holding(APP)
    engine.pauses = True
    cancelled = threading.Event()

    def stop_when_it_pauses() -> None:
        assert engine.is_pausing.wait(_ENOUGH_SECONDS)
        cancelled.set()

    with engine.serve(tmp_path / "docker.sock"), ThreadPoolExecutor(1) as threads:
        address = Address.parse(f"unix://{tmp_path / 'docker.sock'}", origin="DOCKER_HOST")
        source = DaemonSource(DOCKER, "app:1", SourceOptions(), address=lambda: address)
        threads.submit(stop_when_it_pauses)
        with pytest.raises(Cancelled):
            analyze.inspect_source(source, cancelled=cancelled)
        source.close()
        engine.goes_on.set()


@pytest.mark.parametrize("what", ["/json", "/history"])
def test_K_an_answer_beyond_the_limit_is_not_read_and_the_setting_is_named(open_image: Opener, what: str) -> None:
    engine = holding(APP)
    engine.instead[what] = Reply(body=b"[" * 5000)
    with pytest.raises(LimitError, match="Docker answered with more than the 4,096 bytes that are read") as caught:
        open_image(engine, limits=Limits(engine_answer_size=4096)).resolve(None)
    assert caught.value.hint == "if it is meant to be so large, set engine-answer-size in [limits] of imgscope.toml"


def test_K_a_larger_answer_is_read_where_the_limit_is_raised(open_image: Opener) -> None:
    engine = holding(APP)
    step = {"CreatedBy": "x" * 1_000_000, "Size": 0}
    engine.instead["/history"] = Reply(body=to_json([step] * 5))
    with pytest.raises(LimitError, match="more than the 4,194,304 bytes"):
        open_image(engine).resolve(None)
    assert open_image(engine, limits=Limits(engine_answer_size=2**23)).resolve(None).manifest.layers


def test_K_where_an_archive_has_more_members_than_are_read_the_layers_before_are_reported(
    open_image: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = holding(APP, "podman")
    monkeypatch.setattr(passage, "_MOST_MEMBERS", 2)
    report = analyze.inspect_source(open_image(engine)).report
    assert [bool(each.error) for each in report.layers] == [False, False, True, True]
    assert "Docker sent more than the 2 files" in report.failures[0].message


def test_an_image_that_cannot_be_read_stops_no_other_one(open_image: Opener) -> None:
    """Those that are compared share what stops them."""
    engine = holding(APP)
    engine.instead["/get"] = Reply(body=tar([file("manifest.json", "[]")]))
    cancelled = threading.Event()
    with pytest.raises(NotFoundError, match="holds no image"):
        analyze.inspect_source(open_image(engine), cancelled=cancelled)
    assert not cancelled.is_set()
