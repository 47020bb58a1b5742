"""Programs for tests that measure memory: `python -m tests.support.memory_use CASE` prints its own peak in bytes.

Archives are made while they are read, so that nothing but imgscope takes memory.
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from imgscope import analyze
from imgscope.layer.index import LayerIndex
from imgscope.layer.read import read_layer
from imgscope.layer.wants import Wants
from imgscope.oci.config import ImageConfig
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import OCI_CONFIG, OCI_MANIFEST, Descriptor, Manifest
from imgscope.oci.platform import Platform
from imgscope.sources.base import ImageHead, SourceOptions, Traffic
from imgscope.sources.daemon.address import Address
from imgscope.sources.daemon.engine import PODMAN
from imgscope.sources.daemon.source import DaemonSource

MEBIBYTE = 1024 * 1024
GIBIBYTE = 1024 * MEBIBYTE

_MEMBER_SIZE = MEBIBYTE
_END = bytes(1024)


def peak(case: str) -> int:
    """Run `case` in a process of its own and return its peak in bytes."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.memory_use", case], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def _one_file(size: int) -> Iterator[bytes]:
    """A gzip layer with one file of `size` zeros, in members of a MiB each."""
    header = tarfile.TarInfo("data")
    header.size = size
    yield gzip.compress(header.tobuf(), mtime=0)
    member = gzip.compress(bytes(_MEMBER_SIZE), mtime=0)
    for _ in range(size // _MEMBER_SIZE):
        yield member
    yield gzip.compress(_END, mtime=0)


def _many_files(count: int) -> Iterator[bytes]:
    """An uncompressed layer with `count` empty files, a thousand to a directory."""
    header = bytearray(tarfile.TarInfo().tobuf())
    without_name = sum(header) - sum(header[148:156]) + sum(b" " * 8)
    first = _directory_name(0)
    chunk = bytearray()
    for number in range(1000):
        name = b"%s/f%03d" % (first, number)
        header[: len(name)] = name
        header[148:156] = b"%06o\0 " % (without_name + sum(name))
        chunk += header
    for number in range(count // 1000):
        yield bytes(chunk).replace(first, _directory_name(number))
    yield _END


def _directory_name(number: int) -> bytes:
    """The name of one of a thousand directories: of one length and one sum of bytes, which keeps checksums the same."""
    return b"d%03d%03d" % (number, 999 - number)


def _described(blob: Iterable[bytes]) -> Descriptor:
    hasher, size = hashlib.sha256(), 0
    for chunk in blob:
        hasher.update(chunk)
        size += len(chunk)
    return Descriptor(digest=Digest(f"sha256:{hasher.hexdigest()}"), size=size)


def _read(make: Callable[[], Iterator[bytes]]) -> LayerIndex:
    return read_layer(make(), _described(make()), diff_id=None, wants=Wants([]))


class _Source:
    """An image of one layer, which is made anew each time it is asked for."""

    def __init__(self, make: Callable[[], Iterator[bytes]]) -> None:
        self._make = make
        self._layer = _described(make())

    def resolve(self, platform: Platform | None) -> ImageHead:
        config = Descriptor(digest=Digest.of(b""), size=0, media_type=OCI_CONFIG)
        return ImageHead(
            reference="example.com/large:1",
            source="memory",
            digest=Digest.of(b"manifest"),
            media_type=OCI_MANIFEST,
            manifest=Manifest(schema_version=2, config=config, layers=(self._layer,)),
            config=ImageConfig(),
            platform=platform or Platform.default(),
        )

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        assert (descriptor, start, length) == (self._layer, 0, None)
        yield self._make()

    def traffic(self) -> Traffic:
        return Traffic()

    def close(self) -> None:
        """Nothing is open."""


def _inspect_many_files(count: int) -> None:
    report = analyze.inspect_source(_Source(lambda: _many_files(count))).report
    assert report.complete
    assert report.image.file_count == count


def _read_one_file(size: int) -> None:
    index = _read(lambda: _one_file(size))
    assert index.error is None
    assert index.unpacked_size == size


class _SavedImage(httpx.BaseTransport):
    """An engine that has one image, of one layer of `size` bytes, and saves it as Podman does."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._diff_id = _described(self._layer()).digest
        self._config = json.dumps(
            {"os": "linux", "architecture": "amd64", "rootfs": {"type": "layers", "diff_ids": [self._diff_id]}}
        ).encode()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/get"):
            return httpx.Response(200, content=self._archive())
        root = {"Type": "layers", "Layers": [self._diff_id]}
        inspected = {"Id": Digest.of(self._config), "Os": "linux", "Architecture": "amd64", "RootFS": root}
        return httpx.Response(200, content=iter([json.dumps(inspected if path.endswith("/json") else []).encode()]))

    def _layer(self) -> Iterator[bytes]:
        header = tarfile.TarInfo("data")
        header.size = self._size
        yield header.tobuf()
        yield from itertools.repeat(bytes(MEBIBYTE), self._size // MEBIBYTE)
        yield _END

    def _archive(self) -> Iterator[bytes]:
        layer, config = f"{self._diff_id.encoded}.tar", f"{Digest.of(self._config).encoded}.json"
        listed = json.dumps([{"Config": config, "RepoTags": ["large:1"], "Layers": [layer]}]).encode()
        header = tarfile.TarInfo(layer)
        header.size = 512 + self._size + len(_END)
        yield header.tobuf()
        yield from self._layer()
        for name, content in ((config, self._config), ("manifest.json", listed)):
            header = tarfile.TarInfo(name)
            header.size = len(content)
            yield header.tobuf() + content + bytes(-len(content) % 512)
        yield _END


def _own_peak() -> int:
    """Return the most memory that this process had, in bytes.

    Not what getrusage says, as that counts what was there before exec: the memory of the process that runs the tests.
    """
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def _stream_from_engine(size: int) -> None:
    address = Address(origin="the default", socket=Path("/run/engine.sock"))
    http = _SavedImage(size)
    with closing(DaemonSource(PODMAN, "large:1", SourceOptions(), http=http, address=lambda: address)) as source:
        report = analyze.inspect_source(source).report
    assert report.complete
    assert report.image.unpacked_size == size


CASES: dict[str, Callable[[], None]] = {
    "a small file": lambda: _read_one_file(MEBIBYTE),
    "a huge file": lambda: _read_one_file(4 * GIBIBYTE),
    "a small layer from an engine": lambda: _stream_from_engine(MEBIBYTE),
    "a huge layer from an engine": lambda: _stream_from_engine(GIBIBYTE // 4),
    "a million files": lambda: _inspect_many_files(1_000_000),
}


if __name__ == "__main__":
    CASES[sys.argv[1]]()
    sys.stdout.write(f"{_own_peak()}\n")
