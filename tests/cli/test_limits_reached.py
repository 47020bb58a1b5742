"""Each key of `[limits]`: the limit is held to, and where something is left unread, that is told with exit code 3."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from imgscope.policy.reading_limits import LIMIT_KEYS
from tests.support.command_line import Run
from tests.support.image_files import write_docker_archive, write_oci_layout
from tests.support.images import file, image, layer
from tests.support.limits import UNTOLD
from tests.support.registry import Registry
from tests.support.registry_auth import Bearer
from tests.support.registry_faults import Fault, answering, dripping, mute

_STATUS: Final = "".join(
    f"Package: p{number}\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n\n" for number in range(500)
)
_APP: Final = image(
    [
        layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\n"), file("var/lib/dpkg/status", _STATUS)),
        layer(file("data", random.Random(3).randbytes(200_000)), compression="zstd"),
        layer(file("x" * 200, "long")),
    ],
    listed_platform=False,
)

_ELSEWHERE: Final = {
    "engine-answer-size": "tests/sources/daemon/test_troubles.py",
    "engine-patience": "tests/hostile/engine_transfers.py",
    "error-body-size": "below",
    "connections-per-host": "tests/sources/registry/test_economy.py",
    "connect-timeout": "tests/sources/registry/test_transport.py",
    "attachment-patience": "tests/test_attachments.py",
}
"""Limits that need something else to be reached, or that nothing is told of, and where they are held."""


def _layout(path: Path) -> str:
    return f"oci:{write_oci_layout(path / 'layout', {'latest': _APP})}"


def _archive(path: Path) -> str:
    return f"docker-archive:{write_docker_archive(path / 'app.tar', _APP, style='legacy')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """`value` of a key with which `make` names an image that reaches it, and what is said then.

    `faults` are those of a registry that has it. `has_report`: of what could be read there is a report.
    """

    value: str
    says: str
    make: Callable[[Path], str] = _layout
    faults: Callable[[], list[Fault]] | None = None
    also: str = ""
    has_report: bool = True


_REACHED: Final = {
    "document-size": Reached(value="300", says="at most 300 are read", has_report=False),
    "token-body-size": Reached(value="5", says="more than the 5 bytes", faults=list, has_report=False),
    "archive-manifest-size": Reached(value="20", says="at most 20 are read", make=_archive, has_report=False),
    "captured-file-size": Reached(value="10", says="/etc/os-release was not kept while reading: it is too large"),
    "reduced-file-size": Reached(
        value="100", also="captured-file-size = 100", says="/var/lib/dpkg/status was not kept while reading: it is too"
    ),
    "extended-header-size": Reached(value="64", says="an extended header of [0-9]+ bytes, at most 64 are read"),
    "path-size": Reached(value="100", says="a name of 200 bytes, at most 100 are read"),
    "entry-count": Reached(value="2", says="more than the 2 entries that are read"),
    "unpacked-size": Reached(value='"100kB"', says="more than the 100,000 bytes that are read"),
    "kept-size": Reached(value="100", says="more than the 100 bytes kept of an image"),
    "zstd-window-size": Reached(value="1024", says="too much memory"),
    "silence-timeout": Reached(
        value="0.1", says="did not answer in time", faults=lambda: [mute(times=None)], has_report=False
    ),
    "slowest-rate": Reached(
        value="10_000_000", also="slowness-timeout = 0.1", says="fewer than 10,000,000 bytes a second came",
        faults=lambda: [dripping(pause=0.03)], has_report=False,
    ),
    "slowness-timeout": Reached(
        value="0.1", also="slowest-rate = 10_000_000", says="for 0.1 seconds", faults=lambda: [dripping(pause=0.03)],
        has_report=False,
    ),
}  # fmt: skip


def test_K_every_limit_is_reached_here_or_elsewhere() -> None:
    assert {*_REACHED, *_ELSEWHERE} == set(LIMIT_KEYS)
    assert not UNTOLD & set(_REACHED)


@pytest.mark.parametrize("name", _REACHED)
def test_K_reaching_a_limit_is_told_and_ends_with_3(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = _REACHED[name]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("imgscope.sources.registry.retry.backoff", lambda _: 0)
    report = tmp_path / "r.json"
    if reached.faults is None:
        assert run("audit", reached.make(tmp_path), "-o", f"json={report}", "--no-cache").code == 0
        report.unlink()
    Path("imgscope.toml").write_text(f"[limits]\n{name} = {reached.value}\n{reached.also}\n")
    if reached.faults is None:
        ended = run("audit", reached.make(tmp_path), "-o", f"json={report}", "--no-cache")
    else:
        registry = Registry(auth=Bearer() if name == "token-body-size" else None)
        registry.add(_APP)
        registry.misbehave(*reached.faults())
        with registry.serve() as host:
            ended = run("audit", f"{host}/team/app", "-o", f"json={report}", "--no-cache")
    assert ended.code == 3, ended.err
    assert re.search(reached.says, ended.err), ended.err
    assert report.exists() is reached.has_report
    if reached.has_report:
        told = json.loads(report.read_text())
        assert told["complete"] is False
        assert any(re.search(reached.says, failure["message"]) for failure in told["failures"])


@pytest.mark.parametrize(("size", "is_quoted"), [(64 * 1024, True), (20, False)])
def test_K_of_an_error_as_much_is_read_as_the_limit_allows(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, is_quoted: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("imgscope.toml").write_text(f"[limits]\nerror-body-size = {size}\n")
    registry = Registry()
    registry.misbehave(answering(400, body=b'{"errors":[{"code":"X","message":"what the registry says"}]}'))
    with registry.serve() as host:
        ended = run("audit", f"{host}/team/app")
    assert ended.code == 3
    assert ("what the registry says" in ended.err) is is_quoted
