"""Images of container engines on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import Run, debian
from tests.support.engine import Engine


def test_C50_an_image_of_docker_is_reported(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine("docker 25")
    engine.add(debian(), "app:1")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with engine.serve(tmp_path / "docker.sock"):
        ended = run("docker-daemon:app:1", "-o", "json")
    assert ended.code == 0, ended.err
    assert ended.document["image"]["source"] == "docker-daemon"
    assert ended.document["distro"]["id"] == "debian"
    assert ended.last_words == []


def test_C50_an_image_of_podman_is_reported(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine("podman")
    engine.add(debian(), "localhost/app:1")
    monkeypatch.setenv("CONTAINER_HOST", f"unix://{tmp_path}/podman.sock")
    with engine.serve(tmp_path / "podman.sock"):
        ended = run("podman:localhost/app:1", "-o", "json")
    assert ended.code == 0, ended.err
    assert ended.document["image"]["reference"] == "podman:localhost/app:1"


@pytest.mark.parametrize(
    ("scheme", "variable", "title"),
    [("docker-daemon", "DOCKER_HOST", "Docker"), ("podman", "CONTAINER_HOST", "Podman")],
)
def test_an_engine_that_is_not_there_is_one_sentence(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, variable: str, title: str
) -> None:
    monkeypatch.setenv(variable, f"unix://{tmp_path}/nothing.sock")
    ended = run("audit", f"{scheme}:app:1", "-o", "json")
    assert ended.code == 3
    first, second = ended.last_words
    assert f"{title} is not there: there is no socket {tmp_path}/nothing.sock ({variable} names it)" in first
    assert second.startswith("  hint: start ")


def test_a_setting_that_cannot_be_used_is_a_usage_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://builder")
    assert run("audit", "docker-daemon:app:1", "-o", "json").code == 2


def test_a_registry_that_says_no_leads_to_who_has_it(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Engine()
    engine.add(debian(), "127.0.0.1:1/app:1")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with engine.serve(tmp_path / "docker.sock"):
        ended = run("audit", "127.0.0.1:1/app:1", "-o", "json")
    assert ended.code == 3
    assert "; Docker has it here: imgscope docker-daemon:127.0.0.1:1/app:1" in ended.err


def test_help_lists_both(run: Run) -> None:
    assert "docker-daemon:REF, podman:REF" in run("--help").out
