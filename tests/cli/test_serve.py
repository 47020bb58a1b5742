"""`imgscope serve`: what it hands on, and what it warns of."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from imgscope.tui import web
from tests.support.command_line import Run


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would be served, in place of serving it."""
    calls: list[dict[str, Any]] = []

    def serve(arguments: Sequence[str], *, host: str, port: int, title: str, started: Callable[[str], None]) -> None:
        calls.append({"arguments": list(arguments), "host": host, "port": port, "title": title})
        started(f"http://{host}:{port}")

    monkeypatch.setattr(web, "serve", serve)
    return calls


def test_it_serves_on_loopback_by_default_and_says_where(run: Run, served: list[dict[str, Any]]) -> None:
    ended = run("serve", "nginx:latest")
    assert ended.code == 0
    assert ended.err == "imgscope: nginx:latest is at http://127.0.0.1:8000 until Ctrl-C\n"
    assert served[0]["host"] == "127.0.0.1"


def test_options_are_handed_on_and_the_image_is_never_an_option(
    run: Run, served: list[dict[str, Any]], layout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("--help").symlink_to(layout)
    options = ("--platform", "linux/arm64", "--jobs", "2", "--insecure-registry", "r:5000", "--no-cache")
    run("serve", "--port", "9000", *options, "--", "--help")
    assert served[0]["port"] == 9000
    assert served[0]["arguments"] == [
        "--platform", "linux/arm64", "--insecure-registry", "r:5000", "--no-cache", "--jobs", "2", "--", "--help",
    ]  # fmt: skip


def test_an_address_that_others_reach_is_warned_of(run: Run, served: list[dict[str, Any]]) -> None:
    ended = run("serve", "nginx", "--host", "0.0.0.0")
    assert "imgscope: note: whoever can reach 0.0.0.0 on port 8000 sees what this image holds" in ended.err
    assert served


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["oci:nowhere"], "nowhere"),
        (["./nowhere"], "there is no file or directory 'nowhere'"),
        (["UPPER//case"], "UPPER//case"),
        (["nginx", "--platform", "a/b/c/d"], "platform 'a/b/c/d' is not understood"),
        (["nginx", "--platform", "list"], "--platform list only lists the platforms of one image"),
        (["nginx", "--config", "missing.toml"], "'missing.toml' cannot be read"),
        (["nginx", "--config", "wrong.toml"], "there is no rule 'no-such-rule'"),
    ],
)
def test_what_every_page_would_end_with_is_refused_and_not_served(
    run: Run,
    served: list[dict[str, Any]],
    arguments: Sequence[str],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.toml").write_text('[rules]\ndisable = ["no-such-rule"]\n')
    ended = run("serve", *arguments)
    assert ended.code == 2
    assert says in ended.err
    assert not served


def test_without_the_extra_it_says_how_to_install_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    monkeypatch.delitem(sys.modules, "imgscope.tui.web", raising=False)
    monkeypatch.delattr("imgscope.tui.web", raising=False)
    ended = run("serve", "nginx")
    assert ended.code == 2
    assert "serve needs the package textual-serve, which is not installed" in ended.err
    assert "pip install textual-serve" in ended.err
