"""Images that a container engine holds, whichever engine it is and however it saves them."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from imgscope import analyze
from imgscope import progress as events
from imgscope.cache import LayerCache
from imgscope.oci.digest import Digest
from imgscope.oci.platform import Platform
from imgscope.sources.base import SourceOptions, StreamedSource
from imgscope.sources.daemon.address import Address
from imgscope.sources.daemon.engine import PODMAN
from imgscope.sources.daemon.source import DaemonSource
from tests.sources.daemon.opening import APP, OS_RELEASE, Opener, holding
from tests.support.image_files import write_docker_archive
from tests.support.images import file, hard_link, image, layer, step, tar, to_json
from tests.support.memory import MemorySource
from tests.support.registry_exchange import Reply
from tests.support.saved import SAVED_BY, SavedBy


def paths(inspection: analyze.Inspection) -> list[list[str]]:
    return [[entry.path for entry in layer.entries] for layer in inspection.image.tree.layers]


@pytest.mark.parametrize("by", SAVED_BY)
def test_C50_an_image_is_read_whole_however_it_is_saved(open_image: Opener, by: SavedBy) -> None:
    source = open_image(holding(APP, by))
    inspection = analyze.inspect_source(source)
    report = inspection.report
    assert report.failures == ()
    assert report.distro.id == "debian"
    assert [each.diff_id for each in report.layers] == [built.diff_id for built in APP.layers]
    assert [each.created_by for each in report.layers] == [built.created_by for built in APP.layers]
    assert paths(inspection) == [["etc/os-release"], ["app/one"], ["app/two"], ["app/.wh.one"]]
    assert report.image.reference == "docker-daemon:app:1"
    assert report.image.source == "docker-daemon"


@pytest.mark.parametrize("by", SAVED_BY)
def test_the_report_is_that_of_the_same_archive_on_disk(open_image: Opener, tmp_path: Path, by: SavedBy) -> None:
    engine = holding(APP, by)
    archive = tmp_path / "saved.tar"
    archive.write_bytes(engine.archive())
    on_disk = analyze.inspect(f"docker-archive:{archive}").report
    streamed = analyze.inspect_source(open_image(engine)).report
    assert (streamed.layers, streamed.waste, streamed.findings) == (on_disk.layers, on_disk.waste, on_disk.findings)
    assert (streamed.image.digest, streamed.image.compressed_size) == (
        on_disk.image.digest,
        on_disk.image.compressed_size,
    )
    assert streamed.image.config == on_disk.image.config


@pytest.mark.parametrize("by", SAVED_BY)
def test_the_image_is_sent_once_and_nothing_but_it_is_asked_for(open_image: Opener, by: SavedBy) -> None:
    engine = holding(APP, by)
    report = analyze.inspect_source(open_image(engine)).report
    assert engine.requests == ["/images/app%3A1/json", "/images/app%3A1/history", "/images/app%3A1/get"]
    assert report.run.requests == 3
    assert report.run.bytes_fetched >= len(engine.archive())


def test_C50_names_are_percent_encoded(open_image: Opener) -> None:
    name = "registry.example:5000/team/app:1"
    engine = holding(APP, name=name)
    open_image(engine, name).resolve(None)
    assert engine.requests[0] == "/images/registry.example%3A5000%2Fteam%2Fapp%3A1/json"


@pytest.mark.parametrize("by", SAVED_BY)
def test_layers_and_sizes_are_told_before_any_of_them_is_read(open_image: Opener, by: SavedBy) -> None:
    engine = holding(APP, by)
    seen: list[events.Event] = []
    analyze.inspect_source(open_image(engine), progress=seen.append)
    found = seen[0]
    assert isinstance(found, events.ImageFound)
    assert [each.size for each in found.head.manifest.layers] == [len(built.tar) for built in APP.layers]
    assert [origin.created_by for origin in found.origins] == [built.created_by for built in APP.layers]
    assert str(found.head.platform) == "linux/amd64"
    read = [event.layer for event in seen if isinstance(event, events.LayerRead)]
    assert sorted(read) == [0, 1, 2, 3]


@pytest.mark.parametrize("by", ["docker 24", "docker 25", "podman"])
def test_progress_is_told_of_the_layer_that_passes_by(open_image: Opener, by: SavedBy) -> None:
    seen: list[events.Event] = []
    analyze.inspect_source(open_image(holding(APP, by)), progress=seen.append)
    layers = [event.layer for event in seen if isinstance(event, events.LayerProgress | events.LayerRead)]
    runs = [number for position, number in enumerate(layers) if position == 0 or layers[position - 1] != number]
    assert sorted(runs) == [0, 1, 2, 3]


@pytest.mark.parametrize("by", SAVED_BY)
def test_layers_that_were_read_before_come_from_the_cache(open_image: Opener, tmp_path: Path, by: SavedBy) -> None:
    options = analyze.Options(cache=LayerCache(tmp_path / "cache"))
    first = analyze.inspect_source(open_image(holding(APP, by)), options=options).report
    seen: list[events.Event] = []
    second = analyze.inspect_source(open_image(holding(APP, by)), options=options, progress=seen.append).report
    assert second.run.layers_from_cache == 4
    assert not any(isinstance(event, events.LayerProgress) for event in seen)
    assert second.layers == first.layers
    assert second.image == first.image


def test_a_layer_that_would_take_a_second_reading_is_told_and_left_to_those_who_can_read_it_again(
    open_image: Opener, tmp_path: Path
) -> None:
    linked = layer(file("store/a", "ID=debian"), file("store/b", "x"), hard_link("etc/os-release", "store/a"))
    built = image([linked], media="docker")
    options = analyze.Options(cache=LayerCache(tmp_path / "cache"))
    streamed = analyze.inspect_source(open_image(holding(built)), options=options).report
    (failure,) = [each.message for each in streamed.failures if each.stage == "layer"]
    assert failure.startswith("the content of /etc/os-release, a hard link to /store/a, was not kept while reading")
    assert failure.endswith("; write the image to a file (docker save, podman save), and inspect that")
    again = analyze.inspect_source(MemorySource(built), options=options).report
    assert (again.distro.id, again.failures, again.run.layers_from_cache) == ("debian", (), 0)


@pytest.mark.parametrize("by", ["docker 24", "docker 25", "podman"])
def test_only_layers_that_are_new_are_read(open_image: Opener, tmp_path: Path, by: SavedBy) -> None:
    options = analyze.Options(cache=LayerCache(tmp_path / "cache"))
    base = image([OS_RELEASE, layer(file("app/one", "1" * 5000), created_by="COPY")], media="docker")
    analyze.inspect_source(open_image(holding(base, by)), options=options)
    seen: list[events.Event] = []
    report = analyze.inspect_source(open_image(holding(APP, by)), options=options, progress=seen.append).report
    assert report.run.layers_from_cache == 2
    assert {event.layer for event in seen if isinstance(event, events.LayerProgress)} == {2, 3}


@pytest.mark.parametrize("by", SAVED_BY)
def test_a_layer_that_is_in_an_image_twice_counts_twice(open_image: Opener, by: SavedBy) -> None:
    again = layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\n"), created_by="COPY again / # buildkit")
    built = image([OS_RELEASE, layer(file("b", "2")), again], media="docker")
    report = analyze.inspect_source(open_image(holding(built, by))).report
    assert report.failures == ()
    assert [each.diff_id for each in report.layers] == [OS_RELEASE.diff_id, built.layers[1].diff_id, OS_RELEASE.diff_id]


@pytest.mark.parametrize("by", SAVED_BY)
def test_an_image_without_layers_is_reported(open_image: Opener, by: SavedBy) -> None:
    built = image([step('CMD ["app"]')], media="docker")
    report = analyze.inspect_source(open_image(holding(built, by))).report
    assert report.complete
    assert report.layers == ()


@pytest.mark.parametrize("by", SAVED_BY)
def test_a_single_layer_can_be_read_in_part(open_image: Opener, by: SavedBy) -> None:
    source = open_image(holding(APP, by))
    source.resolve(None)
    list(source.passing_layers(()))
    wanted, built = source.settled().manifest.layers[2], APP.layers[2]
    content = built.blob if by == "docker on containerd" else built.tar
    with source.open_blob(wanted) as pieces:
        assert b"".join(pieces) == content
    with source.open_blob(wanted, 100, 50) as pieces:
        assert b"".join(pieces) == content[100:150]


@pytest.mark.parametrize("by", SAVED_BY)
@pytest.mark.parametrize(
    ("name", "asked"),
    [("node", "node:latest"), ("localhost:5000/node", "localhost:5000/node:latest"), ("cafe", "cafe")],
)
def test_a_name_without_a_tag_is_its_latest_one_of_however_many(
    open_image: Opener, by: SavedBy, name: str, asked: str
) -> None:
    """What could be an ID too is asked for as it is, until the engine has said what it is."""
    engine = holding(APP, by, f"{name}:latest")
    engine.add(image([OS_RELEASE], media="docker"), f"{name}:16-slim")
    report = analyze.inspect_source(open_image(engine, name)).report
    assert report.failures == ()
    assert report.image.reference == f"docker-daemon:{name}"
    assert [each.diff_id for each in report.layers] == [built.diff_id for built in APP.layers]
    latest = quote(f"{name}:latest", safe="")
    assert engine.requests == [
        f"/images/{quote(asked, safe='')}/json",
        f"/images/{latest}/history",
        f"/images/{latest}/get",
    ]


def test_an_image_is_known_by_the_first_digits_of_its_id(open_image: Opener) -> None:
    engine = holding(APP, name="1a2")
    open_image(engine, "1a2").resolve(None)
    assert engine.requests == ["/images/1a2/json", "/images/1a2/history"]


def test_a_daemon_is_a_streamed_source(open_image: Opener) -> None:
    assert isinstance(open_image(holding(APP)), StreamedSource)


def test_layers_that_cannot_be_recognised_are_told_apart_by_what_they_unpack_to(open_image: Opener) -> None:
    engine = holding(APP, "docker 24")
    engine.instead["/get"] = Reply(body=engine.archive().replace(b"1970-01-01", b"1971-01-01"))
    seen: list[events.Event] = []
    inspection = analyze.inspect_source(open_image(engine), progress=seen.append)
    assert inspection.report.failures == ()
    assert paths(inspection) == [["etc/os-release"], ["app/one"], ["app/two"], ["app/.wh.one"]]
    received = {event.layer: event.received for event in seen if isinstance(event, events.LayerProgress)}
    assert received == {number: len(built.tar) for number, built in enumerate(APP.layers)}


def test_C47_layers_that_are_compressed_though_no_digest_names_them_are_hashed_in_passing(open_image: Opener) -> None:
    engine = holding(APP)
    config = file(f"{Digest(APP.config_digest).encoded}.json", APP.config)
    names = [f"{number:064}/layer.tar" for number in range(len(APP.layers))]
    listed = to_json([{"Config": config.path, "RepoTags": ["app:1"], "Layers": names}])
    layers = [file(name, built.blob) for name, built in zip(names, APP.layers, strict=True)]
    engine.instead["/get"] = Reply(body=tar([*layers, config, file("manifest.json", listed)]))
    report = analyze.inspect_source(open_image(engine)).report
    assert report.failures == ()
    assert [(each.digest, each.compression) for each in report.layers] == [
        (built.digest, "gzip") for built in APP.layers
    ]


def test_where_the_history_does_not_tell_which_steps_made_a_layer_they_wait_for_the_end(open_image: Opener) -> None:
    engine = holding(APP)
    engine.instead["/history"] = Reply(body=to_json([{"Created": 0, "CreatedBy": "kaniko", "Size": 0}] * 3))
    source = open_image(engine)
    early = source.resolve(None)
    assert [each.size for each in early.manifest.layers] == [0, 0, 0, 0]
    assert early.config.layer_history(4) == (None, None, None, None)
    report = analyze.inspect_source(source).report
    assert [each.created_by for each in report.layers] == [built.created_by for built in APP.layers]


def test_an_empty_layer_of_an_instruction_that_makes_one_is_told_from_steps_that_make_none(open_image: Opener) -> None:
    engine = holding(APP)
    steps = [("CMD", 0), ("RUN rm", 0), ("RUN make", 9), ("WORKDIR /app", 0), ("ENV a=b", 0), ("ADD root.tar /", 5)]
    history = [{"Created": 1, "CreatedBy": made, "Size": size} for made, size in steps]
    engine.instead["/history"] = Reply(body=to_json(history))
    head = open_image(engine).resolve(None)
    assert [each.size for each in head.manifest.layers] == [5, 0, 9, 0]


def test_an_asked_platform_is_passed_on_and_another_one_is_said(open_image: Opener) -> None:
    engine = holding(APP)
    head = open_image(engine).resolve(Platform(os="linux", architecture="arm64"))
    assert engine.requests[0] == (
        "/images/app%3A1/json?platform=%7B%22os%22%3A%22linux%22%2C%22architecture%22%3A%22arm64%22%7D"
    )
    assert head.notes == ("there is no image for linux/arm64: showing the one for linux/amd64",)


def test_podman_s_images_are_called_by_its_scheme(tmp_path: Path) -> None:
    engine = holding(APP, "podman")
    with engine.serve(tmp_path / "podman.sock"):
        address = Address.parse(f"unix://{tmp_path / 'podman.sock'}", origin="CONTAINER_HOST")
        source = DaemonSource(PODMAN, "app:1", SourceOptions(), address=lambda: address)
        report = analyze.inspect_source(source).report
        source.close()
    assert report.image.reference == "podman:app:1"
    assert report.complete


def test_a_docker_archive_of_the_same_image_has_the_same_layers(open_image: Opener, tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "app.tar", APP, style="podman-symlinks")
    on_disk = analyze.inspect(f"docker-archive:{path}").report
    assert analyze.inspect_source(open_image(holding(APP, "podman"))).report.layers == on_disk.layers
