"""Variables of the environment that make no sense: one sentence that names them, or nothing at all; never a mistake."""

from __future__ import annotations

import pytest

from tests.support.command_line import Run, run

__all__ = ["run"]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SSL_CERT_FILE", "/nonexistent", "SSL_CERT_FILE names '/nonexistent', which is no file"),
        ("SSL_CERT_FILE", "/proc/self/mem", "SSL_CERT_FILE names '/proc/self/mem', which "),
        ("SSLKEYLOGFILE", "/proc/none", "SSLKEYLOGFILE names '/proc/none', which cannot be written"),
        ("HTTPS_PROXY", ":::", "check HTTPS_PROXY"),
        ("HTTPS_PROXY", "socks5://x", "check HTTPS_PROXY"),
        ("HTTPS_PROXY", "http://\x1b[2J", "check HTTPS_PROXY"),
        ("CONTAINERS_REGISTRIES_CONF", "/proc/self/mem", "/proc/self/mem cannot be read"),
        ("DOCKER_AUTH_CONFIG", "[[[", "cannot connect to 127.0.0.1:1"),
        ("REGISTRY_AUTH_FILE", "/proc/self/mem", "cannot connect to 127.0.0.1:1"),
        ("NO_PROXY", "[[[*", "cannot connect to 127.0.0.1:1"),
        ("XDG_RUNTIME_DIR", "\x1b", "cannot connect to 127.0.0.1:1"),
        ("COLUMNS", "-5", "cannot connect to 127.0.0.1:1"),
        ("TZ", "No/Where", "cannot connect to 127.0.0.1:1"),
    ],
)
def test_a_registry_is_asked_or_the_variable_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    needs_proxy = name == "HTTPS_PROXY"
    ended = run("audit", "registry.invalid/app" if needs_proxy else "127.0.0.1:1/team/app", "--no-cache")
    assert ended.code in (2, 3)
    assert told in ended.err
    assert "mistake" not in ended.err
    assert "\x1b" not in ended.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DOCKER_HOST", "garbage"),
        ("DOCKER_HOST", "tcp://[::"),
        ("DOCKER_HOST", "unix://"),
        ("DOCKER_CONTEXT", "../../etc"),
        ("DOCKER_CONTEXT", "\x1b[2J"),
        ("CONTAINER_HOST", "ssh://"),
    ],
)
def test_an_engine_is_asked_or_the_variable_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    ended = run("audit", "podman:x" if name == "CONTAINER_HOST" else "docker-daemon:x", "--no-cache")
    assert ended.code in (2, 3)
    assert name in ended.err
    assert "mistake" not in ended.err
    assert "\x1b" not in ended.err
