"""Writing built images out as layouts and archives, in the ways of the tools that write such.

write_oci_layout(tmp_path / "layout", {"latest": image([layer(file("etc/os-release", "ID=debian"))])})
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal

from tests.support.images import (
    OCI_INDEX,
    BuiltImage,
    BuiltIndex,
    BuiltLayer,
    Entry,
    compress,
    file,
    symlink,
    tar,
    to_json,
)

ArchiveStyle = Literal["new", "legacy", "podman-symlinks"]


def write_oci_layout(path: Path, images: Mapping[str, BuiltImage | BuiltIndex]) -> Path:
    """Write `images`, by tag, as an OCI layout directory; the tag "" names an image without one."""
    for name, content in oci_layout_files(images).items():
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return path


def write_oci_archive(path: Path, images: Mapping[str, BuiltImage | BuiltIndex]) -> Path:
    """Write `images`, by tag, as a tar of an OCI layout."""
    path.write_bytes(tar(file(name, content) for name, content in oci_layout_files(images).items()))
    return path


def oci_layout_files(
    images: Mapping[str, BuiltImage | BuiltIndex], *, containerd_names: bool = False
) -> dict[str, bytes]:
    """The files of an OCI layout by their path in it; containerd keeps the whole name beside the bare tag."""
    manifests = []
    files = {"oci-layout": to_json({"imageLayoutVersion": "1.0.0"})}
    for tag, built in images.items():
        described = built.descriptor
        names = {"org.opencontainers.image.ref.name": tag.rpartition(":")[2] if containerd_names else tag}
        if containerd_names:
            names["io.containerd.image.name"] = tag
        if tag:
            described["annotations"] = {**described.get("annotations", {}), **names}
        manifests.append(described)
        for digest, content in {**built.documents, **built.blobs}.items():
            files[blob_path(digest)] = content
    files["index.json"] = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests})
    return files


def blob_path(digest: str) -> str:
    """Where an OCI layout keeps the content of `digest`."""
    return f"blobs/{digest.replace(':', '/')}"


def write_docker_archive(
    path: Path,
    built: BuiltImage,
    tag: str | None = "example.com/app:latest",
    *,
    style: ArchiveStyle = "new",
    gzip: bool = False,
    others: Mapping[str, BuiltImage] | None = None,
) -> Path:
    """Write what `docker save` writes for `built` under `tag`, and for `others` by their tags.

    `new` is Docker since 25: an OCI layout with a manifest.json beside. `legacy` is Docker before, uncompressed
    layers in a directory each, a repeated one as a link. `podman-symlinks` has layers by diff_id and links beside.
    """
    entries: dict[str, Entry] = {}
    records = []
    for name, each in [(tag, built), *(others or {}).items()]:
        config_path, layer_paths = _ADDERS[style](entries, each)
        records.append({"Config": config_path, "RepoTags": [name] if name else None, "Layers": layer_paths})
    if style == "new":
        named = {tag or "": built, **(others or {})}
        layout = oci_layout_files(named, containerd_names=True)
        entries.update({name: file(name, content) for name, content in layout.items()})
    entries["manifest.json"] = file("manifest.json", to_json(records))
    path.write_bytes(compress(tar(entries.values()), "gzip" if gzip else "none"))
    return path


def _add_new(_: dict[str, Entry], built: BuiltImage) -> tuple[str, list[str]]:
    return blob_path(built.config_digest), [blob_path(each.digest) for each in built.layers]


def _add_legacy(entries: dict[str, Entry], built: BuiltImage) -> tuple[str, list[str]]:
    stored: dict[str, str] = {}
    paths = []
    for position, each in enumerate(built.layers):
        path = f"{_docker_id(position, each)}/layer.tar"
        # A layer that comes a second time is a link to the first.
        entries[path] = symlink(path, f"../{stored[each.diff_id]}") if each.diff_id in stored else file(path, each.tar)
        stored.setdefault(each.diff_id, path)
        paths.append(path)
    return _add_config(entries, built), paths


def _add_symlinks(entries: dict[str, Entry], built: BuiltImage) -> tuple[str, list[str]]:
    paths = []
    for position, each in enumerate(built.layers):
        stored, link = f"{each.diff_id.partition(':')[2]}.tar", f"{_docker_id(position, each)}/layer.tar"
        entries[stored], entries[link] = file(stored, each.tar), symlink(link, f"../{stored}")
        paths.append(stored)
    return _add_config(entries, built), paths


def _docker_id(position: int, built: BuiltLayer) -> str:
    """Stand in for the IDs that Docker names directories by, which are no digests of anything."""
    return hashlib.sha256(f"{position} {built.diff_id}".encode()).hexdigest()


def _add_config(entries: dict[str, Entry], built: BuiltImage) -> str:
    path = f"{built.config_digest.partition(':')[2]}.json"
    entries[path] = file(path, built.config)
    return path


_ADDERS: Final = {"new": _add_new, "legacy": _add_legacy, "podman-symlinks": _add_symlinks}
