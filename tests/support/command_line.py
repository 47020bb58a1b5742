"""The command line in this process, and an image for it. Tests outside of `tests/cli` import the fixtures by name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from imgscope.cli.main import main
from tests.support.image_files import write_oci_layout
from tests.support.images import BuiltImage, file, image, layer

_PROGRESS = re.compile(r"imgscope: ((.*: )?layer \d+: .* files?(, incomplete)?|.*, [\d.]+ \w+ (not )?compressed)$")
_VERDICT = re.compile(
    r"(PASS|FAIL|SKIP) |imgscope: ((PASS|FAIL|INCOMPLETE) |.*: inspected, no policy asks |\d+ images: )"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The JSON on stdout."""
        return json.loads(self.out)

    @property
    def last_words(self) -> list[str]:
        """What stderr says besides progress and verdicts."""
        return [line for line in self.err.splitlines() if not _PROGRESS.match(line) and not _VERDICT.match(line)]

    @property
    def verdicts(self) -> list[str]:
        """What stderr says of checks and of what comes of them."""
        return [line for line in self.err.splitlines() if _VERDICT.match(line)]


Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line with these arguments, stdout being no terminal."""

    def run_with(*arguments: str | Path) -> Ended:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(code=ended.value.code, out=captured.out, err=captured.err)

    return run_with


def debian() -> BuiltImage:
    """A small image, listed without a platform so that it is found on every machine."""
    return image(
        [
            layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\nPRETTY_NAME='Debian 12'\n")),
            layer(file("var/lib/apt/lists/x", "x" * 5000), created_by="RUN /bin/sh -c apt-get update # buildkit"),
        ],
        listed_platform=False,
    )


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """An OCI layout that holds the image `debian()` as `latest`."""
    return write_oci_layout(tmp_path / "layout", {"latest": debian()})
