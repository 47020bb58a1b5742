"""All probes together."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import imgscope.probes
from imgscope.probes import probes


def test_every_probe_has_the_name_of_its_file() -> None:
    names = {path.stem for path in Path(imgscope.probes.__path__[0]).glob("[a-z]*.py")} - {"base"}
    assert {probe.name.replace("-", "_") for probe in probes()} == names


def test_two_probes_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "zzz_second.py").write_text("from imgscope.probes.apk import PROBE\n")
    monkeypatch.setattr(imgscope.probes, "__path__", [*imgscope.probes.__path__, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "imgscope.probes.zzz_second", raising=False)
    with pytest.raises(ValueError, match="zzz_second is a second probe named 'apk'"):
        probes()
