"""imgscope beside raw decompression and beside gzip + tarfile, on the same blobs, in one run.

    python -m benchmarks.read_layers oci:DIRECTORY [--runs 5]

Prints medians of paired runs and the ratio to the raw run, which does the least that any verified reading has to:
decompress every blob with isal or zstd and sha256 both sides, on two threads. The machine is likely to be noisy:
compare ratios of one run, not times of two.
"""

from __future__ import annotations

import argparse
import gzip
import io
import statistics
import tarfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import imgscope
from benchmarks.floor import THREADS, raw
from imgscope.oci.manifest import Descriptor
from imgscope.sources import open_source
from imgscope.sources.base import ImageSource, SourceOptions

_GZIP_MAGIC = b"\x1f\x8b"


def with_tarfile(source: ImageSource, layers: tuple[Descriptor, ...]) -> int:
    """List every layer with gzip and tarfile of the standard library, on two threads; return the entries."""

    def one(layer: Descriptor) -> int:
        with source.open_blob(layer) as chunks:
            blob = b"".join(chunks)
        content = gzip.decompress(blob) if blob.startswith(_GZIP_MAGIC) else blob
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            return sum(1 for _ in archive)

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(one, sorted(layers, key=lambda layer: -layer.size)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("image", help="an image on this machine, such as oci:DIRECTORY")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    source = open_source(arguments.image, SourceOptions())
    layers = source.resolve(None).manifest.layers
    contestants: dict[str, Callable[[], object]] = {
        "raw: isal/zstd + sha256 of both sides": lambda: raw(source, layers),
        "imgscope, whole analysis": lambda: imgscope.inspect(arguments.image, cache=False),
        "stdlib gzip + tarfile, listing only": lambda: with_tarfile(source, layers),
    }
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(arguments.runs):
        for name, run in contestants.items():
            started = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - started)
    reference = statistics.median(next(iter(times.values())))
    compressed = sum(layer.size for layer in layers)
    print(f"{arguments.image}: {len(layers)} layers, {compressed / 1e6:,.0f} MB compressed, median of {arguments.runs}")
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"  {name:40} {median:7.2f} s   {median / reference:5.2f} x")


if __name__ == "__main__":
    main()
