"""Commands that ask an engine, and the terminal UI, on engines that lie: outcome, time, memory, requests."""

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
from tests.hostile.engine_lie import APP, ENGINE_LIES, INSPECTED, NAME, EngineLie
from tests.hostile.engine_places import ENGINE_PLACES, EnginePlace
from tests.hostile.lie import SECRET, write_limits
from tests.hostile.lines import ASKING_ENGINES, PRINTS_BYTES, audit_to_all_formats
from tests.hostile.outcomes import assert_cheap, assert_harmless, assert_hinted, assert_sound
from tests.support.engine import Engine

__all__ = ["engine_answers", "engine_archives", "engine_documents", "engine_transfers"]

pytestmark = pytest.mark.corpus

_IMAGE: Final = f"docker-daemon:{NAME}"
_NAMES: Final = list(ENGINE_LIES.by_name)
_ASKING: Final = list(ASKING_ENGINES)
_KEYS: Final = ("2", "y")
_VIEWS_MEMORY: Final = 128 * MEBIBYTE
_VIEWS_CPU_SECONDS: Final = 10.0
_LONGEST_SENTENCE: Final = 2000
_NO_PATIENCE: Final = 12.0
"""Seconds that may go by where engines are asked in passing: a little more than two for each, three times over."""


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


def commands_for(lie: EngineLie, engine: Engine, sound: str) -> list[list[str]]:
    """What is run besides an audit: every command on as many lies, as all of them read an image in the same way.

    Where nothing is told of the image, all begin and end with the same question.
    """
    if {INSPECTED, ""} & engine.instead.keys() and _NAMES.index(lie.name) % 4:
        return []
    name = _ASKING[_NAMES.index(lie.name) % len(_ASKING)]
    return ASKING_ENGINES[name](_IMAGE, sound)


@pytest.mark.parametrize("lie", ENGINE_LIES.by_name.values(), ids=_NAMES)
def test_C64_C70_C72_commands_end_in_a_sentence_whatever_an_engine_says(
    lie: EngineLie, confined: Confined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = tmp_path / "reports"
    with lying(lie, tmp_path, monkeypatch) as engine:
        others = commands_for(lie, engine, layout(tmp_path / "sound", SOUND))
        lines = [audit_to_all_formats(_IMAGE, reports), *others]
        ended = confined.commands(lines, tmp_path)
    assert_audited(lie, ended[0], reports)
    for line, each in zip(lines, ended, strict=True):
        assert_sound(each, prints_bytes=line[0] in PRINTS_BYTES)
        assert SECRET not in each.out + each.err
        assert_cheap(each.cost, memory=lie.memory, cpu=lie.cpu)
        assert_hinted(each)
        if line[0] in (_IMAGE, "compare"):
            assert each.code == lie.exit_code, (line, each.err)
    assert len(engine.requests) <= lie.most_requests * len(lines)


def assert_audited(lie: EngineLie, ended: Ended, reports: Path) -> None:
    """It ended as it should, and said why."""
    assert ended.code == lie.exit_code, ended.err
    assert re.search(lie.says, ended.err), ended.err
    for report in reports.iterdir():
        text = report.read_text("utf-8")
        assert_harmless(text)
        assert SECRET not in text


@pytest.mark.parametrize("name", _NAMES[:: 5 * len(_ASKING)])
def test_C71_the_terminal_ui_shows_what_there_is_or_ends_whatever_an_engine_says(
    name: str, confined: Confined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lie = ENGINE_LIES.by_name[name]
    with lying(lie, tmp_path, monkeypatch):
        viewed = confined.views(_IMAGE, _KEYS, tmp_path)
    assert viewed.error is None or lie.exit_code == 3
    assert SECRET not in viewed.screen + (viewed.error or "")
    assert_cheap(viewed.cost, memory=_VIEWS_MEMORY + lie.memory, cpu=_VIEWS_CPU_SECONDS)


@pytest.mark.parametrize("name", engine_answers.LISTS)
def test_C71_an_engine_that_lies_about_its_images_keeps_neither_the_start_screen_nor_a_hint_waiting(
    name: str, confined: Confined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lie = ENGINE_LIES.by_name[name]
    with lying(lie, tmp_path, monkeypatch):
        shown = confined.starts(tmp_path)
        (ended,) = confined.commands([["audit", f"127.0.0.1:1/{NAME}"]], tmp_path)
    assert_cheap(shown.cost, memory=_VIEWS_MEMORY + lie.memory, cpu=_VIEWS_CPU_SECONDS)
    assert shown.cost.seconds < _NO_PATIENCE
    assert ended.code == 3
    assert_sound(ended)
    assert_cheap(ended.cost, memory=lie.memory, cpu=lie.cpu)
    assert ended.cost.seconds < _NO_PATIENCE


@pytest.mark.parametrize("place", ENGINE_PLACES.by_name.values(), ids=list(ENGINE_PLACES.by_name))
def test_C50_C70_where_no_engine_is_one_sentence_says_so(
    place: EnginePlace, confined: Confined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "h"
    home.mkdir()
    for variable in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "CONTAINER_HOST", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(home))
    for variable, value in place.function(home).items():
        monkeypatch.setenv(variable, value)
    named, hinting = confined.commands([["audit", _IMAGE], ["audit", f"127.0.0.1:1/{NAME}"]], home)
    assert named.code == place.exit_code, named.err
    assert re.search(place.says, named.err), named.err
    assert hinting.code == 3
    for each in (named, hinting):
        assert_sound(each)
        assert_hinted(each)
        assert_cheap(each.cost, memory=place.memory, cpu=place.cpu)
        assert SECRET not in each.out + each.err
        assert len(each.err) < _LONGEST_SENTENCE
