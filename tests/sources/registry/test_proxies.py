"""Which requests go through a proxy, and what a proxy may learn."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import trustme

from imgscope.errors import SourceError, UsageError
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.oci.reference import Reference
from imgscope.sources.base import ImageSource, SourceOptions
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.connect import open_image
from imgscope.sources.registry.credentials import Lookup
from imgscope.sources.registry.endpoint import Endpoint
from imgscope.sources.registry.proxies import proxy_for
from tests.sources.registry.opening import SECRET, password
from tests.support.forward_proxy import ForwardProxy
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Basic, basic
from tests.support.registry_faults import redirected

_APP = image([layer(file("data", bytes(20_000)))])
_LAYER = Descriptor(digest=Digest(_APP.layers[0].digest), size=len(_APP.layers[0].blob))
_HOST = "registry.example.com"
_CDN = "cdn.example.net"
_LOGIN = ("proxy-user", "proxy-s3cret")


@pytest.fixture
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


pytestmark = pytest.mark.usefixtures("_no_proxies")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def tls(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for the registry and its storage that is trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(_HOST, _CDN).configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return context


@pytest.fixture
def registry() -> Registry:
    registry = Registry(auth=Basic(username="me", password=SECRET))
    registry.add(_APP)
    return registry


@contextmanager
def opened(host: str = _HOST, options: SourceOptions | None = None) -> Iterator[ImageSource]:
    source = open_image(
        Reference.parse(f"{host}/team/app"),
        options or SourceOptions(),
        sleep=lambda _: None,
        credentials=lambda _: Lookup(credential=password()),
    )
    try:
        yield source
    finally:
        source.close()


@contextmanager
def opened_over_http() -> Iterator[ImageSource]:
    """An insecure registry that is known to speak plain HTTP, as a mirror of Docker's can be."""
    source = RegistrySource(
        Reference.parse(f"{_HOST}/team/app"),
        SourceOptions(),
        endpoint=Endpoint(host=_HOST, schemes=("http",), is_insecure=True),
        sleep=lambda _: None,
        credentials=lambda _: Lookup(credential=password()),
    )
    try:
        yield source
    finally:
        source.close()


