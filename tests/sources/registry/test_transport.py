"""Redirects, cookies and connections, as a registry could abuse them and as networks fail."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import trustme

from imgscope.errors import SourceError, UsageError
from imgscope.limits import Limits
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.oci.reference import Reference
from imgscope.sources.base import SourceOptions
from imgscope.sources.daemon.patience import Patience
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.credentials import Credential, Lookup
from imgscope.sources.registry.failures import connection_failure
from imgscope.sources.registry.http_client import make_client
from imgscope.sources.registry.proxies import Proxy
from imgscope.sources.registry.trust import Trust
from tests.sources.registry.opening import SECRET, Opener, password
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Basic, Bearer
from tests.support.registry_faults import answering, cut, with_headers

_APP = image([layer(file("data", bytes(3_000_000)), compression="none")])
_LAYER = Descriptor(digest=Digest(_APP.layers[0].digest), size=len(_APP.layers[0].blob))


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.add(_APP)
    return registry


@contextmanager
def opened(host: str, *, options: SourceOptions | None = None) -> Iterator[RegistrySource]:
    """An image of a registry on loopback, over real sockets."""
    source = RegistrySource(
        Reference.parse(f"{host}/team/app"),
        options or SourceOptions(),
        sleep=lambda _: None,
        credentials=lambda _: Lookup(),
    )
    try:
        yield source
    finally:
        source.close()


def insecure(host: str) -> SourceOptions:
    return SourceOptions(insecure_registries=frozenset({host}))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("http://cdn.example.net/x?signature=s3cret", "is not encrypted"),
        ("https://127.0.0.1/x?signature=s3cret", "is an address in a private network"),
        ("https://10.1.2.3/x?signature=s3cret", "is an address in a private network"),
        ("https://169.254.169.254/latest/meta-data?s3cret", "is a link-local address"),
        ("https://user:s3cret@cdn.example.net/x", "carries credentials"),
        ("ftp://cdn.example.net/s3cret", "is no address of a web server"),
        ("https://cdn.example.net:s3cret/x", "an address that is none"),
    ],
)
def test_C19_a_redirect_that_leads_astray_is_refused(
    open_image: Opener, registry: Registry, location: str, why: str
) -> None:
    registry.misbehave(answering(307, kind="blobs", headers={"location": location}))
    with pytest.raises(SourceError, match=why) as raised, open_image(registry).open_blob(_LAYER):
        pass
    assert len(registry.requests) == 1
    assert "s3cret" not in raised.value.message


def test_C19_redirects_in_a_circle_end(open_image: Opener, registry: Registry) -> None:
    registry.misbehave(answering(302, kind="blobs", headers={"location": "/v2/team/app/blobs/again"}))
    with pytest.raises(SourceError, match="redirects more than 10 times"), open_image(registry).open_blob(_LAYER):
        pass
    assert len(registry.requests) == 11


@pytest.mark.parametrize(
    ("location", "keeps"),
    [
        ("/moved", True),
        ("https://registry.example.com/moved", True),
        ("https://registry.example.com:8443/moved", False),
        ("https://cdn.registry.example.com/moved", False),
        ("//other.example.net/moved", False),
    ],
)
def test_C19_a_login_stays_with_the_host_it_is_for(open_image: Opener, location: str, keeps: bool) -> None:
    registry = Registry(auth=Basic(username="me", password=SECRET))
    registry.add(_APP)
    source = open_image(registry, credential=password())
    source.resolve(None)
    registry.misbehave(answering(307, kind="blobs", headers={"location": location}))
    with pytest.raises(SourceError), source.open_blob(_LAYER):
        pass
    assert registry.requests[-1].path == "/moved"
    assert ("authorization" in registry.requests[-1].headers) is keeps


def test_C19_a_token_server_may_not_pass_an_identity_token_on(open_image: Opener) -> None:
    registry = Registry(auth=Bearer(identity_token=SECRET))
    registry.add(_APP)
    registry.misbehave(answering(307, kind="token", method="POST", headers={"location": "https://evil.example.net/"}))
    with pytest.raises(SourceError, match="would be sent the credentials of this request"):
        open_image(registry, credential=Credential(kind="identity", secret=SECRET, origin="a file")).resolve(None)
    assert {seen.host for seen in registry.requests} == {"registry.example.com"}


def test_cookies_are_not_kept(open_image: Opener, registry: Registry) -> None:
    registry.misbehave(with_headers(set_cookie="session=tracked; Path=/"))
    open_image(registry).resolve(None)
    assert all("cookie" not in seen.headers for seen in registry.requests)


def test_a_registry_on_this_machine_is_spoken_to_without_encryption(registry: Registry) -> None:
    with registry.serve() as host, opened(host) as source:
        assert source.resolve(None).digest == _APP.manifest_digest
    assert [seen.kind for seen in registry.requests] == ["manifests", "manifests", "blobs"]


def test_a_registry_on_this_machine_that_speaks_tls_is_understood(
    registry: Registry, tls: ssl.SSLContext, authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with registry.serve(tls=tls) as host, opened(host) as source:
        assert source.resolve(None).digest == _APP.manifest_digest
    assert [seen.scheme for seen in registry.requests] == ["https"] * 3


def test_a_certificate_that_nobody_vouches_for_is_refused_with_what_to_do(
    registry: Registry, tls: ssl.SSLContext
) -> None:
    with registry.serve(tls=tls) as host, opened(host) as source, pytest.raises(SourceError) as raised:
        source.resolve(None)
    assert raised.value.message.startswith(f"the certificate of {host} is not trusted: ")
    assert f"--insecure-registry {host}" in (raised.value.hint or "")


def test_an_insecure_registry_may_have_any_certificate_or_none(registry: Registry, tls: ssl.SSLContext) -> None:
    with registry.serve(tls=tls) as host, opened(host, options=insecure(host)) as source:
        assert source.resolve(None).digest == _APP.manifest_digest
    with registry.serve() as host, opened(host, options=insecure(host)) as source:
        assert source.resolve(None).digest == _APP.manifest_digest


def test_C24_a_file_of_certificates_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(UsageError, match="which is no file"), opened("registry.example.com"):
        pass
    (tmp_path / "missing.pem").write_text("not a certificate")
    with pytest.raises(UsageError, match="holds no certificates"), opened("registry.example.com"):
        pass


def test_C24_a_proxy_is_used_except_for_this_machine(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    with registry.serve() as host, registry.serve() as proxy:
        monkeypatch.setenv("http_proxy", f"http://{proxy}")
        monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
        monkeypatch.setenv("no_proxy", "")
        with opened(host) as source:
            source.resolve(None)
        assert {seen.host for seen in registry.requests} == {host}
        with opened("registry.example.com") as source, pytest.raises(SourceError) as raised:
            source.resolve(None)
    assert raised.value.message == (
        "cannot connect to 127.0.0.1:1, which HTTPS_PROXY names as the proxy for registry.example.com"
    )


def test_C24_a_proxy_that_cannot_be_used_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "gopher://me:s3cret@proxy.example.com")
    with pytest.raises(UsageError, match="the proxy that the environment names") as raised, opened("example.com"):
        pass
    assert "s3cret" not in raised.value.message


def test_a_port_where_nobody_listens_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with opened(f"127.0.0.1:{port}") as source, pytest.raises(SourceError) as raised:
        source.resolve(None)
    assert raised.value.message == f"cannot connect to 127.0.0.1:{port}"
    assert raised.value.hint is not None
    assert raised.value.hint.startswith("check that a registry listens there, and its port")


def test_K_a_server_that_stays_silent_is_given_up(registry: Registry) -> None:
    options = SourceOptions(limits=Limits(silence_timeout=0.1, connect_timeout=1.0))
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
        with (
            opened(host, options=options) as source,
            pytest.raises(SourceError, match=f"{host} did not answer in time"),
        ):
            source.resolve(None)


def test_K_a_host_is_given_as_long_to_be_connected_to_as_the_limit_says() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    url = httpx.URL("https://registry.example.com/v2/")
    limits = Limits(connect_timeout=7.0, silence_timeout=3.0)
    with make_client(Trust(), limits, url, httpx.MockTransport(answer)) as client:
        client.get(url)
    assert asked[0].extensions["timeout"] == {"connect": 7.0, "read": 3.0, "write": 3.0, "pool": None}
    assert Patience.within(limits).timeout(for_image=False).connect == 7.0


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "there is no host example.com"),
        (UnicodeError("label too long"), "there is no host example.com"),
        (ConnectionResetError(104, "Connection reset by peer"), "the connection to example.com broke off: Connection"),
        (httpx.ProxyError("407 Proxy Authentication Required"), "the proxy for example.com refused the connection"),
        (httpx.ReadTimeout("timed out"), "example.com did not answer in time"),
    ],
)
def test_failures_are_told_by_their_cause(cause: Exception, message: str) -> None:
    error = httpx.ConnectError("all that httpx says")
    error.__cause__ = cause
    assert connection_failure(error, "example.com").message.startswith(message)


@pytest.mark.parametrize(
    ("scheme", "message"),
    [
        ("http", "the certificate of example.com is not trusted: own"),
        (
            "https",
            "the certificate of example.com, or of the proxy p.example that HTTPS_PROXY names, is not trusted: own",
        ),
    ],
)
def test_C24_a_certificate_is_the_proxys_only_where_it_has_one(scheme: str, message: str) -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.reason, cause.verify_message = "CERTIFICATE_VERIFY_FAILED", "own"
    error = httpx.ConnectError("all that httpx says")
    error.__cause__ = cause
    proxy = Proxy(url=httpx.URL(f"{scheme}://p.example"), authority="p.example", setting="HTTPS_PROXY")
    assert connection_failure(error, "example.com", proxy).message == message


def test_C17_a_layer_survives_real_connections_that_break(registry: Registry) -> None:
    registry.misbehave(cut(after=700_000, times=3))
    with registry.serve() as host, opened(host) as source, source.open_blob(_LAYER) as chunks:
        assert b"".join(chunks) == _APP.layers[0].blob
    resumed = [int(seen.headers.get("range", "bytes=0-")[6:-1]) for seen in registry.requests]
    assert resumed == [0, 700_000, 1_400_000, 2_100_000]


def test_several_threads_share_a_source(registry: Registry) -> None:
    received: list[bytes] = []

    def fetch(source: RegistrySource) -> None:
        with source.open_blob(_LAYER) as chunks:
            received.append(b"".join(chunks))

    with registry.serve() as host, opened(host) as source:
        source.resolve(None)
        threads = [threading.Thread(target=fetch, args=(source,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert received == [_APP.layers[0].blob] * 6


def test_closing_wakes_a_thread_that_waits_for_bytes() -> None:
    waiting, told = threading.Event(), list[str]()

    def read(source: RegistrySource) -> None:
        try:
            with source.open_blob(_LAYER) as chunks:
                for _ in chunks:
                    waiting.set()
        except SourceError as error:
            told.append(error.message)

    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
        with opened(host) as source:
            thread = threading.Thread(target=read, args=(source,))
            thread.start()
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\nsome bytes")
                assert waiting.wait(10)
                source.close()
                thread.join(10)
                assert not thread.is_alive()
    assert told == [f"the connection to {host} was closed"]
