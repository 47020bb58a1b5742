"""`imgscope doctor`: how it looks, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imgscope.text import UNSAFE
from tests.support.command_line import Run, debian
from tests.support.registry import Registry
from tests.support.registry_faults import answering


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.add(debian())
    return registry


def test_a_registry_that_works_ends_with_0(run: Run, registry: Registry) -> None:
    with registry.serve() as host:
        ended = run("doctor", f"{host}/team/app")
    lines = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert lines[:4] == [
        f"{host}/team/app:latest",
        "  ok       mirrors      none are configured",
        "",
        f"registry {host}",
    ]
    assert "  ok       manifest     latest is an image of 2 layers (HEAD and GET)" in lines
    assert lines[-1] == f"nothing stands in the way of pulling from the registry {host}"


def test_a_registry_that_is_not_there_ends_with_3(run: Run) -> None:
    ended = run("doctor", "127.0.0.1:1/team/app")
    assert ended.code == 3
    assert "  failed   connection   cannot connect to 127.0.0.1:1\n" in ended.out
    assert "                        → check that a registry listens there, and its port\n" in ended.out
    assert ended.out.endswith("\nimages cannot be pulled\n")


def test_an_image_that_was_taken_for_a_host_is_told_how_to_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    ended = run("doctor", "postgres:16")
    assert ended.code == 3
    said = "for the image of that name: imgscope doctor docker.io/library/postgres:16"
    assert ended.out.endswith(f"\nimages cannot be pulled\n{said}\n")


def test_a_mirror_that_serves_is_enough(
    run: Run, registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "registries.conf"
    monkeypatch.setenv("CONTAINERS_REGISTRIES_CONF", str(config))
    with registry.serve() as host:
        config.write_text(f'[[registry]]\nlocation="127.0.0.1:1"\n[[registry.mirror]]\nlocation="{host}"\n')
        ended = run("doctor", "127.0.0.1:1/team/app")
    assert ended.code == 0
    assert "  failed   connection   cannot connect to 127.0.0.1:1\n" in ended.out
    assert ended.out.endswith(f"\nnothing stands in the way of pulling from the mirror {host}\n")


def test_nothing_is_wider_than_80_columns(run: Run, registry: Registry) -> None:
    with registry.serve() as host:
        works, fails = run("doctor", f"{host}/team/app"), run("doctor", f"127.0.0.1:1/{'team/' * 20}app")
    assert max(len(line) for line in (works.out + fails.out).splitlines() if "/team" not in line) <= 80


def test_C70_what_a_registry_says_is_shown_safely(run: Run, registry: Registry) -> None:
    body = json.dumps({"errors": [{"code": "DENIED", "message": "no \x1b]0;owned\x07\u202e"}]}).encode()
    registry.misbehave(answering(403, body=body))
    with registry.serve() as host:
        ended = run("doctor", f"{host}/team/app")
    assert "\\x1b]0;owned\\x07\\u202e" in ended.out.replace("\n" + " " * 24, "")
    assert not UNSAFE.search(ended.out.replace("\n", ""))


def test_a_malformed_file_ends_with_2(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "registries.conf"
    config.write_text("[[registry]\n")
    monkeypatch.setenv("CONTAINERS_REGISTRIES_CONF", str(config))
    ended = run("doctor", "ghcr.io")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"imgscope: {config} is not TOML: ")


def test_statuses_have_a_colour_where_it_is_wanted(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert "  \x1b[31mfailed\x1b[0m   connection   cannot" in run("doctor", "127.0.0.1:1").out
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("doctor", "127.0.0.1:1").out
