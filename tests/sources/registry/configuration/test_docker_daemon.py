"""Reading Docker's `daemon.json`."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from imgscope.errors import UsageError
from imgscope.sources.registry.configuration.docker_daemon import load, parse
from tests.sources.registry.configuration.machine import Machine

_PATH = Path("/etc/docker/daemon.json")


def test_C23_mirrors_of_the_user_come_before_those_of_the_machine(machine: Machine) -> None:
    machine.write_system("docker/daemon.json", json.dumps({"registry-mirrors": ["http://a.example:5000/cache/"]}))
    machine.write_user("docker/daemon.json", json.dumps({"registry-mirrors": ["https://b.example"], "debug": True}))
    settings, found = load(machine.environ)
    assert [(mirror.scheme, mirror.host, mirror.path) for mirror in settings.mirrors] == [
        ("https", "b.example", ""),
        ("http", "a.example:5000", "/cache"),
    ]
    assert len(found) == 2


def test_C24_insecure_registries_are_hosts_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"insecure-registries": ["Registry.example:5000", "http://plain.example/", "10.1.0.0/16", "fd00::/8"]}
    settings = parse(json.dumps(body).encode(), _PATH)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(None, None, None, "", ("10.1.2.3", 0))])
    assert settings.is_insecure("registry.example:5000")
    assert settings.is_insecure("plain.example")
    assert settings.is_insecure("10.1.2.3:5000")
    assert settings.is_insecure("[fd00::1]:5000")
    assert settings.is_insecure("inside.example")
    assert not settings.is_insecure("10.2.0.1:5000")
    assert not settings.is_insecure("[::::]")


def test_C24_names_are_looked_up_only_where_a_network_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "no such host")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    body = b'{"insecure-registries": ["10.0.0.0/8"]}'
    assert not parse(body, _PATH).is_insecure("nowhere.example")
    monkeypatch.setattr(socket, "getaddrinfo", None)
    assert not parse(b'{"insecure-registries": ["10.0.0.1"]}', _PATH).is_insecure("nowhere.example")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "/etc/docker/daemon.json: the file is not JSON"),
        (b'{"registry-mirrors": "https://a.example"}', "Expected `array | null`, got `str` - at `registry-mirrors`"),
        (b'{"registry-mirrors": ["a.example"]}', "registry-mirrors number 1 is no address of a web server"),
        (b'{"registry-mirrors": ["https://a.example", "https://u:s3cret@b.example"]}', "registry-mirrors number 2 has"),
        (b'{"registry-mirrors": ["https://a.example:s3cret"]}', "registry-mirrors number 1 is no URL"),
        (b'{"insecure-registries": ["a.example/team"]}', "insecure-registries has 'a.example/team'"),
    ],
)
def test_C23_a_malformed_file_is_one_sentence_without_secrets(body: bytes, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(body, _PATH)
    assert message in raised.value.message
    assert "s3cret" not in raised.value.message


def test_C23_a_file_of_another_user_is_passed_over(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.write_system("docker/daemon.json", "{")

    def refuse(self: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert load(machine.environ)[1] == ()


def test_an_empty_file_says_nothing() -> None:
    assert parse(b" \n", _PATH).mirrors == ()
