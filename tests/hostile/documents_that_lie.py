"""Manifests, indexes and configurations that are not what they should be."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.hostile.case import CORPUS, SOUND, digest, documents, layout, manifest, write
from tests.hostile.declared import MEBIBYTE
from tests.support.images import OCI_INDEX, descriptor, file, image, index, layer, tar, to_json

_CONFIG: dict[str, Any] = json.loads(image([SOUND]).config)
_ELSEWHERE = {"type": "layers", "diff_ids": [digest(b"what nobody else has")]}
_DEEP = b"[" * 100_000 + b"]" * 100_000


def _config(**fields: Any) -> bytes:
    return to_json({**_CONFIG, **fields})


@CORPUS.case(3, "not UTF-8")
def configuration_that_is_no_json(path: Path) -> str:
    """Bytes of a picture."""
    return documents(path, config=b"\x89PNG")


@CORPUS.case(3, "malformed")
def configuration_that_is_a_list(path: Path) -> str:
    """JSON, and of another kind."""
    return documents(path, config=b"[]")


@CORPUS.case(3, "nested too deeply")
def configuration_nested_100_000_deep(path: Path) -> str:
    """Lists in lists, for a parser that calls itself."""
    return documents(path, config=b'{"x":' + _DEEP + b"}")


@CORPUS.case(3, "stands twice")
def configuration_with_a_key_twice(path: Path) -> str:
    """Two architectures, of which one reader takes the first and another the last."""
    return documents(path, config=b'{"architecture":"amd64","architecture":"arm64"}')


@CORPUS.case(3, "relied on")
def configuration_with_a_number_of_5000_digits(path: Path) -> str:
    """What takes Python long to turn into a number, or what it refuses."""
    return documents(path, config=b'{"x":' + b"9" * 5000 + b"}")


@CORPUS.case(3, "not a JSON number")
def configuration_with_nan(path: Path) -> str:
    """What only some readers take for JSON."""
    return documents(path, config=b'{"x":NaN}')


@CORPUS.case(3, "surrogate")
def configuration_with_half_a_surrogate(path: Path) -> str:
    """What cannot be written as UTF-8 again."""
    return documents(path, config=b'{"author":"\\ud800"}')


@CORPUS.case(3, "4,194,304")
def configuration_of_5_mib(path: Path) -> str:
    """More than is read."""
    return documents(path, config=_config(author="x" * 5 * 1024 * 1024))


@CORPUS.case(0)
def history_of_5_000_lines(path: Path) -> str:
    """More steps than layers, and more than anybody reads."""
    return documents(path, config=_config(history=[{"created_by": "RUN true", "empty_layer": True}] * 5_000))


@CORPUS.case(3, "Expected `array` of length <= 100000", memory=160 * MEBIBYTE)
def history_of_a_million_lines(path: Path) -> str:
    """As many steps as a configuration has room for, which say nothing."""
    config = _config(history=[]).replace(b'"history":[]', b'"history":[' + b"{}," * 1_300_000 + b"{}]")
    return documents(path, config=config)


@CORPUS.case(0)
def environment_of_10_000_variables(path: Path) -> str:
    """Variables, labels, ports and volumes by the thousand."""
    many = [f"V{number}=x" for number in range(10_000)]
    labels = {f"l{number}": "x" * 20 for number in range(5_000)}
    return documents(path, config=_config(config={"Env": many, "Labels": labels, "Cmd": ["x"] * 3_000}))


@CORPUS.case(3, r"config\.Env")
def configuration_of_wrong_types(path: Path) -> str:
    """A list of numbers where text should be."""
    return documents(path, config=_config(config={"Env": [1, None, {}]}))


@CORPUS.case(0)
def configuration_with_nothing_in_it(path: Path) -> str:
    """Null for everything that may be left out."""
    return documents(path, config=_config(config=None, history=None, created=None))


@CORPUS.case(0)
def environment_without_equals_signs(path: Path) -> str:
    """Variables that are none."""
    return documents(
        path, config=_config(config={"Env": ["", "=", "PATH", "=x", "A==="], "Entrypoint": [""], "Cmd": []})
    )


@CORPUS.case(0)
def time_that_is_none(path: Path) -> str:
    """A day that no calendar has."""
    return documents(path, config=_config(created="2023-99-99T99:99:99Z"))


@CORPUS.case(3, "malformed")
def layers_that_are_no_list(path: Path) -> str:
    """A number of layers in place of them."""
    return documents(path, layers=17)


@CORPUS.case(3, "size|malformed")
def descriptor_with_a_negative_size(path: Path) -> str:
    """A layer of less than nothing."""
    return documents(path, layers=[{**descriptor(SOUND.blob, "application/vnd.oci.image.layer.v1.tar"), "size": -1}])


@CORPUS.case(3, "malformed")
def descriptor_with_a_size_beyond_64_bits(path: Path) -> str:
    """A size that no machine has room for."""
    described = {**descriptor(SOUND.blob, "application/vnd.oci.image.layer.v1.tar"), "size": 2**80}
    return documents(path, layers=[described])


@CORPUS.case(3, "digest")
def digest_that_climbs(path: Path) -> str:
    """`../` where a digest should be (CVE-2024-3727)."""
    return documents(path, layers=[{"mediaType": "x", "digest": "sha256:../../../../etc/passwd", "size": 1}])


@CORPUS.case(0)
def media_types_that_nobody_knows(path: Path) -> str:
    """A layer of a type that says nothing: what it is told by its first bytes."""
    return documents(path, layers=[descriptor(SOUND.blob, "application/x-\x1b[31m\u202e")])


@CORPUS.case(3, "encrypted")
def encrypted_layer(path: Path) -> str:
    """A layer that needs a key."""
    return documents(
        path,
        config=_config(rootfs=_ELSEWHERE),
        layers=[descriptor(b"\0" * 100, "application/vnd.oci.image.layer.v1.tar+gzip+encrypted")],
    )


@CORPUS.case(3)
def foreign_layer(path: Path) -> str:
    """A layer that is to be fetched from the machine that gives out cloud credentials: nothing is (CVE-2020-15157)."""
    described = descriptor(b"foreign", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip")
    return documents(
        path,
        config=_config(rootfs=_ELSEWHERE),
        layers=[{**described, "urls": ["http://169.254.169.254/latest/meta-data/"]}],
    )


@CORPUS.case(3)
def artifact_that_is_no_image(path: Path) -> str:
    """A chart of Helm, with text that acts on terminals for its type."""
    described = {**descriptor(b"{}", "application/vnd.cncf.helm.config.v1+json"), "data": "e30="}
    body = {"schemaVersion": 2, "config": described, "layers": [], "artifactType": "x\x1b]0;title\x07"}
    return manifest(path, to_json(body))


@CORPUS.case(3, "both manifests and layers")
def manifest_that_is_also_an_index(path: Path) -> str:
    """What two readers take for two different images (CVE-2021-41190)."""
    body = {**json.loads(image([SOUND]).manifest), "manifests": []}
    return manifest(path, to_json(body))


@CORPUS.case(3)
def manifest_of_no_bytes(path: Path) -> str:
    """Nothing."""
    return manifest(path, b"")


@CORPUS.case(3, "nested too deeply")
def manifest_nested_100_000_deep(path: Path) -> str:
    """Lists in lists."""
    return manifest(path, _DEEP)


@CORPUS.case(3, "4,194,304|at most")
def manifest_of_5_mib(path: Path) -> str:
    """More than is read (CVE-2020-1702)."""
    return manifest(path, b"{" + b" " * 5 * 1024 * 1024 + b"}")


@CORPUS.case(0)
def layers_1_000_times_the_same(path: Path) -> str:
    """A manifest that lists one small layer again and again."""
    built = layer(file("a", "a"))
    one = descriptor(built.blob, "application/vnd.oci.image.layer.v1.tar+gzip")
    return layout(
        path,
        built,
        manifest_fields={"layers": [one] * 1_000},
        config_fields={"rootfs": {"type": "layers", "diff_ids": []}},
    )


@CORPUS.case(3)
def indexes_in_indexes_ten_deep(path: Path) -> str:
    """More than anybody nests."""
    from tests.support.image_files import write_oci_layout

    nested = index(image([SOUND]))
    for _ in range(10):
        nested = index(nested)
    write_oci_layout(path, {"latest": nested})
    return f"oci:{path}"


@CORPUS.case(3)
def index_of_20_000_images(path: Path) -> str:
    """Descriptors of images that are not there, for a platform that nobody has."""
    listed = [
        {
            **descriptor(b"%d" % number, "application/vnd.oci.image.manifest.v1+json"),
            "platform": {"os": "x", "architecture": "y"},
        }
        for number in range(16_000)
    ]
    return manifest(path, to_json({"schemaVersion": 2, "manifests": listed}), OCI_INDEX)


@CORPUS.case(3)
def layout_of_another_version(path: Path) -> str:
    """A layout of the future."""
    name = layout(path, SOUND)
    write(path / "oci-layout", b'{"imageLayoutVersion":"9.0.0"}')
    return name


@CORPUS.case(3)
def index_file_that_is_a_fifo(path: Path) -> str:
    """A named pipe in the place of index.json: opening it would wait for ever."""
    name = layout(path, SOUND)
    (path / "index.json").unlink()
    os.mkfifo(path / "index.json")
    return name


def _saved(path: Path, listed: bytes, *more: Any) -> str:
    path.mkdir()
    (path / "saved.tar").write_bytes(tar([file("manifest.json", listed), *more]))
    return f"docker-archive:{path / 'saved.tar'}"


@CORPUS.case(3)
def saved_image_that_climbs(path: Path) -> str:
    """A docker-archive whose parts are said to be files of this machine."""
    return _saved(path, to_json([{"Config": "../../etc/passwd", "RepoTags": ["a:1"], "Layers": ["/etc/shadow"]}]))


@CORPUS.case(3)
def saved_image_whose_parts_are_links_in_circles(path: Path) -> str:
    """A configuration that is a link to a link to itself."""
    from tests.support.images import symlink

    circle = [symlink("c.json", "d.json"), symlink("d.json", "c.json")]
    return _saved(path, to_json([{"Config": "c.json", "RepoTags": None, "Layers": []}]), *circle)


@CORPUS.case(2, "and 9,980 more")
def saved_images_without_end(path: Path) -> str:
    """A list of 10,000 images, of which none is named."""
    return _saved(
        path,
        to_json([{"Config": "c.json", "RepoTags": [f"a:{number}\x1b[31m"], "Layers": []} for number in range(10_000)]),
    )


@CORPUS.case(3)
def saved_image_of_half_a_gzip(path: Path) -> str:
    """An archive that was cut while it was compressed."""
    import gzip

    path.mkdir()
    whole = gzip.compress(tar([file("manifest.json", to_json([])), file("x", os.urandom(5000))]))
    (path / "saved.tar").write_bytes(whole[:1000])
    return f"docker-archive:{path / 'saved.tar'}"
