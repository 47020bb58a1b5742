"""`.imgscopeignore`, and the paths that its globs are held against."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from imgscope.errors import ImgscopeError
from imgscope.policy.ignore import ignoring, read_ignore_file
from imgscope.report import Finding, Severity

_TODAY = date(2025, 1, 1)
_PATHS = ("etc/passwd", "a/" * 2000 + "b", "a" * 4000, "var/log/" + "x/y" * 100)


def target(data: bytes) -> None:
    """The file may have any bytes, and the image paths of any length."""
    path = _directory() / "ignore"
    path.write_bytes(data)
    try:
        ignores, _ = read_ignore_file(path, today=_TODAY)
    except ImgscopeError:
        return
    for ignore in ignores[:4]:
        ignoring(_finding(ignore.rule_id), [ignore])


def _finding(rule_id: str) -> Finding:
    return Finding(rule_id=rule_id, severity=Severity.LOW, confidence="high", message="", paths=_PATHS, packages=())


@cache
def _directory() -> Path:
    holder = tempfile.TemporaryDirectory(prefix="fuzz-ignore-")
    _kept.append(holder)
    return Path(holder.name)


_kept: list[tempfile.TemporaryDirectory[str]] = []


def seeds() -> Mapping[str, bytes]:
    """Every form of line."""
    text = (
        "# comment\nlogs-left\nsecret-in-file exp:2030-12-31 path:**/test?/*.pem # why\nruns-as-root exp:2020-01-01\n"
    )
    return {"all": text.encode(), "globs": b"logs-left path:**/a/**/b*/**\n"}
