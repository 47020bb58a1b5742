"""What container engines save an image as, member by member in their order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final, Literal

from tests.support.image_files import oci_layout_files
from tests.support.images import BuiltImage, BuiltLayer, Entry, descriptor, digest_of, file, symlink, tar, to_json

SavedBy = Literal["docker 24", "docker 25", "docker on containerd", "podman"]
SAVED_BY: Final[tuple[SavedBy, ...]] = ("docker 24", "docker 25", "docker on containerd", "podman")

_LAYER_TYPE: Final = "application/vnd.oci.image.layer.v1.tar"
_EMPTY_CONFIG: Final = {"Hostname": "", "Cmd": None, "Image": "<none> & more", "Labels": None}


def saved(built: BuiltImage, name: str, by: SavedBy) -> bytes:
    """The archive of `built`, called `name`."""
    return tar(saved_members(built, name, by))


def saved_together(images: Mapping[str, BuiltImage], by: SavedBy) -> bytes:
    """One archive of several images by their names."""
    entries: dict[str, Entry] = {}
    for name, built in images.items():
        for entry in saved_members(built, name, by):
            entries[entry.path] = _joined(entries[entry.path], entry) if entry.path in entries else entry
    return tar(list(entries.values()))


def _joined(one: Entry, other: Entry) -> Entry:
    """Of two lists of images, one that has all of them; what else has one name is the same."""
    if one.path == "manifest.json":
        return file(one.path, to_json([*json.loads(one.content), *json.loads(other.content)]))
    if one.path == "index.json":
        first, second = json.loads(one.content), json.loads(other.content)
        return file(one.path, to_json({**first, "manifests": [*first["manifests"], *second["manifests"]]}))
    return one


def saved_members(built: BuiltImage, name: str, by: SavedBy) -> list[Entry]:
    """What is in that archive, in its order."""
    return _WRITERS[by](built, name)


def uncompressed(built: BuiltImage) -> BuiltImage:
    """The same image with its layers stored as they are unpacked, as engines without containerd have them."""
    layers = tuple(replace(each, blob=each.tar, compression="none") for each in built.layers)
    described = [descriptor(each.tar, _LAYER_TYPE) for each in layers]
    manifest = to_json({**json.loads(built.manifest), "layers": described})
    return replace(built, manifest=manifest, layers=layers)


def legacy_ids(layers: tuple[BuiltLayer, ...]) -> list[tuple[str, bytes]]:
    """For each layer the ID that Docker called its directory by, and the document it put there.

    Written down from moby 20.10, image/v1/imagev1.go and image/tarexport/save.go.
    """
    found: list[tuple[str, bytes]] = []
    chain, parent = "", ""
    for position, each in enumerate(layers):
        chain = digest_of(f"{chain} {each.diff_id}".encode()) if chain else each.diff_id
        is_last = position == len(layers) - 1
        told: dict[str, Any] = {"created": "1970-01-01T00:00:00Z", "container_config": _EMPTY_CONFIG}
        told |= {"architecture": "amd64", "os": "linux"} if is_last else {}
        above = {"parent": f"sha256:{parent}"} if parent else {}
        identifier = hashlib.sha256(_go_json(dict(sorted({**told, **above, "layer_id": chain}.items())))).hexdigest()
        above = {"parent": parent} if parent else {}
        found.append((identifier, _go_json({"id": identifier, **above, **told, "os": "linux"})))
        parent = identifier
    return found


def _go_json(value: Mapping[str, Any]) -> bytes:
    return to_json(value).replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def _by_docker_24(built: BuiltImage, name: str) -> list[Entry]:
    entries: dict[str, Entry] = {}
    stored: dict[str, str] = {}
    paths = []
    for each, (identifier, document) in zip(built.layers, legacy_ids(built.layers), strict=True):
        path = f"{identifier}/layer.tar"
        paths.append(path)
        entries[f"{identifier}/VERSION"] = file(f"{identifier}/VERSION", "1.0")
        entries[f"{identifier}/json"] = file(f"{identifier}/json", document)
        # A layer that comes a second time is a link to the first.
        entries[path] = symlink(path, f"../{stored[each.diff_id]}") if each.diff_id in stored else file(path, each.tar)
        stored.setdefault(each.diff_id, path)
    config = f"{built.config_digest.partition(':')[2]}.json"
    entries[config] = file(config, built.config)
    entries["manifest.json"] = _listed(config, name, paths)
    return [entries[path] for path in sorted(entries)]


def _by_docker_25(built: BuiltImage, name: str) -> list[Entry]:
    return _as_layout(uncompressed(built), name)


def _as_layout(built: BuiltImage, name: str) -> list[Entry]:
    files = oci_layout_files({name: built}, containerd_names=True)
    entries = {path: file(path, content) for path, content in files.items()}
    paths = [f"blobs/{each.digest.replace(':', '/')}" for each in built.layers]
    entries["manifest.json"] = _listed(f"blobs/{built.config_digest.replace(':', '/')}", name, paths)
    return [entries[path] for path in sorted(entries)]


def _by_podman(built: BuiltImage, name: str) -> list[Entry]:
    entries: dict[str, Entry] = {}
    links: list[Entry] = []
    for each, (identifier, _) in zip(built.layers, legacy_ids(built.layers), strict=True):
        path = f"{each.diff_id.partition(':')[2]}.tar"
        entries[path] = file(path, each.tar)
        links.append(symlink(f"{identifier}/layer.tar", f"../{path}"))
    config = f"{built.config_digest.partition(':')[2]}.json"
    paths = [f"{each.diff_id.partition(':')[2]}.tar" for each in built.layers]
    return [*entries.values(), file(config, built.config), *links, _listed(config, name, paths)]


def _listed(config: str, name: str, layers: list[str]) -> Entry:
    return file("manifest.json", to_json([{"Config": config, "RepoTags": [name], "Layers": layers}]))


_WRITERS: Final[dict[SavedBy, Callable[[BuiltImage, str], list[Entry]]]] = {
    "docker 24": _by_docker_24,
    "docker 25": _by_docker_25,
    "docker on containerd": _as_layout,
    "podman": _by_podman,
}
