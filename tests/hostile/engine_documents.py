"""Engines that send an image whose documents do not belong together, or are none."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.hostile.engine_lie import (
    APP,
    CONFIG_PATH,
    ENGINE_LIES,
    LAYER_PATHS,
    MANIFEST_PATH,
    NAME,
    changed,
    members,
    sends,
)
from tests.hostile.words import ENCODABLE
from tests.support.engine import Engine
from tests.support.images import OCI_INDEX, Entry, descriptor, digest_of, file, image, layer, to_json
from tests.support.saved import saved_members

_OTHER: Final = image([layer(file("etc/os-release", "ID=alpine\n"))], media="docker")
_BYTES: Final = "\x1b]0;title\x07\x9b31m"


def _listing(**fields: Any) -> Entry:
    return file(MANIFEST_PATH, to_json([{"Config": CONFIG_PATH, "RepoTags": [NAME], "Layers": LAYER_PATHS, **fields}]))


def _as_before_25(engine: Engine, **fields: Any) -> None:
    """Send an archive that is no OCI layout, whose manifest.json has these fields."""
    sends(engine, *_plain(), _listing(**fields))


def _plain() -> list[Entry]:
    return [members()[path] for path in (*LAYER_PATHS, CONFIG_PATH)]


def _configured(engine: Engine, config: bytes) -> None:
    """Send such an archive with another configuration, whose name is right."""
    path = f"{digest_of(config).partition(':')[2]}.json"
    sends(engine, *_plain()[:-1], file(path, config), _listing(Config=path))


@ENGINE_LIES.lie(0)
def manifest_of_layers_that_are_not_there(engine: Engine) -> None:
    """manifest.json names files that were not sent: layers are known by their digests, whatever they are called."""
    _as_before_25(engine, Layers=[LAYER_PATHS[0], "nothing/layer.tar"])


@ENGINE_LIES.lie(3, "has no file")
def manifest_of_files_outside(engine: Engine) -> None:
    """manifest.json names files of this machine."""
    _as_before_25(engine, Config="../../../../etc/passwd", Layers=["/etc/shadow", "../x\x1b[31m"])


@ENGINE_LIES.lie(0)
def manifest_of_one_layer_twice(engine: Engine) -> None:
    """manifest.json names the lower layer for the upper one, too: the same holds."""
    _as_before_25(engine, Layers=[LAYER_PATHS[0], LAYER_PATHS[0]])


@ENGINE_LIES.lie(0)
def manifest_of_layers_in_another_order(engine: Engine) -> None:
    """manifest.json names the upper layer first: the configuration says in which order they are."""
    _as_before_25(engine, Layers=LAYER_PATHS[::-1])


@ENGINE_LIES.lie(3, "read only once")
def manifest_of_more_layers_than_the_configuration(engine: Engine) -> None:
    """manifest.json names three layers of an image that has two."""
    _as_before_25(engine, Layers=[*LAYER_PATHS, LAYER_PATHS[1]])


@ENGINE_LIES.lie(3, "is malformed")
def manifest_of_other_types(engine: Engine) -> None:
    """manifest.json is not what Docker wrote down."""
    sends(engine, *_plain(), file(MANIFEST_PATH, to_json([{"Config": [1], "Layers": {"a": "b"}}])))


@ENGINE_LIES.lie(3, "holds 1000 images")
def manifest_of_a_thousand_images(engine: Engine) -> None:
    """manifest.json lists other images than the one that was asked for as well."""
    listed = [{"Config": CONFIG_PATH, "RepoTags": [text], "Layers": []} for text in ENCODABLE]
    sends(engine, *_plain(), file(MANIFEST_PATH, to_json((listed * 1000)[:1000])))


@ENGINE_LIES.lie(3, "is empty|holds no image")
def manifest_of_no_image(engine: Engine) -> None:
    """manifest.json lists nothing."""
    sends(engine, *_plain(), file(MANIFEST_PATH, "[]"))


@ENGINE_LIES.lie(3, "at most 1,048,576 are read")
def enormous_manifest(engine: Engine) -> None:
    """A manifest.json of 20 MB."""
    sends(engine, *_plain(), file(MANIFEST_PATH, b" " * 20_000_000))


@ENGINE_LIES.lie(0)
def manifest_before_all_else(engine: Engine) -> None:
    """manifest.json comes first, as no engine sends it."""
    sends(engine, _listing(), *_plain())


@ENGINE_LIES.lie(0)
def manifest_twice(engine: Engine) -> None:
    """Of two files with one name the last counts, as where they are unpacked."""
    sends(engine, file(MANIFEST_PATH, "no JSON"), *_plain(), _listing())


@ENGINE_LIES.lie(3, "does not match its digest|has the digest|is altered")
def configuration_of_another_digest(engine: Engine) -> None:
    """The configuration is not what its name says, in an OCI layout."""
    changed(engine, {CONFIG_PATH: file(CONFIG_PATH, APP.config.replace(b"linux", b"linuz"))})


@ENGINE_LIES.lie(3, "is altered")
def configuration_of_another_name(engine: Engine) -> None:
    """The same in an archive that is none."""
    altered = file(CONFIG_PATH, APP.config.replace(b"linux", b"linuz"))
    sends(engine, *_plain()[:-1], altered, _listing())


@ENGINE_LIES.lie(3, "no layer of the image that was told of")
def other_image(engine: Engine) -> None:
    """Another image than the one that was asked for."""
    sends(engine, *saved_members(_OTHER, NAME, "docker 25"))


@ENGINE_LIES.lie(0, "another image")
def other_configuration(engine: Engine) -> None:
    """The same layers, but what a container of them runs is another program."""
    config = json.loads(APP.config)
    body = to_json({**config, "config": {"Cmd": ["/other"]}})
    _configured(engine, body)


@ENGINE_LIES.lie(3, "unpacks to|could not be fetched")
def configuration_of_other_layers(engine: Engine) -> None:
    """A configuration that promises other layers than the engine told of, and sent."""
    config = json.loads(APP.config)
    body = to_json({**config, "rootfs": {"type": "layers", "diff_ids": [f"sha256:{each:064x}" for each in (1, 2)]}})
    _configured(engine, body)


@ENGINE_LIES.lie(0, "lists another image than its OCI layout")
def two_images_in_one(engine: Engine) -> None:
    """An OCI layout of one image, and a manifest.json of another one."""
    other = saved_members(_OTHER, NAME, "docker 25")
    mixed = {entry.path: entry for entry in (*other, *members().values())}
    mixed[MANIFEST_PATH] = next(entry for entry in other if entry.path == MANIFEST_PATH)
    sends(engine, *mixed.values())


@ENGINE_LIES.lie(3, "no image|holds no|lists no")
def layout_of_nothing(engine: Engine) -> None:
    """An OCI layout whose index lists nothing."""
    changed(engine, {"index.json": file("index.json", to_json({"schemaVersion": 2, "manifests": []}))})


@ENGINE_LIES.lie(3, "1.0.0 is read")
def layout_of_another_version(engine: Engine) -> None:
    """An OCI layout of a version that nobody knows, beside a manifest.json that is right."""
    changed(engine, {"oci-layout": file("oci-layout", to_json({"imageLayoutVersion": f"9{_BYTES}"}))})


@ENGINE_LIES.lie(3, "more than 4 deep|has no|no file")
def indexes_in_indexes(engine: Engine) -> None:
    """An index that leads to itself is found in no archive; this one leads deeper each time."""
    body = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []})
    added: dict[str, Entry | None] = {}
    for _ in range(10):
        described = descriptor(body, OCI_INDEX)
        path = f"blobs/{described['digest'].replace(':', '/')}"
        added[path] = file(path, body)
        body = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [described]})
    changed(engine, {**added, "index.json": file("index.json", body)})


@ENGINE_LIES.lie(3, "has no file")
def manifest_that_acts(engine: Engine) -> None:
    """Names in manifest.json that act, and one of half a million characters."""
    _as_before_25(engine, Config=_BYTES + "a" * 500_000, RepoTags=list(ENCODABLE))


@ENGINE_LIES.lie(0, by="docker 24")
def documents_of_the_old_kind_without_use(engine: Engine) -> None:
    """Documents of the old kind as large as may be, by which layers are recognised."""
    large = [file(f"{number:064x}/json", to_json({"a": "b" * 60_000})) for number in range(100)]
    sends(engine, *large, *members("docker 24").values())
