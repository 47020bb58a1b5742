"""imgscope as a process, in surroundings that are not what they should be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from imgscope.text import UNSAFE
from tests.support.image_files import write_oci_layout
from tests.support.images import file, image, layer

COMMAND = (sys.executable, "-m", "imgscope")
ENOUGH_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended and what it wrote."""

    code: int
    out: str
    err: str


def environment(**changed: str | None) -> dict[str, str]:
    """The environment of this process without what measures coverage, `changed` set, or removed where None."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return {name: value for name, value in {**kept, **changed}.items() if value is not None}


def run(
    *arguments: str | Path, shell: str = '"$@"', env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Ended:
    """Run imgscope with `arguments` as `shell` says, in which `"$@"` is the command with them."""
    done = subprocess.run(
        ["bash", "-c", shell, "bash", *COMMAND, *map(str, arguments)],
        env=environment() if env is None else env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=ENOUGH_SECONDS,
        check=False,
    )
    return Ended(code=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())


@contextmanager
def started(*arguments: str | Path, **changed: str | None) -> Iterator[subprocess.Popen[bytes]]:
    """Start imgscope with `arguments`, which is killed in the end if it still runs."""
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**changed),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ended_by(process: subprocess.Popen[bytes], number: signal.Signals) -> Ended:
    """Send the signal and wait for the end."""
    process.send_signal(number)
    out, err = process.communicate(timeout=ENOUGH_SECONDS)
    return Ended(code=process.returncode, out=out.decode(), err=err.decode())


def assert_told(ended: Ended, code: int, *words: str) -> None:
    """Hold that it ended with `code` and sentences that have all of `words`, with no traceback and no mistake."""
    assert ended.code == code, ended.err
    for word in words:
        assert word in ended.err
    assert_clean(ended.err)


def assert_clean(text: str) -> None:
    """Hold that there is no traceback in `text`, no confession of a mistake, and nothing that acts on a terminal."""
    for sign in ("Traceback", "Exception ignored", "mistake", "crashed", "Error:"):
        assert sign not in text, text
    unsafe = {character for line in text.splitlines() for character in UNSAFE.findall(line)}
    assert unsafe == set(), unsafe


def small_layout(path: Path) -> Path:
    """An OCI layout with a small image in it."""
    built = image(
        [
            layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\n")),
            layer(file("var/lib/apt/lists/x", "x" * 5000), created_by="RUN apt-get update"),
        ],
        listed_platform=False,
    )
    return write_oci_layout(path, {"latest": built})


def unfinished(directory: Path | None = None) -> list[Path]:
    """The temporary files and locks in `directory`, or in the cache."""
    place = directory or Path(os.environ["XDG_CACHE_HOME"])
    return [path for path in place.rglob("*") if path.suffix in (".tmp", ".lock")]
