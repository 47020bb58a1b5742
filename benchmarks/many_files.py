"""Build an image of half a million files, in which the terminal UI has to stay fluent.

    python -m benchmarks.many_files DIRECTORY

Leaves an OCI layout in DIRECTORY: three zstd layers with a thousand packages of 250 files, one directory of 50,000
files, and 200,000 files in small directories; the upper ones change, re-own and remove some. Takes half a minute.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import random
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_MTIME: Final = 1_700_000_000
_ZEROS: Final = bytes(4096)
_DIGEST_PREFIX: Final = "sha256:"


def _packages() -> Iterator[tuple[str, int]]:
    for package in range(1000):
        for number in range(250):
            yield (
                f"usr/lib/node_modules/package{package:03}/lib/part{number % 5}/module{number:03}.js",
                100 + number * 7,
            )


def _flat() -> Iterator[tuple[str, int]]:
    return ((f"var/lib/objects/object{number:05}.bin", number * 7919 % 2000) for number in range(50_000))


def _data() -> Iterator[tuple[str, int]]:
    for number in range(200_000):
        yield f"srv/data/{number % 256:02x}/{number // 256 % 16:x}/record-{number}.json", number * 31 % 1500


class _Hashing(io.RawIOBase):
    """A file that is written through, with the digest and the length of what went into it."""

    def __init__(self, target: io.BufferedIOBase | zstd.ZstdFile) -> None:
        self._target = target
        self.hash = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write and count."""
        self.hash.update(data)
        self.size += len(data)
        self._target.write(data)
        return len(data)


def _layer(blobs: Path, members: Iterator[tuple[str, int, int]]) -> tuple[dict[str, object], str]:
    """Write the layer of `members` (path, size, owner) under `blobs`; return its descriptor and diff_id."""
    unfinished = blobs / "unfinished"
    with unfinished.open("wb") as file:
        compressed = _Hashing(file)
        with zstd.ZstdFile(compressed, "w", level=1) as stream:
            archive = _Hashing(stream)
            for path, size, uid in members:
                member = tarfile.TarInfo(path)
                member.size, member.mtime, member.uid = size, _MTIME, uid
                archive.write(member.tobuf(tarfile.USTAR_FORMAT))
                # Otherwise all of one size would be the same file, of which one is enough.
                content = (path.encode() + _ZEROS)[:size]
                archive.write(content + bytes(-size % 512))
            archive.write(bytes(1024))
    digest = compressed.hash.hexdigest()
    unfinished.rename(blobs / digest)
    descriptor: dict[str, object] = {
        "mediaType": "application/vnd.oci.image.layer.v1.tar+zstd",
        "digest": _DIGEST_PREFIX + digest,
        "size": compressed.size,
    }
    return descriptor, _DIGEST_PREFIX + archive.hash.hexdigest()


def _upper() -> Iterator[tuple[str, int, int]]:
    yield from ((path, size, 0) for path, size in _data())
    chosen = random.Random(1).sample(list(_packages()), 3000)
    yield from ((path, size + number % 2, 1000) for number, (path, size) in enumerate(chosen))


def _top() -> Iterator[tuple[str, int, int]]:
    yield from ((f"usr/lib/node_modules/.wh.package{package:03}", 0, 0) for package in range(0, 1000, 50))
    yield from ((path, size + 1, 0) for path, size in _data() if path.startswith("srv/data/07/"))


def build(directory: Path) -> Path:
    """Write the layout to `directory`, unless one is there, and return it."""
    if (directory / "index.json").exists():
        return directory
    blobs = directory / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    lower = ((path, size, 0) for files in (_packages(), _flat()) for path, size in files)
    layers = [_layer(blobs, members) for members in (lower, _upper(), _top())]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [diff_id for _, diff_id in layers]},
        "history": [{"created_by": f"RUN step {number}"} for number in range(len(layers))],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": _document(blobs, config, "application/vnd.oci.image.config.v1+json"),
        "layers": [descriptor for descriptor, _ in layers],
    }
    described = _document(blobs, manifest, "application/vnd.oci.image.manifest.v1+json")
    named = {**described, "annotations": {"org.opencontainers.image.ref.name": "many"}}
    (directory / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (directory / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))
    return directory


def _document(blobs: Path, document: object, media_type: str) -> dict[str, object]:
    body = json.dumps(document).encode()
    digest = hashlib.sha256(body).hexdigest()
    (blobs / digest).write_bytes(body)
    return {"mediaType": media_type, "digest": _DIGEST_PREFIX + digest, "size": len(body)}


def main() -> None:
    """Build the image and print where it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("directory", type=Path)
    print(f"oci:{build(parser.parse_args().directory)}:many")


if __name__ == "__main__":
    main()
