"""`imgscope.toml`, `.dive-ci` and the JSON report that a baseline is."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path

from imgscope.analyze import Inspection
from imgscope.errors import ImgscopeError
from imgscope.limits import Limits
from imgscope.policy.baseline_file import is_report, read_baseline_file
from imgscope.policy.dive import DIVE_FILE, read_dive_file
from imgscope.policy.judge import judge
from imgscope.policy.keys import Growth
from imgscope.policy.policy import Policy
from imgscope.policy.reading_limits import read_limits
from imgscope.policy.settings import Choices, read_rules, read_settings
from imgscope.report import Severity
from tests.support.images import file, layer
from tests.support.memory import inspect

_TODAY = date(2025, 1, 1)
_ON_GROWTH = Policy(max_growth=Growth(size=1000), fail_on_new=Severity.LOW)


def target(data: bytes) -> None:
    """Each of them may have any bytes."""
    path = _directory() / "imgscope.toml"
    path.write_bytes(data)
    for read in (_settings, _limits, read_dive_file, _baseline):
        try:
            read(path)
        except ImgscopeError as error:
            assert error.exit_code


def _settings(path: Path) -> None:
    read_rules(path.parent, path)
    settings = read_settings(path.parent, Choices(), config=path, today=_TODAY)
    inspected = _inspection()
    judged = judge(inspected.report, inspected.image.dive_score, settings.policy)
    assert judged.policy.passed == all(check.status != "fail" for check in judged.policy.checks)


def _limits(path: Path) -> None:
    assert all(getattr(read_limits(path.parent, path), each.name) > 0 for each in fields(Limits))


def _baseline(path: Path) -> None:
    is_report(path)
    inspected = _inspection()
    summary = inspected.report.image
    baseline = read_baseline_file(path, {}).baseline_for(summary.reference, summary.platform)
    judge(inspected.report, inspected.image.dive_score, _ON_GROWTH, baseline)


@cache
def _inspection() -> Inspection:
    return inspect(layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\n"), file("root/.cache/pip/x", "y")))


@cache
def _directory() -> Path:
    holder = tempfile.TemporaryDirectory(prefix="fuzz-policy-")
    _kept.append(holder)
    return Path(holder.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def seeds() -> Mapping[str, bytes]:
    """With every key."""
    policy = (
        '[policy]\nmax-unpacked-size = "150MB"\nmax-layers = 20\nmax-wasted = "20MB"\nmax-wasted-percent = 10\n'
        'min-efficiency = 0.9\nallowed-libc = ["musl"]\nallowed-distros = ["alpine", "debian:12"]\nfail-on = "high"\n'
        'baseline = "registry.example/app:main"\nmax-growth = "5%"\nfail-on-new = "medium"\n'
        '[rules]\ndisable = ["logs-left"]\nseverity = { "runs-as-root" = "low" }\n'
    )
    dive = "rules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: disabled\n"
    limits = (
        '[limits]\ndocument-size = "4MiB"\nentry-count = 1000\nconnect-timeout = 2.5\nconnections-per-host = 4\n'
        "zstd-window-size = 134217728\nslowest-rate = 1024\n"
    )
    golden = Path(__file__).parents[2] / "tests" / "render" / "golden" / "example.json"
    return {
        "policy": policy.encode(),
        "limits": limits.encode(),
        DIVE_FILE.strip("."): dive.encode(),
        "report": golden.read_bytes(),
    }
