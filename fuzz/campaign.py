"""All targets, each in a process of its own for some seconds; a summary in order of name; what is found is kept."""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fuzz.target import DIRECTORY, TARGETS, names

_WORK: Final = DIRECTORY.parent / ".fuzz"
_RUNS: Final = re.compile(r"^#(\d+)\b|^(\d+) inputs$", re.MULTILINE)
_MEBIBYTES: Final = 512
_HANGS_AFTER: Final = 120
_STARTS_WITHIN: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one target: how many inputs were run, and the files of those that it failed on."""

    target: str
    runs: int
    found: tuple[Path, ...]
    problem: str | None = None

    def __str__(self) -> str:
        found = ", ".join(map(str, self.found))
        outcome = f"FOUND {found}" if found else self.problem or "nothing found"
        return f"{self.target:<20} {self.runs:>12,} inputs  {outcome}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """`driver` is `atheris` or `hypothesis`. Targets are in `package`, kept inputs in `kept`, all else is in `work`."""

    driver: str
    seconds: int
    package: str = TARGETS
    kept: Path = DIRECTORY
    work: Path = _WORK

    def run(self, target: str) -> Result:
        """Fuzz `target` until the time is over or something is found."""
        artifacts = self.work / "artifacts" / target
        corpus = self.work / "corpus" / target
        shutil.rmtree(artifacts, ignore_errors=True)
        for directory in (artifacts, corpus):
            directory.mkdir(parents=True, exist_ok=True)
        log = self.work / f"{target}.log"
        with log.open("wb") as output:
            done = subprocess.run(
                self._command(target, corpus, artifacts),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=self.seconds + _HANGS_AFTER + _STARTS_WITHIN,
            )
        counts = [int(one or other) for one, other in _RUNS.findall(log.read_text(errors="replace"))]
        found = tuple(self._keep(target, artifact) for artifact in sorted(artifacts.iterdir()))
        problem = f"ended with code {done.returncode}: see {log}" if done.returncode and not found else None
        return Result(target=target, runs=max(counts, default=0), found=found, problem=problem)

    def _command(self, target: str, corpus: Path, artifacts: Path) -> list[str]:
        start = [sys.executable, "-m", f"fuzz.by_{self.driver}", self.package, target]
        if self.driver == "hypothesis":
            return [*start, str(self.seconds), str(artifacts)]
        kept = [self.kept / kind / target for kind in ("seeds", "found")]
        return [
            *start,
            f"-max_total_time={self.seconds}",
            f"-artifact_prefix={artifacts}/",
            f"-timeout={_HANGS_AFTER}",
            f"-report_slow_units={_HANGS_AFTER}",
            f"-rss_limit_mb={_MEBIBYTES}",
            "-print_final_stats=1",
            str(corpus),
            *(str(directory) for directory in kept if directory.is_dir()),
        ]

    def _keep(self, target: str, artifact: Path) -> Path:
        directory = self.kept / "found" / target
        directory.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(artifact, directory / artifact.name[:24]))


def main(
    arguments: Sequence[str] | None = None, *, package: str = TARGETS, kept: Path = DIRECTORY, work: Path = _WORK
) -> int:
    """Fuzz, print a line for each target, and return 1 if there is anything to look at."""
    parser = argparse.ArgumentParser(prog="fuzz", description="Fuzz all readers of imgscope, or those that are named.")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    parser.add_argument("--target", action="append", choices=names(package), help="only this one; may be repeated")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="targets at once (default: one a core)")
    parser.add_argument("--driver", choices=("atheris", "hypothesis"), help="default: atheris where it is installed")
    chosen = parser.parse_args(arguments)
    driver = chosen.driver or ("atheris" if importlib.util.find_spec("atheris") else "hypothesis")
    campaign = Campaign(driver=driver, seconds=chosen.seconds, package=package, kept=kept, work=work)
    print(f"fuzzing with {driver}, {chosen.seconds} seconds a target")
    with ThreadPoolExecutor(max_workers=chosen.jobs) as pool:
        results = list(pool.map(campaign.run, sorted(set(chosen.target or names(package)))))
    for result in results:
        print(result)
    return int(any(result.found or result.problem for result in results))
