"""Engines that are reached over sockets, TCP and TLS, and those that are not."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from imgscope.errors import ImgscopeError, SourceError, UsageError
from imgscope.sources.daemon.address import Address, TlsFiles
from imgscope.sources.daemon.client import EngineClient
from imgscope.sources.daemon.engine import DOCKER, PODMAN, Engine
from imgscope.sources.daemon.failures import connection_failure
from tests.support.engine import Engine as Served

SOCKET = Address(origin="the default", socket=Path("/var/run/docker.sock"))


def ask(address: Address, engine: Engine = DOCKER) -> bytes:
    client = EngineClient(engine, address)
    try:
        return client.document("/images/json")
    finally:
        client.close()


def failing_with(error: OSError, address: Address = SOCKET, engine: Engine = DOCKER) -> SourceError:
    try:
        raise httpx.ConnectError(str(error)) from error
    except httpx.ConnectError as failed:
        return connection_failure(failed, engine, address)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A directory with the authority, and with a certificate of who asks, as DOCKER_CERT_PATH names one."""
    authority = trustme.CA()
    directory = tmp_path / "keys"
    directory.mkdir()
    authority.cert_pem.write_to_path(directory / "ca.pem")
    asking = authority.issue_cert("client.example")
    asking.cert_chain_pems[0].write_to_path(directory / "cert.pem")
    asking.private_key_pem.write_to_path(directory / "key.pem")
    serving = authority.issue_cert("127.0.0.1")
    serving.private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    return directory


