"""Images that are too large, too deep or damaged, as files: made as they are written, so that nothing takes memory.

Each maker takes an empty directory and returns the image in the two forms that programs read: an OCI layout, and an
archive as `docker save` wrote them. Digests are those of what is there, whatever that is, unless a case says otherwise.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.tars import END, ZERO_BLOCK, base_256, header, member, pax

GIBIBYTE = 1024**3
_MEBIBYTE = 1024**2
_CHUNK = bytes(_MEBIBYTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """A layer on disk. `file_count` is how many regular files are in its archive, as far as that can be read."""

    path: Path
    digest: str
    diff_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An image on disk: `layout` for imgscope and syft, `archive` for dive; `files` are the regular files in it."""

    layout: Path
    archive: Path
    files: int


Maker = Callable[[Path], Made]


def gzipped(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Compress what comes, as one member."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, 31)
    for chunk in chunks:
        yield deflater.compress(chunk)
    yield deflater.flush()


def blob(directory: Path, archive: Iterable[bytes], *, stored: Iterable[bytes] | None = None) -> Blob:
    """Write a layer that holds `archive`, compressed with gzip; or `stored` as it is, whatever it unpacks to."""
    unpacked, packed = hashlib.sha256(), hashlib.sha256()

    def noted() -> Iterator[bytes]:
        for chunk in archive:
            unpacked.update(chunk)
            yield chunk

    part = directory / "part"
    with part.open("wb") as file:
        for piece in stored if stored is not None else gzipped(noted()):
            packed.update(piece)
            file.write(piece)
    if stored is not None:
        for chunk in archive:
            unpacked.update(chunk)
    path = part.rename(directory / packed.hexdigest())
    return Blob(path=path, digest=f"sha256:{packed.hexdigest()}", diff_id=f"sha256:{unpacked.hexdigest()}")


def image(directory: Path, blobs: Sequence[Blob], *, files: int, tags: Sequence[str] = ("latest",)) -> Made:
    """Write the image of these layers in both forms."""
    config = json.dumps(
        {
            "os": "linux",
            "architecture": "amd64",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [each.diff_id for each in blobs]},
            "history": [{"created_by": f"RUN step {number}"} for number in range(len(blobs))],
        }
    ).encode()
    layout = directory / "layout"
    stored = layout / "blobs/sha256"
    stored.mkdir(parents=True)
    layers = [_described("layer.v1.tar+gzip", each.digest, each.path.stat().st_size) for each in blobs]
    for each in blobs:
        shutil.copyfile(each.path, stored / each.digest.removeprefix("sha256:"))
    config_digest = _store(stored, config)
    document = {
        "schemaVersion": 2,
        "config": _described("config.v1+json", config_digest, len(config)),
        "layers": layers,
    }
    manifest = json.dumps(document).encode()
    named = _described("manifest.v1+json", _store(stored, manifest), len(manifest))
    index = [{**named, "annotations": {"org.opencontainers.image.ref.name": tag}} for tag in tags]
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (layout / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": index}))
    return Made(layout=layout, archive=_docker_archive(directory, config, blobs), files=files)


def _described(kind: str, digest: str, size: int) -> dict[str, object]:
    return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": digest, "size": size}


def _store(directory: Path, content: bytes) -> str:
    name = hashlib.sha256(content).hexdigest()
    (directory / name).write_bytes(content)
    return f"sha256:{name}"


def _docker_archive(directory: Path, config: bytes, blobs: Sequence[Blob]) -> Path:
    path = directory / "archive.tar"
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    names = [f"{each.digest.removeprefix('sha256:')}.tar.gz" for each in blobs]
    manifest = json.dumps([{"Config": name, "RepoTags": ["image:latest"], "Layers": names}]).encode()
    with tarfile.open(path, "w") as archive:
        for title, content in ((name, config), ("manifest.json", manifest)):
            info = tarfile.TarInfo(title)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for title, each in {**dict(zip(names, blobs, strict=True))}.items():
            archive.add(each.path, title)
    return path


def _one_layer(archive: Iterable[bytes], *, files: int) -> Maker:
    def make(directory: Path) -> Made:
        return image(directory, [blob(directory, archive)], files=files)

    return make


def zeros(size: int) -> Maker:
    """A layer with one file of `size` zeros."""

    def make(directory: Path) -> Made:
        def archive() -> Iterator[bytes]:
            yield header(b"zeros", size=base_256(size))
            for _ in range(size // _MEBIBYTE):
                yield _CHUNK
            yield END

        return image(directory, [blob(directory, archive())], files=1)

    return make


def many_entries(count: int) -> Maker:
    """A layer with `count` empty files, a thousand to a directory."""

    def make(directory: Path) -> Made:
        def archive() -> Iterator[bytes]:
            names = (b"d%06d/f%03d" % divmod(number, 1000) for number in range(count))
            pieces = bytearray()
            for name in names:
                pieces += _empty_file(name)
                if len(pieces) >= _MEBIBYTE:
                    yield bytes(pieces)
                    pieces.clear()
            yield bytes(pieces) + END

        return image(directory, [blob(directory, archive())], files=count)

    return make


_EMPTY = header(b"")
_WITHOUT_NAME = sum(_EMPTY) - sum(_EMPTY[148:156]) + sum(b" " * 8)


def _empty_file(name: bytes) -> bytes:
    return name.ljust(100, b"\0") + _EMPTY[100:148] + b"%06o\0 " % (_WITHOUT_NAME + sum(name)) + _EMPTY[156:]


def many_layers(count: int) -> Maker:
    """An image of `count` layers, a file each."""

    def make(directory: Path) -> Made:
        blobs = [blob(directory, [member(b"f%d" % number, b"%d" % number) + END]) for number in range(count)]
        return image(directory, blobs, files=count)

    return make


def deep_path(depth: int) -> Maker:
    """A file below `depth` directories."""
    return _one_layer([pax((b"path", b"a/" * depth + b"file")) + member(b"short", b"x") + END], files=1)


def many_findings(count: int) -> Maker:
    """Private keys, one a file."""

    def make(directory: Path) -> Made:
        body = b"MIIEpAIBAAKCAQEA7bq3vXxJmTnWcYpLrKfHsZdGuVoEiA%06d"
        key = b"-----BEGIN RSA PRIVATE KEY-----\n" + body + b"\n-----END RSA PRIVATE KEY-----\n"
        archive = (member(b"srv/keys/%06d.pem" % number, key % number) for number in range(count))
        return image(directory, [blob(directory, [*archive, END])], files=count)

    return make


def all_layers_damaged(count: int) -> Maker:
    """An image of `count` layers, in the gzip data of each of which a bit is flipped."""

    def make(directory: Path) -> Made:
        blobs = []
        for number in range(count):
            archive = member(b"f%d" % number, b"%d" % number * 1000) + END
            damaged = bytearray(gzip.compress(archive, mtime=0))
            damaged[len(damaged) // 2] ^= 0x10
            blobs.append(blob(directory, [archive], stored=[bytes(damaged)]))
        return image(directory, blobs, files=count)

    return make


def many_images(count: int) -> Maker:
    """`count` images in one layout, called `i0` and so on, that share a layer and have one of their own."""

    def make(directory: Path) -> Made:
        shared = blob(directory, [*(member(b"usr/f%d" % number, b"x" * 100) for number in range(2000)), END])
        listed = []
        for number in range(count):
            own = blob(directory, [member(b"app", b"%d" % number) + END])
            part = directory / f"image{number}"
            part.mkdir()
            made = image(part, [shared, own], files=2001, tags=[f"i{number}"])
            listed += json.loads((made.layout / "index.json").read_text())["manifests"]
            for path in (made.layout / "blobs/sha256").iterdir():
                target = directory / "layout/blobs/sha256" / path.name
                target.parent.mkdir(parents=True, exist_ok=True)
                path.rename(target)
            shutil.rmtree(part)
        (directory / "layout/oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        (directory / "layout/index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": listed}))
        return Made(layout=directory / "layout", archive=directory / "none", files=2001)

    return make


_FIRST, _REST = member(b"first", b"x" * 700), member(b"second", b"y" * 5000) + member(b"third", b"z")


def _flipped(content: bytes, position: int) -> bytes:
    return content[:position] + bytes([content[position] ^ 0x10]) + content[position + 1 :]


def _cut(directory: Path) -> Made:
    archive = _FIRST + _REST + END
    return image(directory, [blob(directory, [archive], stored=[gzip.compress(archive, mtime=0)[:-30]])], files=3)


def _another_layer(directory: Path) -> Made:
    """What is stored under the digest of a layer, and as its file in the archive, is another sound layer."""
    promised = blob(directory, [_FIRST + _REST + END])
    other = blob(directory, [_FIRST.replace(b"x", b"w") + _REST + END])
    swapped = Blob(path=other.path, digest=promised.digest, diff_id=promised.diff_id)
    return image(directory, [swapped], files=3)


def _links(directory: Path) -> Made:
    loops = b"".join(header(b"l%d" % n, flag=b"2", link=b"l%d" % ((n + 1) % 50)) for n in range(50))
    hard = b"".join(header(b"h%d" % n, flag=b"1", link=b"h%d" % ((n + 1) % 50)) for n in range(50))
    return image(directory, [blob(directory, [_FIRST + loops + hard + _REST + END])], files=3)


CASES: dict[str, Maker] = {
    "a header with a flipped bit between files": _one_layer([_flipped(_FIRST + _REST + END, len(_FIRST))], files=3),
    "an empty block between files": _one_layer([_FIRST + ZERO_BLOCK + _REST + END], files=3),
    "a size below zero": _one_layer([_FIRST + header(b"negative", size=base_256(-1024)) + _REST + END], files=4),
    "a size of 8 EiB": _one_layer([_FIRST + header(b"huge", size=base_256(2**63 - 1024)) + _REST + END], files=4),
    "a global header that renames all": _one_layer([pax((b"path", b"one"), flag=b"g") + _FIRST + _REST + END], files=3),
    "names that climb": _one_layer([_FIRST + member(b"../../../etc/passwd", b"x") + _REST + END], files=4),
    "links that lead in circles": _links,
    "gzip cut short": _cut,
    "a flipped bit in the gzip data": all_layers_damaged(1),
    "the same in all of 60 layers": all_layers_damaged(60),
    "another layer than its digest says": _another_layer,
    "a path 4,096 deep": deep_path(4096),
    "500 layers": many_layers(500),
    "10,000 findings": many_findings(10_000),
    "20 GiB of zeros in 20 MB": zeros(20 * GIBIBYTE),
    "2,000,000 entries": many_entries(2_000_000),
}
"""What all programs are given, by what it is."""
