"""Programs for tests that measure memory: `python -m tests.support.memory_use CASE` prints its own peak in bytes.

Archives are made while they are read, so that nothing but imgscope takes memory.
"""

from __future__ import annotations

import gzip
import hashlib
import resource
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from imgscope import analyze
from imgscope.layer.index import LayerIndex
from imgscope.layer.read import read_layer
from imgscope.layer.wants import Wants
from imgscope.oci.config import ImageConfig
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import OCI_CONFIG, OCI_MANIFEST, Descriptor, Manifest
from imgscope.oci.platform import Platform
from imgscope.sources.base import ImageHead, Traffic

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
    chunk = bytearray()
    for number in range(count):
        name = b"d%06d/f%03d" % (number // 1000, number % 1000)
        header[: len(name)] = name
        header[148:156] = b"%06o\0 " % (without_name + sum(name))
        chunk += header
        if len(chunk) >= MEBIBYTE:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk) + _END


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


CASES: dict[str, Callable[[], None]] = {
    "a small file": lambda: _read_one_file(MEBIBYTE),
    "a huge file": lambda: _read_one_file(4 * GIBIBYTE),
    "a million files": lambda: _inspect_many_files(1_000_000),
}


if __name__ == "__main__":
    CASES[sys.argv[1]]()
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}\n")