def serving_context(keys: Path) -> ssl.SSLContext:
    """A server that wants to know who asks."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(keys / "ca.pem"))
    context.load_cert_chain(keys.parent / "server.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_C50_a_unix_socket_is_reached(tmp_path: Path) -> None:
    with Served().serve(tmp_path / "docker.sock"):
        assert ask(Address.parse(f"unix://{tmp_path}/docker.sock", origin="DOCKER_HOST")) == b"[]"


def test_C50_tcp_is_reached() -> None:
    with Served().serve_tcp() as host:
        assert ask(Address.parse(f"tcp://{host}", origin="DOCKER_HOST")) == b"[]"


def test_C50_tls_is_reached_with_a_certificate_of_who_asks(keys: Path) -> None:
    with Served().serve_tcp(serving_context(keys)) as host:
        assert ask(Address.parse(f"tcp://{host}", origin="DOCKER_HOST", tls=TlsFiles(directory=keys))) == b"[]"


def test_a_connection_that_another_thread_closes_is_said_to_be_closed() -> None:
    class Closing(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            client.close()
            raise RuntimeError("Cannot send a request, as the client has been closed.")

    client = EngineClient(DOCKER, Address(origin="DOCKER_HOST", host="builder:1"), http=Closing())
    with pytest.raises(SourceError, match="the connection to Docker was closed"):
        client.document("/images/json")


def test_an_engine_that_never_comes_to_its_answer_is_given_up() -> None:
    """`100 Continue`, for ever."""
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor() as threads:

        def inform() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                while True:
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)

        threads.submit(inform)
        host = "{}:{}".format(*listening.getsockname())
        with pytest.raises(SourceError, match=f"the connection to Docker at {host} broke off"):
            ask(Address.parse(f"tcp://{host}", origin="DOCKER_HOST"))


def test_an_untrusted_certificate_is_said(keys: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    trustme.CA().cert_pem.write_to_path(other / "ca.pem")
    address = TlsFiles(directory=other)
    with (
        Served().serve_tcp(serving_context(keys)) as host,
        pytest.raises(SourceError, match="is not trusted") as caught,
    ):
        ask(Address.parse(f"tcp://{host}", origin="DOCKER_HOST", tls=address))
    assert "DOCKER_CERT_PATH" in (caught.value.hint or "")


def test_an_unverified_certificate_is_accepted_where_that_is_asked_for(keys: Path, tmp_path: Path) -> None:
    (keys / "ca.pem").write_bytes(trustme.CA().cert_pem.bytes())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(keys.parent / "server.pem")
    with Served().serve_tcp(context) as host:
        tls = TlsFiles(directory=keys, verifies=False)
        assert ask(Address.parse(f"tcp://{host}", origin="DOCKER_HOST", tls=tls)) == b"[]"


def test_an_engine_that_does_not_know_who_asks_is_said(keys: Path) -> None:
    (keys / "cert.pem").unlink()
    (keys / "key.pem").unlink()
    with Served().serve_tcp(serving_context(keys)) as host, pytest.raises(SourceError) as caught:
        ask(Address.parse(f"tcp://{host}", origin="DOCKER_HOST", tls=TlsFiles(directory=keys)))
    assert "wants a certificate of who asks" in caught.value.message or "broke off" in caught.value.message


def test_an_engine_without_tls_is_said(keys: Path) -> None:
    with Served().serve_tcp() as host, pytest.raises(SourceError, match="does not speak TLS") as caught:
        ask(Address.parse(f"tcp://{host}", origin="DOCKER_HOST", tls=TlsFiles(directory=keys)))
    assert "DOCKER_TLS_VERIFY" in (caught.value.hint or "")


def test_an_engine_with_tls_that_is_spoken_to_without_is_said(keys: Path) -> None:
    with Served().serve_tcp(serving_context(keys)) as host, pytest.raises(SourceError) as caught:
        ask(Address.parse(f"tcp://{host}", origin="DOCKER_HOST"))
    assert "DOCKER_TLS_VERIFY=1" in (caught.value.hint or "")


@pytest.mark.parametrize("broken", ["ca.pem", "cert.pem"])
def test_tls_files_that_are_none_are_said(keys: Path, broken: str) -> None:
    (keys / broken).write_text("nothing")
    with pytest.raises(UsageError, match="cannot be used"):
        ask(Address.parse("tcp://127.0.0.1:1", origin="DOCKER_HOST", tls=TlsFiles(directory=keys)))


def test_a_key_with_a_passphrase_is_said_and_nobody_is_asked_for_it(keys: Path) -> None:
    key = serialization.load_pem_private_key((keys / "key.pem").read_bytes(), None)
    kind, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    locked = key.private_bytes(kind, form, serialization.BestAvailableEncryption(b"secret"))
    (keys / "key.pem").write_bytes(locked)
    with pytest.raises(UsageError, match="cannot be used"):
        ask(Address.parse("tcp://127.0.0.1:1", origin="DOCKER_HOST", tls=TlsFiles(directory=keys)))


def test_no_socket(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no socket .*nothing\.sock") as caught:
        ask(Address(origin="the default", socket=tmp_path / "nothing.sock"))
    assert "systemctl start docker" in (caught.value.hint or "")
    with pytest.raises(SourceError, match="Podman is not there") as caught:
        ask(Address(origin="the default", socket=tmp_path / "nothing.sock"), PODMAN)
    assert "podman.socket" in (caught.value.hint or "")


def test_a_socket_that_nobody_listens_on(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(tmp_path / "docker.sock"))
    with pytest.raises(SourceError, match=r"Docker does not answer at .*docker\.sock"):
        ask(Address(origin="the default", socket=tmp_path / "docker.sock"))


def test_a_file_that_is_no_socket(tmp_path: Path) -> None:
    (tmp_path / "docker.sock").touch()
    with pytest.raises(SourceError, match="does not answer"):
        ask(Address(origin="the default", socket=tmp_path / "docker.sock"))


def test_a_socket_that_belongs_to_others_is_said_with_its_group(tmp_path: Path) -> None:
    path = tmp_path / "docker.sock"
    path.touch()
    denied = PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    failure = failing_with(denied, Address(origin="the default", socket=path))
    assert failure.message == f"permission to use Docker's socket {path} was denied"
    assert f"join the group {path.group()} (sudo usermod" in (failure.hint or "")
    assert "sudo" in (failing_with(denied, engine=PODMAN).hint or "")


def test_a_host_that_does_not_exist() -> None:
    address = Address.parse("tcp://nowhere.invalid", origin="DOCKER_HOST")
    failure = failing_with(socket.gaierror(socket.EAI_NONAME, "Name or service not known"), address)
    assert failure.message == "there is no host nowhere.invalid:2375 to ask Docker at (DOCKER_HOST names it)"


def test_an_engine_that_does_not_answer_in_time() -> None:
    failure = connection_failure(httpx.ReadTimeout("timed out"), DOCKER, SOCKET)
    assert failure.message == "Docker at /var/run/docker.sock did not answer in time"


def test_every_failure_is_one_sentence_and_a_hint() -> None:
    for code in (errno.ENOENT, errno.EACCES, errno.ECONNREFUSED, errno.ECONNRESET, errno.EIO):
        failure = failing_with(OSError(code, os.strerror(code)))
        assert isinstance(failure, ImgscopeError)
        assert not failure.message.endswith(".")
        assert failure.hint
