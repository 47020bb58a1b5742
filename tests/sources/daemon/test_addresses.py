"""Where engines are looked for."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.errors import UsageError
from imgscope.sources.daemon.address import Address, TlsFiles
from imgscope.sources.daemon.docker import docker_addresses
from imgscope.sources.daemon.engine import DOCKER, PODMAN
from imgscope.sources.daemon.podman import podman_addresses
from tests.support.images import to_json


def add_context(home: Path, name: str, host: str, *, skip_verify: bool = False, with_keys: bool = False) -> None:
    identifier = hashlib.sha256(name.encode()).hexdigest()
    meta = home / ".docker" / "contexts" / "meta" / identifier
    meta.mkdir(parents=True)
    endpoint: dict[str, Any] = {"Host": host, "SkipTLSVerify": skip_verify}
    (meta / "meta.json").write_bytes(to_json({"Name": name, "Metadata": {}, "Endpoints": {"docker": endpoint}}))
    if with_keys:
        (home / ".docker" / "contexts" / "tls" / identifier / "docker").mkdir(parents=True)


def use_context(home: Path, name: str) -> None:
    (home / ".docker").mkdir(exist_ok=True)
    (home / ".docker" / "config.json").write_bytes(to_json({"auths": {}, "currentContext": name}))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("unix:///run/docker.sock", "/run/docker.sock"),
        ("tcp://builder", "builder:2375"),
        ("tcp://10.0.0.1:4000", "10.0.0.1:4000"),
        ("http://builder:80/", "builder:80"),
        ("tcp://[::1]:2375", "[::1]:2375"),
    ],
)
def test_C50_addresses_are_read_as_docker_writes_them(text: str, shown: str) -> None:
    assert str(Address.parse(text, origin="DOCKER_HOST")) == shown


def test_C50_with_tls_the_port_is_another_one() -> None:
    tls = TlsFiles(directory=Path("/keys"))
    assert str(Address.parse("tcp://builder", origin="DOCKER_HOST", tls=tls)) == "builder:2376"


@pytest.mark.parametrize(
    "text", ["", "docker.sock", "unix://", "tcp://", "tcp://:2375", "tcp://a:99999", "npipe:////./x", "https://a"]
)
def test_what_is_no_address_is_refused_with_what_named_it(text: str) -> None:
    with pytest.raises(UsageError, match="DOCKER_HOST names"):
        Address.parse(text, origin="DOCKER_HOST")


@pytest.mark.parametrize(("origin", "variable"), [("DOCKER_HOST", "DOCKER_HOST"), ("CONTAINER_HOST", "CONTAINER_HOST")])
def test_an_engine_behind_ssh_is_refused_with_how_to_reach_it(origin: str, variable: str) -> None:
    with pytest.raises(UsageError, match="reached over SSH") as caught:
        Address.parse("ssh://me:secret@builder", origin=origin)
    assert f"set {variable}=unix:///tmp/engine.sock" in (caught.value.hint or "")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["https://me:secret@a", "tcp://me:secret@a:99999", "x://secret@", "tcp://secret@[::1"])
def test_C69_a_password_in_what_is_no_address_is_not_shown(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        Address.parse(text, origin="DOCKER_HOST")
    assert "secret" not in caught.value.message


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(text: str) -> None:
    with suppress(UsageError):
        assert str(Address.parse(text, origin="DOCKER_HOST"))


def test_C50_docker_s_usual_sockets_are_looked_at_in_order(tmp_path: Path) -> None:
    addresses = docker_addresses({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": "/run/user/7"})
    assert [str(address) for address in addresses] == [
        "/var/run/docker.sock",
        "/run/user/7/docker.sock",
        f"{tmp_path}/.docker/run/docker.sock",
    ]


def test_C50_the_first_socket_that_exists_is_used(tmp_path: Path) -> None:
    runtime = tmp_path / "runtime"
    (runtime / "podman").mkdir(parents=True)
    (runtime / "podman" / "podman.sock").touch()
    environ = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(runtime)}
    assert PODMAN.address(environ).socket == runtime / "podman" / "podman.sock"


def test_C50_docker_host_comes_before_any_context(tmp_path: Path) -> None:
    add_context(tmp_path, "remote", "tcp://builder:1")
    environ = {"HOME": str(tmp_path), "DOCKER_HOST": "unix:///mine.sock", "DOCKER_CONTEXT": "remote"}
    assert str(DOCKER.address(environ)) == "/mine.sock"


def test_C50_docker_context_comes_before_the_current_one(tmp_path: Path) -> None:
    add_context(tmp_path, "one", "unix:///one.sock")
    add_context(tmp_path, "two", "unix:///two.sock")
    use_context(tmp_path, "two")
    assert str(DOCKER.address({"HOME": str(tmp_path)})) == "/two.sock"
    assert str(DOCKER.address({"HOME": str(tmp_path), "DOCKER_CONTEXT": "one"})) == "/one.sock"


def test_the_context_called_default_is_none(tmp_path: Path) -> None:
    use_context(tmp_path, "gone")
    environ = {"HOME": str(tmp_path), "DOCKER_CONTEXT": "default"}
    assert str(docker_addresses(environ)[0]) == "/var/run/docker.sock"


@pytest.mark.parametrize("with_keys", [True, False])
def test_C50_a_context_s_keys_are_used_and_whether_to_verify(tmp_path: Path, with_keys: bool) -> None:
    add_context(tmp_path, "remote", "tcp://builder", skip_verify=True, with_keys=with_keys)
    address = DOCKER.address({"HOME": str(tmp_path), "DOCKER_CONTEXT": "remote"})
    assert str(address) == "builder:2376"
    assert address.tls is not None
    assert address.tls.directory.name == "docker"
    assert not address.tls.verifies


def test_a_context_that_does_not_exist_is_said_with_what_names_it(tmp_path: Path) -> None:
    use_context(tmp_path, "gone")
    with pytest.raises(UsageError, match=r"config\.json names the Docker context 'gone'") as caught:
        docker_addresses({"HOME": str(tmp_path)})
    assert "docker context ls" in (caught.value.hint or "")


def test_a_context_without_a_host_is_said(tmp_path: Path) -> None:
    add_context(tmp_path, "empty", "")
    with pytest.raises(UsageError, match="names no host"):
        docker_addresses({"HOME": str(tmp_path), "DOCKER_CONTEXT": "empty"})


@pytest.mark.parametrize("content", [b"", b"{", b'{"currentContext": 1}', b'{"auths": {}}'])
def test_a_configuration_that_names_no_context_changes_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_bytes(content)
    assert str(docker_addresses({"HOME": str(tmp_path)})[0]) == "/var/run/docker.sock"


def test_C50_docker_config_moves_the_contexts(tmp_path: Path) -> None:
    add_context(tmp_path, "one", "unix:///one.sock")
    environ = {"HOME": "/nowhere", "DOCKER_CONFIG": str(tmp_path / ".docker"), "DOCKER_CONTEXT": "one"}
    assert str(DOCKER.address(environ)) == "/one.sock"


@pytest.mark.parametrize(
    ("settings", "tls"),
    [
        ({}, None),
        ({"DOCKER_TLS_VERIFY": "1"}, TlsFiles(directory=Path("/home/me/.docker"))),
        ({"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/keys"}, TlsFiles(directory=Path("/keys"))),
        ({"DOCKER_TLS": "1", "DOCKER_CERT_PATH": "/keys"}, TlsFiles(directory=Path("/keys"), verifies=False)),
        ({"DOCKER_CERT_PATH": "/keys"}, None),
    ],
)
def test_C50_tls_is_asked_for_by_the_environment(settings: dict[str, str], tls: TlsFiles | None) -> None:
    (address,) = docker_addresses({"HOME": "/home/me", "DOCKER_HOST": "tcp://builder", **settings})
    assert address.tls == tls


def test_C50_podman_s_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 0)
    assert [str(address) for address in podman_addresses({})] == ["/run/podman/podman.sock"]
    monkeypatch.setattr("os.getuid", lambda: 1000)
    assert [str(address) for address in podman_addresses({})] == [
        "/run/user/1000/podman/podman.sock",
        "/run/podman/podman.sock",
    ]
    assert str(PODMAN.address({"CONTAINER_HOST": "unix:///mine.sock"})) == "/mine.sock"
