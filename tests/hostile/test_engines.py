"""Every command that asks an engine, and the terminal UI, on engines that lie: outcome, time, memory, requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.hostile import engine_answers, engine_archives, engine_documents, engine_transfers
from tests.hostile.case import SOUND, layout
from tests.hostile.confined import Confined, Ended
from tests.hostile.declared import MEBIBYTE
from tests.hostile.engine_lie import APP, ENGINE_LIES, NAME, EngineLie
from tests.hostile.lie import SECRET, write_limits
from tests.hostile.lines import ASKING_ENGINES, PRINTS_BYTES, audit_to_all_formats
from tests.hostile.outcomes import assert_cheap, assert_harmless, assert_hinted, assert_sound
from tests.support.engine import Engine

__all__ = ["engine_answers", "engine_archives", "engine_documents", "engine_transfers"]

pytestmark = pytest.mark.corpus

_IMAGE: Final = f"docker-daemon:{NAME}"
_KEYS: Final = ("2", "y")
_VIEWS_MEMORY: Final = 128 * MEBIBYTE
_VIEWS_CPU_SECONDS: Final = 10.0


@contextmanager
def lying(lie: EngineLie, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Have the image in an engine that lies, which is Docker and Podman at once."""
    engine = Engine(lie.by)
    engine.add(APP, NAME)
    lie.function(engine)
    engine.requests.clear()
    write_limits(directory, lie.limits)
    with engine.serve(directory / "engine.sock"):
        for variable in ("DOCKER_HOST", "CONTAINER_HOST"):
            monkeypatch.setenv(variable, f"unix://{directory}/engine.sock")
        yield engine


@pytest.mark.parametrize("lie", ENGINE_LIES.by_name.values(), ids=list(ENGINE_LIES.by_name))
def test_C64_C70_C71_C72_every_command_and_the_terminal_ui_end_in_a_sentence_whatever_an_engine_says(
    lie: EngineLie, confined: Confined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports, sound = tmp_path / "reports", layout(tmp_path / "sound", SOUND)
    lines = [line for each in ASKING_ENGINES.values() for line in each(_IMAGE, sound)]
    lines.insert(0, audit_to_all_formats(_IMAGE, reports))
    with lying(lie, tmp_path, monkeypatch) as engine:
        ended = confined.commands(lines, tmp_path)
        requests = len(engine.requests)
        viewed = confined.views(_IMAGE, _KEYS, tmp_path)
    assert_audited(lie, ended[0], reports)
    for line, each in zip(lines, ended, strict=True):
        assert_sound(each, prints_bytes=line[0] in PRINTS_BYTES)
        assert SECRET not in each.out + each.err
        assert_cheap(each.cost, memory=lie.memory, cpu=lie.cpu)
        assert_hinted(each)
        if line[0] in (_IMAGE, "compare"):
            assert each.code == lie.exit_code, (line, each.err)
    assert requests <= lie.most_requests * len(lines)
    assert viewed.error is None or lie.exit_code == 3
    assert SECRET not in viewed.screen + (viewed.error or "")
    assert_cheap(viewed.cost, memory=_VIEWS_MEMORY + lie.memory, cpu=_VIEWS_CPU_SECONDS)


def assert_audited(lie: EngineLie, ended: Ended, reports: Path) -> None:
    """It ended as it should, and said why."""
    assert ended.code == lie.exit_code, ended.err
    assert re.search(lie.says, ended.err), ended.err
    for report in reports.iterdir():
        text = report.read_text("utf-8")
        assert_harmless(text)
        assert SECRET not in text
