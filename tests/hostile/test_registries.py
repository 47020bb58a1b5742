"""Every command that asks a registry, and the terminal UI, on registries that lie: outcome, time, memory, requests."""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.hostile import lies_about_content, lies_on_the_way
from tests.hostile.case import SOUND, layout
from tests.hostile.confined import Confined, Ended
from tests.hostile.declared import MEBIBYTE
from tests.hostile.lie import APP, LIES, REPOSITORY, SECRET, Lie, write_limits
from tests.hostile.lines import ASKING_REGISTRIES, PRINTS_BYTES, audit_to_all_formats
from tests.hostile.outcomes import assert_cheap, assert_harmless, assert_hinted, assert_sound
from tests.support.registry import Registry

__all__ = ["lies_about_content", "lies_on_the_way"]

pytestmark = pytest.mark.corpus

_LONGEST_WAIT: Final = 150.0
"""Seconds that all attempts of one command sleep for at most: few requests, each sent again a few times."""
_KEYS: Final = ("2", "6", "7", "y")
_VIEWS_MEMORY: Final = 128 * MEBIBYTE
_VIEWS_CPU_SECONDS: Final = 10.0


@contextmanager
def lying(lie: Lie, directory: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Registry, str]]:
    """Serve the image by a registry that lies, with its password in the user's configuration."""
    registry = Registry(auth=lie.auth() if lie.auth else None)
    registry.add(APP, REPOSITORY)
    lie.function(registry)
    write_limits(directory, lie.limits)
    with registry.serve() as host:
        auth = base64.b64encode(f"me:{SECRET}".encode()).decode()
        monkeypatch.setenv("DOCKER_AUTH_CONFIG", json.dumps({"auths": {host: {"auth": auth}}}))
        yield registry, host


@pytest.mark.parametrize("lie", LIES.by_name.values(), ids=list(LIES.by_name))
def test_C64_C70_C71_C72_every_command_and_the_terminal_ui_end_in_a_sentence_whatever_a_registry_says(
    lie: Lie, confined: Confined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports, sound = tmp_path / "reports", layout(tmp_path / "sound", SOUND)
    with lying(lie, tmp_path, monkeypatch) as (registry, host):
        image = f"{host}/{REPOSITORY}"
        lines = [line for each in ASKING_REGISTRIES.values() for line in each(image, sound)]
        lines.insert(0, audit_to_all_formats(image, reports))
        ended = confined.commands(lines, tmp_path)
        requests = len(registry.requests)
        viewed = confined.views(image, _KEYS, tmp_path)
    assert_audited(lie, ended[0], reports)
    for line, each in zip(lines, ended, strict=True):
        assert_sound(each, prints_bytes=line[0] in PRINTS_BYTES)
        assert SECRET not in each.out + each.err
        assert_cheap(each.cost, memory=lie.memory, cpu=lie.cpu)
        assert each.cost.waited <= _LONGEST_WAIT
        if line[0] != "doctor":
            assert_hinted(each)
        if line[0] in (image, "compare") and not {"list", "--variants"} & {*line}:
            assert each.code == lie.exit_code, (line, each.err)
    assert requests <= lie.most_requests
    assert viewed.error is None or lie.exit_code == 3
    assert SECRET not in viewed.screen + (viewed.error or "")
    assert_cheap(viewed.cost, memory=_VIEWS_MEMORY, cpu=_VIEWS_CPU_SECONDS)


def assert_audited(lie: Lie, ended: Ended, reports: Path) -> None:
    """It ended as it should, and said why."""
    assert ended.code == lie.exit_code, ended.err
    assert re.search(lie.says, ended.err), ended.err
    assert_hinted(ended)
    for report in reports.iterdir():
        text = report.read_text("utf-8")
        assert_harmless(text)
        assert SECRET not in text


def test_C57_a_token_server_elsewhere_and_a_redirect_elsewhere_get_no_credentials(
    confined: Confined, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`localhost` is another name than `127.0.0.1`, and so another registry's."""
    elsewhere = Registry()
    elsewhere.add(APP, REPOSITORY)
    with elsewhere.serve() as other:
        address = other.replace("127.0.0.1", "localhost")

        def lead_away(registry: Registry) -> None:
            registry.misbehave(*(lies_on_the_way.led_to(f"http://{address}/v2/{REPOSITORY}/manifests/latest"),))

        def ask_elsewhere(registry: Registry) -> None:
            registry.misbehave(lies_on_the_way.asking_for(f'Bearer realm="http://{address}/token"'))

        for tell in (lead_away, ask_elsewhere):
            lie = Lie(
                name="", attacks="", function=tell, exit_code=0, says="", limits={}, auth=lies_on_the_way.tokens,
                memory=0, cpu=0, most_requests=0,
            )  # fmt: skip
            with lying(lie, tmp_path, monkeypatch) as (_, host):
                ended = confined.commands([["audit", f"{host}/{REPOSITORY}"]], tmp_path)
                assert_sound(ended[0])
    assert elsewhere.requests
    assert not [seen for seen in elsewhere.requests if "authorization" in seen.headers]
    assert not [
        seen for seen in elsewhere.requests if SECRET in seen.query + str(seen.headers) + os.fsdecode(seen.body)
    ]
