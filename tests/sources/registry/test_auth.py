"""Logging in: which credentials go where, and what is said when it does not work."""

from __future__ import annotations

import pytest

from imgscope.errors import AuthenticationError, SourceError
from imgscope.limits import DEFAULT_LIMITS
from imgscope.oci.manifest import Descriptor
from imgscope.oci.reference import Reference
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.auth import Authenticator
from imgscope.sources.registry.challenge import Challenge
from imgscope.sources.registry.credentials import Credential, Lookup
from imgscope.sources.registry.endpoint import Endpoint
from imgscope.sources.registry.token_server import TokenServer
from imgscope.sources.registry.transport import Transport
from tests.sources.registry.opening import SECRET, Opener, password
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Auth, Basic, Bearer, basic
from tests.support.registry_exchange import Reply, Seen
from tests.support.registry_faults import Fault, answering, of_kind, with_headers

_APP = image([layer(file("a", b"a"))], platform="linux/amd64")
_ME = basic("me", SECRET)


def registry_with(auth: Auth) -> Registry:
    registry = Registry(auth=auth)
    registry.add(_APP)
    return registry


def sent_to(registry: Registry, kind: str) -> list[str | None]:
    """The Authorization headers of the requests of that kind."""
    return [seen.headers.get("authorization") for seen in registry.requests if seen.kind == kind]


def test_C8_an_anonymous_token_is_fetched_and_used(open_image: Opener) -> None:
    registry = registry_with(Bearer())
    open_image(registry).resolve(None)
    [asked] = [seen for seen in registry.requests if seen.kind == "token"]
    assert asked.parameters == {"service": ["tests"], "scope": ["repository:team/app:pull"]}
    assert sent_to(registry, "manifests") == [None, "Bearer granted-1"]
    assert sent_to(registry, "blobs") == ["Bearer granted-1"]


def test_C8_the_realm_keeps_its_own_query(open_image: Opener) -> None:
    registry = registry_with(Bearer(realm="https://auth.example.com/token?tenant=t%26x&scope=evil"))
    open_image(registry).resolve(None)
    [asked] = [seen for seen in registry.requests if seen.kind == "token"]
    assert asked.host == "auth.example.com"
    assert asked.parameters == {"tenant": ["t&x"], "service": ["tests"], "scope": ["repository:team/app:pull"]}


def test_C8_a_password_goes_to_the_token_server_and_the_token_to_the_registry(open_image: Opener) -> None:
    registry = registry_with(Bearer(username="me", password=SECRET))
    open_image(registry, credential=password()).resolve(None)
    assert sent_to(registry, "token") == [_ME]
    assert _ME not in sent_to(registry, "manifests") + sent_to(registry, "blobs")


def test_C8_access_token_is_another_name_for_token(open_image: Opener) -> None:
    auth = Bearer(answer={"token": "", "access_token": "granted-1"})
    registry = registry_with(auth)
    open_image(registry).resolve(None)
    assert sent_to(registry, "blobs") == ["Bearer granted-1"]


@pytest.mark.parametrize("lifetime", [None, 1, -5, 10**9, 10**1000, -(10**1000), "60", True, {}])
def test_C8_a_lifetime_is_at_least_a_minute(open_image: Opener, lifetime: object) -> None:
    registry = registry_with(Bearer(answer={} if lifetime is None else {"expires_in": lifetime}))
    open_image(registry).resolve(None)
    assert len(sent_to(registry, "token")) == 1