@pytest.mark.parametrize(
    ("url", "no_proxy", "is_used"),
    [
        ("https://registry.example.com", "", True),
        ("https://registry.example.com", "example.com", False),
        ("https://registry.example.com", ".example.com", False),
        ("https://registry.example.com", "other.com, registry.example.com", False),
        ("https://registry.example.com", "ample.com", True),
        ("https://registry.example.com", "*", False),
        ("https://registry.example.com", "other.com, *.Example.com", False),
        ("https://registry.example.com:5000", "*.example.com:5000", False),
        ("https://registry.example.com", "*.example.com:5000", True),
        ("https://registry.example.com", "*.ample.com", True),
        ("https://registry.example.com", "*example.com", True),
        ("https://registry.example.com:5000", "registry.example.com:5000", False),
        ("https://registry.example.com", "registry.example.com:5000", True),
        ("https://10.1.2.3", "10.0.0.0/8", False),
        ("https://10.1.2.3:5000", "10.1.2.3", False),
        ("https://10.1.2.3", "10.2.0.0/16, nonsense/33", True),
        ("https://[fd00::1]", "fd00::/8", False),
        ("https://localhost:5000", "", False),
        ("https://127.0.0.1", "", False),
        ("https://[::1]:5000", "", False),
    ],
)
def test_C24_no_proxy_names_hosts_domains_addresses_and_networks(
    monkeypatch: pytest.MonkeyPatch, url: str, no_proxy: str, is_used: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (proxy_for(httpx.URL(url)) is not None) is is_used


@pytest.mark.parametrize(
    ("name", "value", "authority"),
    [
        ("HTTPS_PROXY", "http://proxy.example:3128", "proxy.example:3128"),
        ("https_proxy", "proxy.example:3128", "proxy.example:3128"),
        ("ALL_PROXY", "https://user:s3cret@proxy.example", "proxy.example"),
    ],
)
def test_C24_a_proxy_is_shown_without_its_login(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, authority: str
) -> None:
    monkeypatch.setenv(name, value)
    proxy = proxy_for(httpx.URL("https://registry.example.com"))
    assert proxy is not None
    assert (proxy.authority, proxy.setting, proxy.has_login) == (authority, name.upper(), "@" in value)
    assert "s3cret" not in repr(proxy)


@pytest.mark.parametrize("value", ["gopher://me:s3cret@proxy.example", "http://", "http://me:s3cret@:x", "socks5://p"])
def test_C24_a_setting_that_names_no_proxy_is_told_without_quoting_it(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(UsageError, match="the proxy that the environment names") as raised:
        proxy_for(httpx.URL("https://registry.example.com"))
    assert "s3cret" not in raised.value.message


def test_C24_the_proxys_login_reaches_the_proxy_alone_and_the_registrys_the_registry(
    registry: Registry, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.misbehave(redirected(f"https://{_CDN}"))
    with registry.serve(tls=tls) as here:
        proxy = ForwardProxy(hosts={f"{_HOST}:443": here, f"{_CDN}:443": here}, login=_LOGIN)
        with proxy.serve() as address:
            monkeypatch.setenv("HTTPS_PROXY", f"http://{_LOGIN[0]}:{_LOGIN[1]}@{address}")
            with opened() as source:
                assert source.resolve(None).digest == _APP.manifest_digest
                with source.open_blob(_LAYER) as chunks:
                    assert b"".join(chunks) == _APP.layers[0].blob
    assert {asked.line for asked in proxy.asked} == {f"CONNECT {_HOST}:443", f"CONNECT {_CDN}:443"}
    assert {asked.headers["proxy-authorization"] for asked in proxy.asked} == {basic(*_LOGIN)}
    assert all("authorization" not in asked.headers for asked in proxy.asked)
    assert all("proxy-authorization" not in seen.headers for seen in registry.requests)
    by_host = {seen.host: seen.headers.get("authorization") for seen in registry.requests}
    assert by_host == {_HOST: basic("me", SECRET), _CDN: None}


def test_C24_plain_http_is_forwarded_without_the_proxys_login(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry.serve() as here:
        proxy = ForwardProxy(hosts={_HOST: here}, login=_LOGIN)
        with proxy.serve() as address:
            monkeypatch.setenv("HTTP_PROXY", f"http://{_LOGIN[0]}:{_LOGIN[1]}@{address}")
            monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
            with opened(options=SourceOptions(insecure_registries=frozenset({_HOST}))) as source:
                assert source.resolve(None).digest == _APP.manifest_digest
    assert proxy.asked[0].line == f"HEAD http://{_HOST}/v2/team/app/manifests/latest"
    assert all("proxy-authorization" not in seen.headers for seen in registry.requests)


def test_C19_a_redirect_past_the_proxy_takes_no_proxy_login_along(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry.serve() as here, registry.serve() as direct:
        registry.misbehave(redirected(f"http://{direct}"))
        proxy = ForwardProxy(hosts={_HOST: here}, login=_LOGIN)
        with proxy.serve() as address:
            monkeypatch.setenv("HTTP_PROXY", f"http://{_LOGIN[0]}:{_LOGIN[1]}@{address}")
            with opened_over_http() as source, source.open_blob(_LAYER) as chunks:
                assert b"".join(chunks) == _APP.layers[0].blob
    assert registry.requests[-1].host == direct
    assert len(proxy.asked) == len(registry.requests) - 1
    assert all("proxy-authorization" not in seen.headers for seen in registry.requests)
    assert "authorization" not in registry.requests[-1].headers


@pytest.mark.parametrize(
    ("login", "message"),
    [
        ("", "the proxy {proxy} wants a login, so registry.example.com was not asked"),
        (
            "proxy-user:wr0ng@",
            "the proxy {proxy} does not accept the login in {setting}, so registry.example.com was not asked",
        ),
    ],
)
@pytest.mark.parametrize("setting", ["HTTPS_PROXY", "HTTP_PROXY"])
def test_C24_a_proxy_that_wants_a_login_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch, login: str, message: str, setting: str
) -> None:
    connected = opened() if setting == "HTTPS_PROXY" else opened_over_http()
    with ForwardProxy(hosts={}, login=_LOGIN).serve() as address:
        monkeypatch.setenv(setting, f"http://{login}{address}")
        with connected as source, pytest.raises(SourceError) as raised:
            source.resolve(None)
    assert raised.value.message == message.format(proxy=address, setting=setting)
    assert "wr0ng" not in f"{raised.value.message} {raised.value.hint}"


def test_C24_a_proxy_that_refuses_the_host_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with ForwardProxy(hosts={}).serve() as address:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{address}")
        with opened() as source, pytest.raises(SourceError) as raised:
            source.resolve(None)
    assert raised.value.message == f"the proxy {address} refused to connect to {_HOST}: 403 Forbidden"


def test_C24_a_proxy_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:s3cret@127.0.0.1:1")
    with opened() as source, pytest.raises(SourceError) as raised:
        source.resolve(None)
    assert raised.value.message == f"cannot connect to 127.0.0.1:1, which HTTPS_PROXY names as the proxy for {_HOST}"
