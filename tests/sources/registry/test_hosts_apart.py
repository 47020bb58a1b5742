"""Several hosts, over real sockets: credentials are seen by none but their own."""

from __future__ import annotations

import ssl
from contextlib import ExitStack

import pytest
import trustme

from tests.sources.registry.auditing import DIGEST, Outcome, audit, only_layers, serving
from tests.sources.registry.opening import SECRET
from tests.support.registry import Registry
from tests.support.registry_auth import Basic, Bearer, basic
from tests.support.registry_faults import answering, cut, redirected

_ME = basic("me", SECRET)


@pytest.fixture(autouse=True)
def few_certificates(one_authority: trustme.CA) -> None:
    """Load one certificate for each audit, and not all that the system trusts."""


@pytest.fixture(params=[Basic, Bearer])
def registry(request: pytest.FixtureRequest) -> Registry:
    """A registry that wants a login, with the image in it."""
    return serving(request.param(username="me", password=SECRET))


@pytest.fixture
def elsewhere() -> Registry:
    """Another host: the storage that blobs are redirected to."""
    return serving()


def assert_never_told(registry: Registry) -> None:
    """Nothing that arrived there tells who asks, in whatever form."""
    assert all("authorization" not in seen.headers for seen in registry.requests)
    everything = repr(registry.requests)
    for secret in (SECRET, _ME.split()[1], "granted-"):
        assert secret not in everything


def test_C19_a_layer_is_fetched_from_another_host_that_learns_nothing(
    registry: Registry, elsewhere: Registry, slept: list[float]
) -> None:
    elsewhere.misbehave(only_layers(cut(after=50_000, kind="storage")))
    with registry.serve() as host, elsewhere.serve() as storage:
        registry.misbehave(redirected(f"http://{storage}"))
        assert audit(host, slept).code == 0
        assert {seen.host for seen in elsewhere.requests} == {storage}
    assert [seen.headers.get("range") for seen in elsewhere.requests if seen.path.endswith(DIGEST)] == [
        None,
        "bytes=50000-",
    ]
    assert_never_told(elsewhere)


@pytest.mark.parametrize("status", [401, 403])
def test_C19_C57_another_host_that_asks_for_a_login_gets_none(
    registry: Registry, elsewhere: Registry, status: int, slept: list[float]
) -> None:
    with registry.serve() as host, elsewhere.serve() as storage:
        challenge = {"www-authenticate": f'Bearer realm="http://{storage}/token",service="x", Basic realm="x"'}
        elsewhere.misbehave(answering(status, kind="storage", headers=challenge))
        registry.misbehave(redirected(f"http://{storage}"))
        outcome = audit(host, slept)
    assert outcome.code == 3
    assert [seen.kind for seen in elsewhere.requests] == ["storage"]
    assert_never_told(elsewhere)


def test_C57_a_token_server_elsewhere_is_asked_without_credentials(slept: list[float], elsewhere: Registry) -> None:
    with elsewhere.serve() as other:
        # One machine, two names: 127.0.0.1 and localhost are different hosts to whoever keeps credentials apart.
        realm = f"http://localhost:{other.rpartition(':')[2]}/token"
        registry = serving(Bearer(username="me", password=SECRET, realm=realm))
        with registry.serve() as host:
            outcome = audit(host, slept)
    assert outcome.code == 3
    assert [seen.kind for seen in elsewhere.requests] == ["token"]
    assert_never_told(elsewhere)
    assert_never_told(registry)


@pytest.fixture
def tls(one_authority: trustme.CA) -> ssl.SSLContext:
    """A server's side of TLS that this process trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    one_authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.mark.parametrize("keeps_tls", [True, False])
def test_C19_a_redirect_from_an_encrypted_registry_stays_encrypted_or_is_refused(
    registry: Registry, elsewhere: Registry, tls: ssl.SSLContext, keeps_tls: bool, slept: list[float]
) -> None:
    with ExitStack() as servers:
        host = servers.enter_context(registry.serve(tls=tls))
        storage = servers.enter_context(elsewhere.serve(tls=tls if keeps_tls else None))
        registry.misbehave(redirected(f"{'https' if keeps_tls else 'http'}://{storage}"))
        outcome = audit(host, slept)
    assert {seen.scheme for seen in registry.requests} == {"https"}
    assert_never_told(elsewhere)
    if keeps_tls:
        assert outcome == Outcome(code=0, said="")
    else:
        assert (outcome.code, elsewhere.requests) == (3, [])
        assert f"redirects to {storage}, which is not encrypted" in outcome.said
        assert "signed-secret" not in outcome.said
