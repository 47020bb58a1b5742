"""What `imgscope doctor` finds out, step by step."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
import trustme

from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.credentials import Credential, Lookup
from imgscope.sources.registry.diagnosis.connection import clock_finding
from imgscope.sources.registry.diagnosis.diagnose import diagnose
from imgscope.sources.registry.diagnosis.step import Step
from imgscope.sources.registry.diagnosis.target import Target
from tests.sources.registry.opening import SECRET, password
from tests.support.images import file, image, index, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Basic, Bearer
from tests.support.registry_faults import answering, flipped, redirected, with_headers
from tests.support.registry_hosts import Hosts

_APP = image([layer(file("data", bytes(20_000)))])
_HOST = "registry.example.com"
_NAMES = (
    *("credentials", "proxy", "name", "connection", "TLS", "clock", "challenge", "login", "manifest"),
    *("blob", "redirect", "range", "rate limit"),
)


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.add(index(_APP, attested=True))
    return registry


def diagnosed(
    registry: Registry | None,
    home: Path,
    target: str = f"{_HOST}/team/app",
    *,
    credential: Credential | None = None,
    problems: tuple[str, ...] = (),
    others: dict[str, Registry] | None = None,
) -> dict[str, dict[str, Step]]:
    """All steps by name, by section."""
    hosts = {_HOST: registry} if registry else {}
    sections = diagnose(
        Target.parse(target),
        SourceOptions(),
        environ={"HOME": str(home)},
        http=Hosts(hosts | (others or {})),
        sleep=lambda _: None,
        credentials=lambda _: Lookup(credential=credential, problems=problems),
    )
    return {section.title: {step.name: step for step in section.steps} for section in sections}


def said(steps: dict[str, Step], name: str) -> tuple[str, str]:
    finding = steps[name].finding
    return finding.status, finding.message


def test_every_step_is_taken_in_order(registry: Registry, tmp_path: Path) -> None:
    sections = diagnosed(registry, tmp_path)
    assert list(sections) == [f"{_HOST}/team/app:latest", f"registry {_HOST}"]
    assert tuple(sections[f"registry {_HOST}"]) == _NAMES


def test_a_registry_that_works_is_ok_all_the_way(registry: Registry, tmp_path: Path) -> None:
    registry.auth = Bearer(username="me", password=SECRET)
    registry.misbehave(
        redirected("https://cdn.example.net"),
        with_headers(ratelimit_limit="100;w=21600", ratelimit_remaining="98;w=21600"),
    )
    others = {"cdn.example.net": registry}
    steps = diagnosed(registry, tmp_path, credential=password(), others=others)[f"registry {_HOST}"]
    assert said(steps, "credentials") == ("ok", "from /home/me/.docker/config.json")
    assert said(steps, "challenge") == ("ok", f"it wants a login: Bearer from {_HOST}")
    assert said(steps, "login") == ("ok", "a token for repository:team/app:pull was given, with these credentials")
    assert said(steps, "manifest") == ("ok", "latest is an index of 2 manifests (HEAD and GET)")
    assert said(steps, "blob")[0] == "ok"
    assert said(steps, "redirect") == ("ok", "blobs come from cdn.example.net, which has to be reachable, too")
    assert said(steps, "range") == ("ok", "parts of blobs can be asked for")
    assert said(steps, "rate limit") == ("ok", "98 of 100 pulls left per 6 hours")
    assert not any(step.is_in_the_way for step in steps.values())
    assert not any(SECRET in f"{step.finding.message}{step.finding.hint}" for step in steps.values())


def test_what_depends_on_a_failed_step_is_skipped_with_the_reason(tmp_path: Path) -> None:
    steps = diagnosed(None, tmp_path)[f"registry {_HOST}"]
    assert said(steps, "connection") == ("failed", f"cannot connect to {_HOST}")
    after = [said(steps, name) for name in _NAMES[_NAMES.index("connection") + 1 :]]
    assert set(after) == {("skipped", "not tried, because of the failed connection")}


def test_certificates_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    half = tmp_path / ".config" / "containers" / "certs.d" / _HOST / "client.cert"
    half.parent.mkdir(parents=True)
    half.touch()
    sections = diagnose(
        Target.parse(_HOST), SourceOptions(), environ={"HOME": str(tmp_path)}, credentials=lambda _: Lookup()
    )
    settings, *others = [step for section in sections if section.can_serve for step in section.steps]
    assert (settings.name, settings.finding.status) == ("settings", "failed")
    assert settings.finding.message.startswith(f"{half} is a client certificate without its other half")
    assert {step.finding.message for step in others} == {"not tried, because of the failed settings"}


def test_a_login_that_is_refused_is_in_the_way(registry: Registry, tmp_path: Path) -> None:
    registry.auth = Bearer(username="me", password="another")
    steps = diagnosed(registry, tmp_path, credential=password())[f"registry {_HOST}"]
    assert steps["login"].is_in_the_way
    assert "the credentials from /home/me/.docker/config.json were used" in said(steps, "login")[1]
    assert said(steps, "manifest") == ("skipped", "not tried, because of the failed login")


def test_without_a_repository_a_password_is_tried_all_the_same(registry: Registry, tmp_path: Path) -> None:
    registry.auth = Basic(username="me", password=SECRET)
    steps = diagnosed(registry, tmp_path, _HOST, credential=password())[f"registry {_HOST}"]
    assert said(steps, "login") == ("ok", "the credentials are accepted")
    assert said(steps, "manifest") == ("skipped", f"name an image to try: {_HOST}/REPOSITORY[:TAG]")
    steps = diagnosed(registry, tmp_path, _HOST, credential=password("wrong"))[f"registry {_HOST}"]
    assert steps["login"].is_in_the_way


def test_a_token_needs_a_repository(registry: Registry, tmp_path: Path) -> None:
    registry.auth = Bearer()
    steps = diagnosed(registry, tmp_path, _HOST)[f"registry {_HOST}"]
    assert said(steps, "login") == ("skipped", f"a token is for one repository: name one, {_HOST}/REPOSITORY")
    assert all(seen.kind != "token" for seen in registry.requests)


def test_a_missing_image_is_in_the_way(registry: Registry, tmp_path: Path) -> None:
    steps = diagnosed(registry, tmp_path, f"{_HOST}/team/app:none")[f"registry {_HOST}"]
    assert said(steps, "manifest") == ("failed", f"{_HOST} has no tag none in the repository team/app")
    assert steps["manifest"].is_in_the_way


def test_a_manifest_that_was_altered_is_in_the_way(registry: Registry, tmp_path: Path) -> None:
    registry.misbehave(flipped(at=5, kind="manifests"))
    steps = diagnosed(registry, tmp_path)[f"registry {_HOST}"]
    assert said(steps, "manifest")[1].startswith(f"the manifest that {_HOST} sent does not match its digest sha256:")
    assert steps["manifest"].is_in_the_way


def test_credentials_that_are_withheld_from_a_token_server_are_told(registry: Registry, tmp_path: Path) -> None:
    registry.auth = Bearer(realm="https://auth.evil.example.net/token")
    others = {"auth.evil.example.net": registry}
    steps = diagnosed(registry, tmp_path, credential=password(), others=others)[f"registry {_HOST}"]
    assert said(steps, "login")[1].endswith(
        "was given, but without credentials: auth.evil.example.net is not on the site of the registry"
    )


def test_a_helper_that_does_not_work_is_told_but_not_in_the_way(registry: Registry, tmp_path: Path) -> None:
    problem = "config.json: docker-credential-x cannot be run"
    steps = diagnosed(registry, tmp_path, problems=(problem,))[f"registry {_HOST}"]
    assert said(steps, "credentials") == ("failed", problem)
    assert not steps["credentials"].is_in_the_way
    assert said(steps, "manifest")[0] == "ok"


def test_a_registry_without_ranges_is_told_but_not_in_the_way(registry: Registry, tmp_path: Path) -> None:
    registry.serves_ranges = False
    steps = diagnosed(registry, tmp_path)[f"registry {_HOST}"]
    assert said(steps, "range") == ("failed", f"{_HOST} sends whole blobs only")
    assert not steps["range"].is_in_the_way


@pytest.mark.parametrize(
    ("status", "headers", "message"),
    [
        (404, {}, f"{_HOST} answered with status 404 when asked for /v2/"),
        (401, {}, "it wants a login but does not say which"),
        (200, {"content-type": "text/html"}, f"{_HOST} answered with a web page"),
    ],
)
def test_a_host_that_is_no_registry_is_told(
    registry: Registry, tmp_path: Path, status: int, headers: dict[str, str], message: str
) -> None:
    registry.misbehave(answering(status, kind="other", headers=headers))
    steps = diagnosed(registry, tmp_path)[f"registry {_HOST}"]
    assert said(steps, "challenge")[1].startswith(message)
    assert steps["challenge"].is_in_the_way


def test_credential_helpers_of_registries_conf_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "registries.conf"
    path.write_text('credential-helpers = ["imgscope-test-missing"]\n')
    environ = {"HOME": str(tmp_path), "CONTAINERS_REGISTRIES_CONF": str(path)}
    sections = diagnose(Target.parse(_HOST), SourceOptions(), environ=environ, http=Hosts({}), sleep=lambda _: None)
    steps = {step.name: step for section in sections if section.can_serve for step in section.steps}
    assert said(steps, "credentials")[1].startswith(f"{path}: docker-credential-imgscope-test-missing cannot be run")


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("postgres:16", "docker.io/library/postgres:16"),
        ("localhost:5000", None),
        ("registry.example.com:5000", None),
        ("[::1]:5000", None),
        ("postgres:16/app", None),
        ("postgres", None),
        (None, None),
    ],
)
def test_a_host_with_a_port_that_an_image_is_called_like_is_known(text: str | None, image: str | None) -> None:
    found = Target.parse(text).image_of_that_name
    assert (None if found is None else str(found)) == image


def test_each_mirror_has_its_own_section(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / ".config" / "containers" / "registries.conf"
    path.parent.mkdir(parents=True)
    path.write_text(
        f'[[registry]]\nlocation = "{_HOST}"\n[[registry.mirror]]\nlocation = "m.example"\n'
        '[[registry.mirror]]\nlocation = "d.example"\npull-from-mirror = "digest-only"\n'
    )
    sections = diagnosed(registry, tmp_path, others={"m.example": registry})
    assert list(sections)[1:] == [f"mirror m.example, which {path} names", f"registry {_HOST}, which {path} names"]
    assert said(sections[f"{_HOST}/team/app:latest"], "mirrors") == (
        "ok",
        "asked in this order before the registry itself: m.example; asked only for a digest: d.example",
    )


def test_a_blocked_registry_is_not_asked(registry: Registry, tmp_path: Path) -> None:
    path = tmp_path / ".config" / "containers" / "registries.conf"
    path.parent.mkdir(parents=True)
    path.write_text(f'[[registry]]\nlocation = "{_HOST}"\nblocked = true\n')
    (steps,) = diagnosed(registry, tmp_path).values()
    assert said(steps, "mirrors") == (
        "failed",
        f"{_HOST}/team/app:latest may not be pulled: {path} blocks {_HOST}",
    )
    assert registry.requests == []


def test_a_trusted_certificate_is_told_with_issuer_and_expiry(registry: Registry, tmp_path: Path) -> None:
    authority = trustme.CA(organization_name="Example Authority")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    soon = datetime.now(UTC) + timedelta(days=5, hours=1)
    authority.issue_cert("127.0.0.1", not_after=soon).configure_cert(context)
    with registry.serve(tls=context) as host:
        options = SourceOptions(insecure_registries=frozenset({host}))
        directory = tmp_path / ".config" / "containers" / "certs.d" / host
        directory.mkdir(parents=True)
        authority.cert_pem.write_to_path(str(directory / "ca.crt"))
        step = tls_step(f"{host}/team/app", SourceOptions(), tmp_path)
        assert step.finding.status == "ok", step.finding.message
        assert "certificate by Example Authority" in step.finding.message
        assert step.finding.message.endswith(f"good until {soon:%Y-%m-%d}, with what is in {directory}")
        assert step.finding.hint == "it expires in 5 days: have it renewed"
        unchecked = tls_step(f"{host}/team/app", options, tmp_path)
        assert unchecked.finding.message.endswith(f"the certificate not checked, as {host} is declared insecure")
        (directory / "ca.crt").unlink()
        assert tls_step(f"{host}/team/app", SourceOptions(), tmp_path).finding.message.startswith(
            f"the certificate of {host} is not trusted: "
        )
    with registry.serve() as host:
        step = tls_step(f"{host}/team/app", SourceOptions(), tmp_path)
        assert (step.finding.status, step.finding.message) == ("skipped", "plain HTTP, as this machine is trusted")


def tls_step(target: str, options: SourceOptions, home: Path) -> Step:
    sections = diagnose(
        Target.parse(target), options, environ={"HOME": str(home)}, credentials=lambda _: Lookup(), sleep=lambda _: None
    )
    return {step.name: step for section in sections for step in section.steps}["TLS"]


@pytest.mark.parametrize(
    ("skew", "status", "message"),
    [
        (timedelta(seconds=30), "ok", "within 120 seconds of registry.example.com"),
        (timedelta(minutes=-10), "failed", "this machine is 600 seconds behind registry.example.com"),
        (timedelta(hours=2), "failed", "this machine is 7,200 seconds ahead of registry.example.com"),
    ],
)
def test_a_clock_that_is_wrong_is_told(skew: timedelta, status: str, message: str) -> None:
    theirs = datetime(2024, 5, 1, 12, tzinfo=UTC)
    response = httpx.Response(
        200, headers={"date": format_datetime(theirs, usegmt=True)}, request=httpx.Request("GET", f"https://{_HOST}")
    )
    finding = clock_finding(response, theirs + skew)
    assert (finding.status, finding.message) == (status, message)


@pytest.mark.parametrize("date", ["soon", "Fri, 31 Dec 9999 23:59:59 -2359", ""])
def test_a_registry_that_tells_no_time_is_no_failure(date: str) -> None:
    response = httpx.Response(200, headers={"date": date}, request=httpx.Request("GET", f"https://{_HOST}"))
    assert clock_finding(response, datetime.now(UTC)).status == "skipped"


@pytest.mark.parametrize(
    ("text", "reference", "has_repository"),
    [
        (None, "docker.io/library/hello-world:latest", True),
        ("docker.io", "docker.io/library/hello-world:latest", True),
        ("nginx", "docker.io/library/nginx:latest", True),
        ("nginx:1.27", "docker.io/library/nginx:1.27", True),
        ("ghcr.io", "ghcr.io/any:latest", False),
        ("ghcr.io/", "ghcr.io/any:latest", False),
        ("localhost", "localhost/any:latest", False),
        ("registry:5000", "registry:5000/any:latest", False),
        ("[::1]:5000", "[::1]:5000/any:latest", False),
        ("docker://ghcr.io/team/app:1", "ghcr.io/team/app:1", True),
    ],
)
def test_a_word_alone_is_a_host_where_it_looks_like_one(text: str | None, reference: str, has_repository: bool) -> None:
    target = Target.parse(text)
    assert (str(target.reference), target.has_repository) == (reference, has_repository)
