"""Fuzzing says what it found, keeps it and fails; by Hypothesis, which is everywhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fuzz.by_hypothesis import explore
from fuzz.campaign import main
from fuzz.target import Target, TooSlowError, load, run

_ROOT = Path(__file__).parents[2]
_PACKAGE = "imgscope_fuzzing_example"
_SEEDS = 'def seeds():\n    return {"seed": b"some bytes"}\n'
_FINE = f"def target(data):\n    pass\n\n\n{_SEEDS}"
_BROKEN = f'def target(data):\n    assert b"by" not in data\n\n\n{_SEEDS}'


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package of two targets: `broken` fails on a part of its seed, `fine` never."""
    folder = tmp_path / _PACKAGE
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "broken.py").write_text(_BROKEN)
    (folder / "fine.py").write_text(_FINE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tmp_path), str(_ROOT))))
    yield _PACKAGE
    for name in [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]:
        del sys.modules[name]


def test_a_finding_is_shown_kept_and_fails(package: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--driver", "hypothesis", "--seconds", "1", "--jobs", "2"]
    assert main(options, package=package, kept=tmp_path / "kept", work=tmp_path / "work") == 1
    (kept,) = (tmp_path / "kept" / "found" / "broken").iterdir()
    assert b"by" in kept.read_bytes()
    with pytest.raises(AssertionError):
        run(load("broken", package), kept.read_bytes())
    title, broken, fine = capsys.readouterr().out.splitlines()
    assert title == "fuzzing with hypothesis, 1 seconds a target"
    assert broken.endswith(f"inputs  FOUND {kept}")
    assert fine.endswith("inputs  nothing found")
    assert int(fine.split()[1].replace(",", "")) > 10


def test_without_a_finding_all_is_well(package: str, tmp_path: Path) -> None:
    options = ["--driver", "hypothesis", "--seconds", "0", "--target", "fine"]
    assert main(options, package=package, kept=tmp_path / "kept", work=tmp_path / "work") == 0


def test_a_driver_that_does_not_start_is_no_success(
    package: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / _PACKAGE / "fine.py").write_text("raise SystemExit(3)\n")
    options = ["--driver", "hypothesis", "--seconds", "1", "--target", "fine"]
    assert main(options, package=package, kept=tmp_path / "kept", work=tmp_path / "work") == 1
    assert "ended with code 3: see " in capsys.readouterr().out


def test_a_target_that_takes_too_long_is_found() -> None:
    def slow(_: bytes) -> None:
        raise TooSlowError("takes more than 3 seconds")

    _, failing = explore(Target(name="slow", run=slow, seeds=dict), seconds=1, inputs=[b"seed"])
    assert failing is not None