@pytest.mark.parametrize("issued", ["1999-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "today", 7, None])
def test_C8_a_token_is_counted_from_when_it_came_whatever_its_server_says_of_that(
    open_image: Opener, issued: object
) -> None:
    registry = registry_with(Bearer(answer={"expires_in": 300, "issued_at": issued}))
    open_image(registry).resolve(None)
    assert len(sent_to(registry, "token")) == 1


def test_C8_a_token_that_is_no_longer_good_is_renewed(open_image: Opener) -> None:
    auth = Bearer()
    registry = registry_with(auth)
    source = open_image(registry)
    head = source.resolve(None)
    auth.revoke()
    with source.open_blob(head.manifest.layers[0]) as chunks:
        assert b"".join(chunks) == _APP.layers[0].blob
    assert sent_to(registry, "blobs")[-2:] == ["Bearer granted-1", "Bearer granted-2"]


@pytest.mark.parametrize(("lifetime", "good_for"), [(None, 60), (5, 60), (300, 300)])
def test_C8_a_token_is_renewed_when_its_time_is_up(lifetime: int | None, good_for: int) -> None:
    registry = Registry(auth=Bearer(answer={} if lifetime is None else {"expires_in": lifetime}))
    endpoint, now = Endpoint.of("registry.example.com"), [1000.0]
    transport = Transport(endpoint, DEFAULT_LIMITS, http=registry.transport())
    authenticator = Authenticator(
        Reference.parse("registry.example.com/team/app"),
        endpoint,
        TokenServer(transport, endpoint, DEFAULT_LIMITS),
        find_credential=Lookup,
        clock=lambda: now[0],
    )
    challenge = Challenge(scheme="bearer", parameters={"realm": "https://registry.example.com/token"})
    authenticator.answer([challenge], None)
    now[0] += good_for - 1
    assert authenticator.header() == "Bearer granted-1"
    now[0] += 1
    assert authenticator.header() == "Bearer granted-2"
    # Another thread that was refused with the first token finds the second one there.
    authenticator.answer([challenge], "Bearer granted-1")
    assert len(registry.requests) == 2
    transport.close()


def test_C8_the_challenge_of_the_registry_stands_in_for_a_missing_one(open_image: Opener) -> None:
    registry = registry_with(Bearer())

    def without_challenge(_: Seen, reply: Reply) -> Reply:
        return Reply(status=401) if reply.status == 401 else reply

    registry.misbehave(Fault(applies=of_kind("manifests", method="HEAD"), change=without_challenge))
    open_image(registry).resolve(None)
    assert registry.asked("other") == ["GET /v2/"]


def test_C8_a_scope_that_is_said_to_be_missing_is_asked_for_once(open_image: Opener) -> None:
    registry = registry_with(Bearer(extra=',error="insufficient_scope",scope="repository:mirror/app:pull"'))
    registry.misbehave(answering(401, times=1))
    open_image(registry).resolve(None)
    scopes = [seen.parameters["scope"] for seen in registry.requests if seen.kind == "token"]
    assert scopes[0] == ["repository:team/app:pull", "repository:mirror/app:pull"]


@pytest.mark.parametrize(
    "scope", ["repository:team/app:pull,push", "registry:catalog:*", "repository:x:pull repository:y:pull"]
)
def test_C8_no_more_than_pulling_is_ever_asked_for(open_image: Opener, scope: str) -> None:
    registry = registry_with(Bearer(extra=f',error="insufficient_scope",scope="{scope}"'))
    open_image(registry).resolve(None)
    scopes = [seen.parameters["scope"] for seen in registry.requests if seen.kind == "token"]
    assert scopes == [["repository:team/app:pull"]]


@pytest.mark.parametrize(("has_oauth", "methods"), [(True, ["POST"]), (False, ["POST", "GET"])])
def test_C9_an_identity_token_is_exchanged_by_post_and_else_by_get(
    open_image: Opener, has_oauth: bool, methods: list[str]
) -> None:
    registry = registry_with(Bearer(identity_token="refresh-me", has_oauth=has_oauth))
    identity = Credential(kind="identity", username="<token>", secret="refresh-me", origin="a file")
    open_image(registry, credential=identity).resolve(None)
    asked = [seen for seen in registry.requests if seen.kind == "token"]
    assert [seen.method for seen in asked] == methods
    assert asked[0].parameters == {
        "grant_type": ["refresh_token"],
        "service": ["tests"],
        "client_id": ["imgscope"],
        "scope": ["repository:team/app:pull"],
        "refresh_token": ["refresh-me"],
    }


def test_a_registry_token_is_used_as_it_is(open_image: Opener) -> None:
    registry = registry_with(Bearer(tokens=["ready-made"]))
    open_image(registry, credential=Credential(kind="bearer", secret="ready-made", origin="a file")).resolve(None)
    assert sent_to(registry, "token") == []
    assert sent_to(registry, "blobs") == ["Bearer ready-made"]


def test_C7_basic_authentication_works_and_bearer_is_preferred(open_image: Opener) -> None:
    registry = registry_with(Basic(username="me", password=SECRET))
    open_image(registry, credential=password()).resolve(None)
    assert sent_to(registry, "manifests") == [None, _ME]
    both = registry_with(Bearer(extra=', Basic realm="x"'))
    open_image(both).resolve(None)
    assert sent_to(both, "manifests") == [None, "Bearer granted-1"]


def test_C7_an_unknown_scheme_is_named(open_image: Opener) -> None:
    registry = registry_with(Bearer())
    registry.misbehave(with_headers(www_authenticate="Negotiate"))
    with pytest.raises(AuthenticationError, match="asks for an authentication that is not known here: negotiate"):
        open_image(registry).resolve(None)


def test_a_login_without_credentials_says_how_to_get_them(open_image: Opener) -> None:
    registry = registry_with(Basic(username="me", password=SECRET))
    with pytest.raises(AuthenticationError) as raised:
        open_image(registry, problems=("/x/auth.json is not a JSON file of credentials",)).resolve(None)
    assert raised.value.message == (
        "registry.example.com gives no access to team/app; no credentials were found for it; "
        "/x/auth.json is not a JSON file of credentials"
    )
    assert raised.value.hint == (
        "check the name; if the repository is private, log in with: docker login registry.example.com"
    )


@pytest.mark.parametrize("auth", [Basic(username="me", password="other"), Bearer(username="me", password="other")])
def test_C69_refused_credentials_are_named_by_their_file_only(open_image: Opener, auth: Auth) -> None:
    with pytest.raises(AuthenticationError) as raised:
        open_image(registry_with(auth), credential=password()).resolve(None)
    assert raised.value.message == (
        "registry.example.com gives no access to team/app; the credentials from /home/me/.docker/config.json were used"
    )
    assert "log in again with: docker login registry.example.com" in (raised.value.hint or "")


def test_C69_secrets_that_a_registry_repeats_are_redacted(open_image: Opener) -> None:
    said = f'{{"errors": [{{"code": "DENIED", "message": "{"x" * 190} {SECRET} {_ME} no"}}]}}'.encode()
    registry = registry_with(Basic(username="me", password=SECRET))
    registry.misbehave(
        Fault(
            applies=lambda seen: "authorization" in seen.headers,
            change=lambda *_: Reply(status=403, body=said).with_headers(warning=f'299 - "{SECRET}"'),
        )
    )
    with pytest.raises(AuthenticationError) as raised:
        open_image(registry, credential=password()).resolve(None)
    assert SECRET[:6] not in raised.value.message
    assert _ME.split()[1][:6] not in raised.value.message


def test_C57_credentials_do_not_go_to_a_token_server_on_another_site(open_image: Opener) -> None:
    registry = registry_with(Bearer(username="me", password=SECRET, realm="https://auth.elsewhere.test/token"))
    with pytest.raises(AuthenticationError, match=r"were not used, as it wants them sent to auth\.elsewhere\.test"):
        open_image(registry, credential=password()).resolve(None)
    assert _ME not in [value for seen in registry.requests for value in seen.headers.values()]
    assert {seen.host for seen in registry.requests} == {"registry.example.com", "auth.elsewhere.test"}


def test_C57_an_identity_token_does_not_go_there_either(open_image: Opener) -> None:
    registry = registry_with(Bearer(identity_token=SECRET, realm="https://auth.elsewhere.test/token"))
    with pytest.raises(AuthenticationError):
        open_image(registry, credential=Credential(kind="identity", secret=SECRET, origin="a file")).resolve(None)
    assert all(SECRET.encode() not in seen.body for seen in registry.requests)


@pytest.mark.parametrize(
    ("reference", "realm"),
    [
        ("team/app", "https://auth.docker.io/token"),
        ("registry.gitlab.com/team/app", "https://gitlab.com/token"),
        ("registry.cn-shanghai.aliyuncs.com/team/app", "https://dockerauth.cn-hangzhou.aliyuncs.com/token"),
        ("rg.fr-par.scw.cloud/team/app", "https://api.scaleway.com/token"),
    ],
)
def test_C57_credentials_go_to_the_token_server_of_the_same_site_or_provider(
    open_image: Opener, reference: str, realm: str
) -> None:
    registry = registry_with(Bearer(username="me", password=SECRET, realm=realm))
    open_image(registry, reference, credential=password()).resolve(None)
    assert [f"https://{seen.host}/token" for seen in registry.requests if seen.kind == "token"] == [realm]


@pytest.mark.parametrize(
    ("realm", "why"),
    [
        ("http://auth.example.com/token", "is not encrypted"),
        ("https://127.0.0.1/token", "is an address in a private network"),
        ("https://169.254.169.254/token", "is a link-local address"),
        ("https://localhost:9000/token", "is an address in a private network"),
        ("https://me:pw@registry.example.com/token", "carries credentials"),
        ("file:///etc/passwd", "is no address of a web server"),
        ("/token", "is no address of a web server"),
        ("https://auth.example.com:port/token", "names no token server"),
        ("", "is no address of a web server"),
    ],
)
def test_C56_a_realm_that_leads_astray_is_refused_before_anything_is_sent(
    open_image: Opener, realm: str, why: str
) -> None:
    registry = registry_with(Bearer(username="me", password=SECRET))
    registry.misbehave(with_headers(www_authenticate=f'Bearer realm="{realm}"'))
    with pytest.raises(SourceError, match=why) as raised:
        open_image(registry, credential=password()).resolve(None)
    assert len(registry.requests) == 1
    assert "pw" not in raised.value.message


def test_C56_an_insecure_registry_may_have_an_unencrypted_token_server(open_image: Opener) -> None:
    registry = registry_with(Bearer(realm="http://registry.example.com/token"))
    options = SourceOptions(insecure_registries=frozenset({"registry.example.com"}))
    open_image(registry, options=options).resolve(None)
    assert [seen.scheme for seen in registry.requests if seen.kind == "token"] == ["http"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(body=b'{"token": "a\\nInjected: b"}'),
        Reply(body=b'{"token": 7}'),
        Reply(body=b'{"secret"'),
        Reply(body=b"[]"),
        Reply(status=404),
    ],
)
def test_an_answer_without_a_usable_token_is_told(open_image: Opener, reply: Reply) -> None:
    registry = registry_with(Bearer())
    registry.misbehave(Fault(applies=of_kind("token"), change=lambda *_: reply))
    with pytest.raises(SourceError, match=r"^the token server registry\.example\.com ") as raised:
        open_image(registry).resolve(None)
    assert "secret" not in raised.value.message


def test_C64_an_endless_token_is_not_read(open_image: Opener) -> None:
    registry = registry_with(Bearer())
    registry.misbehave(answering(200, kind="token", body=b"x" * 1_000_000))
    source = open_image(registry)
    with pytest.raises(Exception, match="more than the 65,536 bytes"):
        source.resolve(None)
    assert source.traffic().bytes_fetched < 100_000


def test_C19_the_storage_behind_a_registry_never_gets_a_login(open_image: Opener) -> None:
    registry = registry_with(Bearer(username="me", password=SECRET))
    source = open_image(registry, credential=password())
    head = source.resolve(None)
    location = "https://storage.example.net/storage/x?signature=signed-secret"
    registry.misbehave(
        answering(307, kind="blobs", headers={"location": location}),
        answering(401, kind="storage", headers={"www-authenticate": 'Basic realm="x"'}),
    )
    descriptor: Descriptor = head.manifest.layers[0]
    with pytest.raises(SourceError) as raised, source.open_blob(descriptor):
        pass
    assert sent_to(registry, "storage") == [None]
    assert "signed-secret" not in raised.value.message
