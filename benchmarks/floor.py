"""The least that any verified reading of an image has to do, as a program to be measured: see `benchmarks/peers.py`."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from imgscope.layer.stream import Decompressed
from imgscope.oci.manifest import Descriptor
from imgscope.sources import open_source
from imgscope.sources.base import ImageSource, SourceOptions

THREADS = 2
# Where nothing else is done, what fits a core's cache is faster than what lets threads alone for longer.
_OUTPUT_SIZE = 512 * 1024


def raw(source: ImageSource, layers: tuple[Descriptor, ...]) -> int:
    """Decompress and hash both sides of every blob, on two threads; return the bytes of all archives."""

    def one(layer: Descriptor) -> int:
        compressed, uncompressed, size = hashlib.sha256(), hashlib.sha256(), 0
        with source.open_blob(layer) as chunks:
            for chunk in Decompressed(_hashed(chunks, compressed.update), output_size=_OUTPUT_SIZE):
                uncompressed.update(chunk)
                size += len(chunk)
        return size

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(one, sorted(layers, key=lambda layer: -layer.size)))


def _hashed(chunks: Iterable[bytes], update: Callable[[bytes], object]) -> Iterator[bytes]:
    for chunk in chunks:
        update(chunk)
        yield chunk


def main() -> None:
    """Read the image that the first argument names, and nothing more."""
    source = open_source(sys.argv[1], SourceOptions())
    raw(source, source.resolve(None).manifest.layers)


if __name__ == "__main__":
    main()
