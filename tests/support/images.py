"""The one image builder of the tests: layers, images and indexes in memory.

    app = image([layer(file("etc/os-release", "ID=debian"), created_by="RUN make"), step('CMD ["app"]')])

Equal calls give equal bytes: times are fixed, nothing of this machine gets in. Archives are written by the
standard library's tarfile, which makes it the oracle for imgscope's own reader. `image_files` writes images out.
"""

from __future__ import annotations

import gzip as _gzip
import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Compression = Literal["gzip", "zstd", "none"]
Media = Literal["oci", "docker"]

MTIME: Final = 1_700_000_000
CREATED: Final = "2023-11-14T22:13:20Z"

OCI_INDEX: Final = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
_INDEX_TYPES: Final = {"oci": OCI_INDEX, "docker": "application/vnd.docker.distribution.manifest.list.v2+json"}
_MANIFEST_TYPES: Final = {"oci": OCI_MANIFEST, "docker": "application/vnd.docker.distribution.manifest.v2+json"}
_CONFIG_TYPES: Final = {
    "oci": "application/vnd.oci.image.config.v1+json",
    "docker": "application/vnd.docker.container.image.v1+json",
}
_LAYER_TYPES: Final = {
    "oci": "application/vnd.oci.image.layer.v1.tar",
    "docker": "application/vnd.docker.image.rootfs.diff.tar",
}
_LAYER_SUFFIXES: Final = {
    ("oci", "gzip"): "+gzip",
    ("oci", "zstd"): "+zstd",
    ("docker", "gzip"): ".gzip",
    ("docker", "zstd"): ".zstd",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One member of a layer's archive; made by `file`, `directory` and the functions beside them."""

    path: str
    type: bytes
    content: bytes = b""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: int = MTIME
    link_name: str = ""
    device: tuple[int, int] = (0, 0)
    xattrs: Mapping[str, str] = field(default_factory=dict)


def file(
    path: str,
    content: bytes | str = b"",
    *,
    mode: int = 0o644,
    uid: int = 0,
    gid: int = 0,
    mtime: int = MTIME,
    xattrs: Mapping[str, str] | None = None,
) -> Entry:
    """A regular file."""
    data = content.encode() if isinstance(content, str) else content
    return Entry(
        path=path, type=tarfile.REGTYPE, content=data, mode=mode, uid=uid, gid=gid, mtime=mtime, xattrs=xattrs or {}
    )


def directory(path: str, *, mode: int = 0o755, uid: int = 0, gid: int = 0, mtime: int = MTIME) -> Entry:
    """A directory."""
    return Entry(path=path, type=tarfile.DIRTYPE, mode=mode, uid=uid, gid=gid, mtime=mtime)


def symlink(path: str, target: str) -> Entry:
    """A symbolic link to `target`, written as it is."""
    return Entry(path=path, type=tarfile.SYMTYPE, mode=0o777, link_name=target)


def hard_link(path: str, target: str) -> Entry:
    """A hard link to the file at `target`, a path from the root of the image."""
    return Entry(path=path, type=tarfile.LNKTYPE, link_name=target)


def whiteout(path: str) -> Entry:
    """The mark that removes `path` of the layers below."""
    parent, _, name = path.rpartition("/")
    return file(f"{parent}/.wh.{name}" if parent else f".wh.{name}", mode=0)


def opaque(path: str) -> Entry:
    """The mark that hides everything the layers below have in the directory `path`."""
    return file(f"{path}/.wh..wh..opq" if path else ".wh..wh..opq", mode=0)


def device(path: str, major: int, minor: int, *, block: bool = False, mode: int = 0o600) -> Entry:
    """A character device, or a block device; 0/0 is a whiteout in overlayfs."""
    return Entry(path=path, type=tarfile.BLKTYPE if block else tarfile.CHRTYPE, device=(major, minor), mode=mode)


def fifo(path: str) -> Entry:
    """A named pipe."""
    return Entry(path=path, type=tarfile.FIFOTYPE)


def tar(entries: Iterable[Entry], *, format: int = tarfile.PAX_FORMAT) -> bytes:
    """The uncompressed archive of `entries`, in `tarfile.PAX_FORMAT`, `GNU_FORMAT` or `USTAR_FORMAT`."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=format) as archive:
        for entry in entries:
            archive.addfile(_member(entry), io.BytesIO(entry.content))
    return stream.getvalue()


def _member(entry: Entry) -> tarfile.TarInfo:
    member = tarfile.TarInfo(entry.path)
    member.type = entry.type
    member.size = len(entry.content)
    member.mode, member.uid, member.gid, member.mtime = entry.mode, entry.uid, entry.gid, entry.mtime
    member.linkname = entry.link_name
    member.devmajor, member.devminor = entry.device
    member.pax_headers = {f"SCHILY.xattr.{name}": value for name, value in entry.xattrs.items()}
    return member


def digest_of(content: bytes) -> str:
    """The sha256 digest of `content`, as OCI writes it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def compress(content: bytes, compression: Compression) -> bytes:
    """`content` compressed without a trace of when and where."""
    if compression == "gzip":
        stream = io.BytesIO()
        with _gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0) as compressed:
            compressed.write(content)
        return stream.getvalue()
    return zstd.compress(content) if compression == "zstd" else content


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltLayer:
    """A layer: `tar` is the archive, `blob` the same as stored. `created_by` is its line of history.

    A test that fails shows what it was given, and half a gigabyte as text takes several.
    """

    tar: bytes = field(repr=False)
    blob: bytes = field(repr=False)
    compression: Compression
    created_by: str

    @property
    def digest(self) -> str:
        return digest_of(self.blob)

    @property
    def diff_id(self) -> str:
        return digest_of(self.tar)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A line of history that made no layer."""

    created_by: str


def layer(
    *entries: Entry,
    compression: Compression = "gzip",
    created_by: str = "RUN /bin/sh -c build # buildkit",
    raw: bytes | None = None,
) -> BuiltLayer:
    """A layer of `entries`, or of the archive `raw` as it is, however malformed."""
    archive = tar(entries) if raw is None else raw
    return BuiltLayer(tar=archive, blob=compress(archive, compression), compression=compression, created_by=created_by)


def step(created_by: str) -> Step:
    """A step such as `CMD ["app"]`, which changes only the configuration."""
    return Step(created_by=created_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltImage:
    """An image. `blobs` holds its configuration and layers by digest, `documents` its manifest."""

    manifest: bytes
    manifest_media_type: str
    config: bytes
    layers: tuple[BuiltLayer, ...]
    platform: str | None
    annotations: Mapping[str, str]

    @property
    def manifest_digest(self) -> str:
        return digest_of(self.manifest)

    @property
    def config_digest(self) -> str:
        return digest_of(self.config)

    @property
    def blobs(self) -> dict[str, bytes]:
        return {self.config_digest: self.config, **{layer.digest: layer.blob for layer in self.layers}}

    @property
    def documents(self) -> dict[str, bytes]:
        return {self.manifest_digest: self.manifest}

    @property
    def descriptor(self) -> dict[str, Any]:
        """What an index says of this image."""
        described = descriptor(self.manifest, self.manifest_media_type)
        if self.platform is not None:
            described["platform"] = platform_object(self.platform)
        if self.annotations:
            described["annotations"] = dict(self.annotations)
        return described


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIndex:
    """An index and what it lists. `blobs` holds their configurations and layers, `documents` all manifests."""

    body: bytes
    media_type: str
    images: tuple[BuiltImage | BuiltIndex, ...]

    @property
    def digest(self) -> str:
        return digest_of(self.body)

    @property
    def blobs(self) -> dict[str, bytes]:
        return {digest: blob for built in self.images for digest, blob in built.blobs.items()}

    @property
    def documents(self) -> dict[str, bytes]:
        below = {digest: body for built in self.images for digest, body in built.documents.items()}
        return {self.digest: self.body, **below}

    @property
    def descriptor(self) -> dict[str, Any]:
        """What another index says of this one."""
        return descriptor(self.body, self.media_type)


def image(
    steps: Sequence[BuiltLayer | Step],
    *,
    config: Mapping[str, Any] | None = None,
    platform: str = "linux/amd64",
    media: Media = "oci",
    config_fields: Mapping[str, Any] | None = None,
    manifest_fields: Mapping[str, Any] | None = None,
    listed_platform: bool = True,
) -> BuiltImage:
    """An image of `steps`, lowest first.

    `config` is what a container starts with (`{"Env": […], "Cmd": […]}`). `config_fields` and `manifest_fields`
    replace top-level fields of the two documents, to make odd ones; a value of None removes the field. An index
    gives the image's platform unless `listed_platform` is false.
    """
    layers = tuple(built for built in steps if isinstance(built, BuiltLayer))
    document = to_json(_replaced(_config(steps, layers, config or {}, platform), config_fields))
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST_TYPES[media],
        "config": descriptor(document, _CONFIG_TYPES[media]),
        "layers": [descriptor(built.blob, layer_media_type(built.compression, media)) for built in layers],
    }
    return BuiltImage(
        manifest=to_json(_replaced(manifest, manifest_fields)),
        manifest_media_type=_MANIFEST_TYPES[media],
        config=document,
        layers=layers,
        platform=platform if listed_platform else None,
        annotations={},
    )


def _config(
    steps: Sequence[BuiltLayer | Step], layers: Sequence[BuiltLayer], run: Mapping[str, Any], platform: str
) -> dict[str, Any]:
    history = [
        {"created": CREATED, "created_by": made.created_by, **({"empty_layer": True} if isinstance(made, Step) else {})}
        for made in steps
    ]
    return {
        **platform_object(platform),
        "created": CREATED,
        "config": dict(run),
        "rootfs": {"type": "layers", "diff_ids": [built.diff_id for built in layers]},
        "history": history,
    }


def attestation(built: BuiltImage) -> BuiltImage:
    """The attestation manifest that BuildKit puts beside `built` in an index."""
    statement = to_json(
        {
            "_type": "https://in-toto.io/Statement/v0.1",
            "subject": [{"name": "app", "digest": {"sha256": built.manifest_digest.partition(":")[2]}}],
            "predicateType": "https://slsa.dev/provenance/v0.2",
        }
    )
    in_toto = BuiltLayer(tar=statement, blob=statement, compression="none", created_by="")
    empty = image([in_toto], platform="unknown/unknown", config_fields={"history": None})
    described = descriptor(statement, "application/vnd.in-toto+json")
    described["annotations"] = {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"}
    manifest = {**json.loads(empty.manifest), "layers": [described]}
    return BuiltImage(
        manifest=to_json(manifest),
        manifest_media_type=OCI_MANIFEST,
        config=empty.config,
        layers=empty.layers,
        platform="unknown/unknown",
        annotations={
            "vnd.docker.reference.type": "attestation-manifest",
            "vnd.docker.reference.digest": built.manifest_digest,
        },
    )


def index(*images: BuiltImage | BuiltIndex, media: Media = "oci", attested: bool = False) -> BuiltIndex:
    """An index of `images`, each followed by a BuildKit attestation at the end if `attested`."""
    attestations = [attestation(built) for built in images if isinstance(built, BuiltImage)] if attested else []
    listed = (*images, *attestations)
    body = {
        "schemaVersion": 2,
        "mediaType": _INDEX_TYPES[media],
        "manifests": [built.descriptor for built in listed],
    }
    return BuiltIndex(body=to_json(body), media_type=_INDEX_TYPES[media], images=listed)


def descriptor(content: bytes, media_type: str) -> dict[str, Any]:
    """The descriptor of `content`."""
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def layer_media_type(compression: Compression, media: Media) -> str:
    """The media type of a layer of that compression."""
    return _LAYER_TYPES[media] + _LAYER_SUFFIXES.get((media, compression), "")


def platform_object(platform: str) -> dict[str, str]:
    """`linux/arm64/v8` as the specification writes it."""
    return dict(zip(("os", "architecture", "variant"), platform.split("/"), strict=False))


def to_json(value: Any) -> bytes:
    """`value` as the bytes that a document of it has here."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _replaced(document: dict[str, Any], fields: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in {**document, **(fields or {})}.items() if value is not None}
