"""Resolving an image: what is asked, how little, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from http import HTTPStatus

import pytest

from imgscope.errors import (
    AuthenticationError,
    DocumentError,
    IntegrityError,
    LimitError,
    NotFoundError,
    SourceError,
    UsageError,
)
from imgscope.oci.manifest import ACCEPTED
from imgscope.oci.platform import Platform
from imgscope.oci.reference import Reference
from imgscope.sources import open_source
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.credentials import Lookup
from tests.sources.registry.opening import SECRET, Opener, password
from tests.support.images import digest_of, file, image, index, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Auth, Basic, Bearer
from tests.support.registry_exchange import Reply, refused
from tests.support.registry_faults import (
    Fault,
    answering,
    claiming_digest,
    cut,
    dropping,
    flipped,
    gzipped,
    of_kind,
    rate_limited,
    redirected,
    with_headers,
    without_head,
)

_AMD64 = image([layer(file("a", b"amd64"))])
_ARM64 = image([layer(file("a", b"arm64"))], platform="linux/arm64")
_BOTH = index(_AMD64, _ARM64, attested=True)
_PLATFORM = Platform.parse("linux/arm64")


def registry_with_index(auth: Auth | None = None) -> Registry:
    registry = Registry(auth=auth)
    registry.add(_BOTH)
    return registry


def requests_for(built_tag: str, *, probed: bool = True) -> list[str]:
    top = f"GET /v2/team/app/manifests/{built_tag}"
    return [
        *(["HEAD /v2/team/app/manifests/latest"] if probed else []),
        top,
        f"GET /v2/team/app/manifests/{_ARM64.manifest_digest}",
        f"GET /v2/team/app/blobs/{_ARM64.config_digest}",
    ]


def test_a_tag_is_resolved_through_its_index_in_four_requests(open_image: Opener) -> None:
    registry = registry_with_index()
    head = open_image(registry).resolve(_PLATFORM)
    assert (head.digest, head.index_digest) == (_ARM64.manifest_digest, _BOTH.digest)
    assert (head.reference, head.source) == ("registry.example.com/team/app:latest", "registry")
    assert registry.asked() == requests_for(_BOTH.digest)


@pytest.mark.parametrize("auth", [Bearer(username="me", password=SECRET), Basic(username="me", password=SECRET)])
def test_logging_in_costs_the_registry_no_request_more(open_image: Opener, auth: Auth) -> None:
    registry = registry_with_index(auth)
    open_image(registry, credential=password()).resolve(_PLATFORM)
    assert registry.asked() == requests_for("latest")


def test_a_digest_needs_no_probe(open_image: Opener) -> None:
    registry = registry_with_index()
    open_image(registry, f"registry.example.com/team/app:whatever@{_BOTH.digest}").resolve(_PLATFORM)
    assert registry.asked() == requests_for(_BOTH.digest, probed=False)


@pytest.mark.parametrize(
    "fault",
    [
        without_head(),
        claiming_digest("", method="HEAD"),
        claiming_digest("sha256:nonsense", method="HEAD"),
        Fault(applies=lambda seen: seen.kind == "manifests", change=claiming_digest("").change),
        Fault(
            applies=of_kind("manifests", method="HEAD"), change=lambda _, reply: reply.with_headers(content_length="0")
        ),
        answering(403, method="HEAD"),
        answering(404, method="HEAD"),
    ],
    ids=["405", "no digest", "malformed digest", "no digest ever", "no length", "403", "404"],
)
def test_C14_where_HEAD_does_not_tell_GET_does(open_image: Opener, fault: Fault) -> None:
    registry = registry_with_index()
    registry.misbehave(fault)
    assert open_image(registry).resolve(_PLATFORM).index_digest == _BOTH.digest
    assert registry.asked() == requests_for("latest")


@pytest.mark.parametrize(
    "faults",
    [
        (without_head(), claiming_digest(digest_of(b"other"))),
        (without_head(), claiming_digest("sha256:nonsense")),
        (flipped(at=2, kind="manifests"),),
        (without_head(), flipped(at=2, kind="manifests")),
        (claiming_digest(digest_of(b"other"), method="HEAD"), answering(200, body=b"another")),
    ],
)
def test_C14_a_manifest_that_is_not_what_its_digest_says_is_refused(
    open_image: Opener, faults: tuple[Fault, ...]
) -> None:
    registry = registry_with_index()
    registry.misbehave(*faults)
    with pytest.raises(IntegrityError, match=r"registry\.example\.com sent"):
        open_image(registry).resolve(_PLATFORM)


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_C2_a_digest_that_cannot_be_verified_is_not_called_the_image_s(open_image: Opener, method: str) -> None:
    registry = registry_with_index()
    registry.misbehave(claiming_digest("blake3:0123456789abcdef", method="HEAD"))
    if method == "GET":
        registry.misbehave(claiming_digest("blake3:0123456789abcdef"))
    assert open_image(registry).resolve(_PLATFORM).index_digest == _BOTH.digest
    assert registry.asked() == requests_for("latest")


def test_a_configuration_that_is_not_what_its_digest_says_is_refused(open_image: Opener) -> None:
    registry = registry_with_index()
    registry.misbehave(flipped(at=2))
    with pytest.raises(IntegrityError, match="configuration"):
        open_image(registry).resolve(_PLATFORM)


def test_C15_all_kinds_of_manifests_are_accepted(open_image: Opener) -> None:
    registry = registry_with_index()
    open_image(registry).resolve(_PLATFORM)
    asked = [seen.headers for seen in registry.requests if seen.kind == "manifests"]
    assert {headers["accept"] for headers in asked} == {", ".join(ACCEPTED)}


def test_C15_the_parameters_of_a_media_type_do_not_matter(open_image: Opener) -> None:
    registry = Registry()
    registry.add(_AMD64)
    registry.misbehave(with_headers(content_type=f"{_AMD64.manifest_media_type}; charset=utf-8"))
    assert open_image(registry).resolve(None).digest == _AMD64.manifest_digest


def test_C18_nothing_is_asked_for_compressed(open_image: Opener) -> None:
    registry = registry_with_index(Bearer())
    open_image(registry).resolve(_PLATFORM)
    assert {seen.headers["accept-encoding"] for seen in registry.requests} == {"identity"}


def test_C18_a_manifest_compressed_on_the_way_is_refused(open_image: Opener) -> None:
    registry = registry_with_index()
    registry.misbehave(gzipped())
    with pytest.raises(SourceError, match="compressed with gzip, though asked not to"):
        open_image(registry).resolve(_PLATFORM)


@pytest.mark.parametrize("probed", [True, False])
def test_C64_a_huge_manifest_is_not_read(open_image: Opener, probed: bool) -> None:
    registry = Registry()
    registry.add_manifest(b" " * 5_000_000, ACCEPTED[0])
    if not probed:
        registry.misbehave(without_head())
    source = open_image(registry)
    with pytest.raises(LimitError, match="4,194,304"):
        source.resolve(None)
    assert source.traffic().bytes_fetched < 4_200_000


def test_C64_a_huge_error_is_read_in_part_only(open_image: Opener) -> None:
    registry = registry_with_index()
    registry.misbehave(answering(400, body=b"x" * 1_000_000))
    source = open_image(registry)
    with pytest.raises(SourceError, match="status 400"):
        source.resolve(None)
    assert source.traffic().bytes_fetched < 100_000


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (
            "registry.example.com/team/app:1.0",
            "registry.example.com has no tag 1.0 in the repository team/app",
        ),
        (
            f"registry.example.com/team/app@{digest_of(b'x')}",
            f"registry.example.com has no manifest {digest_of(b'x')} in the repository team/app",
        ),
        ("registry.example.com/team/application", "registry.example.com has no repository team/application"),
        ("application", "docker.io has no repository library/application"),
    ],
)
def test_what_is_not_there_is_told_by_name(open_image: Opener, reference: str, message: str) -> None:
    with pytest.raises(NotFoundError) as raised:
        open_image(registry_with_index(), reference).resolve(None)
    assert raised.value.message == message
    assert raised.value.hint is not None
    assert raised.value.exit_code == 3


def test_docker_hub_is_asked_at_its_endpoint(open_image: Opener) -> None:
    registry = Registry()
    registry.add(_AMD64, "library/nginx")
    assert open_image(registry, "nginx").resolve(None).reference == "nginx:latest"
    assert {(seen.scheme, seen.host) for seen in registry.requests} == {("https", "registry-1.docker.io")}


@pytest.mark.parametrize(
    ("reply", "error", "message"),
    [
        (
            refused(403, "DENIED", "requested access to the resource is denied"),
            AuthenticationError,
            (
                "registry.example.com gives no access to team/app (requested access to the resource is denied); "
                "no credentials were found for it"
            ),
        ),
        (
            refused(418, "TEAPOT", "short and stout"),
            SourceError,
            (
                "registry.example.com answered with status 418 I'm a teapot when asked for tag latest in the "
                "repository team/app (short and stout)"
            ),
        ),
        (
            Reply(status=500),
            SourceError,
            (
                "registry.example.com answered with status 500 Internal Server Error when asked for tag latest in the "
                "repository team/app"
            ),
        ),
        (
            Reply(status=404, headers=(("content-type", "text/html; charset=utf-8"),), body=b"<html>"),
            SourceError,
            "registry.example.com answered with a web page (status 404) instead of what a registry would",
        ),
        (
            Reply(status=200, headers=(("content-type", "text/html"),), body=b"<html>"),
            SourceError,
            "registry.example.com answered with a web page (status 200) instead of what a registry would",
        ),
        (
            Reply(status=403, headers=(("content-type", "text/html"),), body=b"<html>blocked"),
            SourceError,
            "registry.example.com answered with a web page (status 403) instead of what a registry would",
        ),
        (
            Reply(status=400, body=b'{"errors": {"code": []}}'),
            SourceError,
            (
                "registry.example.com answered with status 400 Bad Request when asked for tag latest in the repository "
                "team/app"
            ),
        ),
    ],
)
def test_other_answers_are_sentences(open_image: Opener, reply: Reply, error: type[SourceError], message: str) -> None:
    registry = registry_with_index()
    registry.misbehave(without_head(), Fault(applies=of_kind("manifests"), change=lambda *_: reply))
    with pytest.raises(error) as raised:
        open_image(registry).resolve(None)
    assert raised.value.message == message


@pytest.mark.parametrize("reference", ["registry.example.com/team/app", "Registry.Example.COM:443/team/app"])
def test_a_web_server_before_a_registry_asks_for_a_login_with_a_page_too(open_image: Opener, reference: str) -> None:
    headers = {"content-type": "text/html", "www-authenticate": 'Basic realm="nginx"'}
    registry = registry_with_index()
    registry.misbehave(answering(401, method="HEAD", headers=headers), answering(401, headers=headers))
    with pytest.raises(AuthenticationError, match=r"gives no access to team/app; no credentials were found for it"):
        open_image(registry, reference).resolve(None)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("content_type", "message"),
    [
        (
            "application/xml",
            "registry.example.com answered with status {status}, from cdn.example.net when asked for configuration ",
        ),
        ("text/html", "cdn.example.net answered with a web page (status {status}) instead of what a registry would"),
    ],
)
def test_where_the_registry_sends_us_to_refuses_no_login_is_said_to_help(
    open_image: Opener, status: int, content_type: str, message: str
) -> None:
    registry = registry_with_index()
    registry.misbehave(
        redirected("https://cdn.example.net"), answering(status, kind="storage", headers={"content-type": content_type})
    )
    with pytest.raises(SourceError) as raised:
        open_image(registry).resolve(_PLATFORM)
    told = message.format(status=f"{status} {HTTPStatus(status).phrase}" if "xml" in content_type else status)
    assert raised.value.message.startswith(told)
    assert not isinstance(raised.value, AuthenticationError)
    assert "docker login" not in (raised.value.hint or "")


def test_C16_passing_faults_are_waited_out(open_image: Opener, slept: list[float]) -> None:
    registry = registry_with_index()
    registry.misbehave(answering(503, times=2), rate_limited(retry_after="7", times=1))
    open_image(registry).resolve(_PLATFORM)
    assert [seconds == 7.0 for seconds in slept] == [True, False, False]


@pytest.mark.parametrize("status", [408, 429, 499, 500, 502, 503, 504, 522])
def test_C16_a_status_that_passes_is_waited_out(open_image: Opener, slept: list[float], status: int) -> None:
    registry = registry_with_index()
    registry.misbehave(answering(status, times=1))
    assert open_image(registry).resolve(_PLATFORM).digest == _ARM64.manifest_digest
    assert len(slept) == 1


@pytest.mark.parametrize("status", [400, 404, 405, 409, 410, 416, 451, 501, 505])
def test_C16_a_status_that_stays_is_not_asked_about_again(open_image: Opener, slept: list[float], status: int) -> None:
    registry = registry_with_index()
    registry.misbehave(answering(status))
    with pytest.raises(SourceError):
        open_image(registry).resolve(_PLATFORM)
    assert (len(registry.requests), slept) == (2, [])


def test_C16_a_fault_that_stays_ends_it(open_image: Opener, slept: list[float]) -> None:
    registry = registry_with_index()
    registry.misbehave(answering(502, method="HEAD"), answering(502))
    with pytest.raises(SourceError, match="status 502 Bad Gateway"):
        open_image(registry).resolve(None)
    assert len(registry.requests) == 4
    assert len(slept) == 3


def test_C16_a_registry_that_wants_us_to_come_back_tomorrow_is_not_waited_for(
    open_image: Opener, slept: list[float]
) -> None:
    registry = registry_with_index()
    registry.misbehave(rate_limited(retry_after="86400"))
    with pytest.raises(SourceError) as raised:
        open_image(registry).resolve(None)
    assert raised.value.message == "registry.example.com limits how much may be fetched, and the limit is reached"
    assert raised.value.hint == (
        "wait 86400 seconds and run again; who logs in (docker login registry.example.com) is often allowed more"
    )
    assert slept == []


def test_C16_a_connection_that_breaks_is_made_again(open_image: Opener, slept: list[float]) -> None:
    registry = registry_with_index()
    registry.misbehave(dropping(times=3))
    assert open_image(registry).resolve(_PLATFORM).digest == _ARM64.manifest_digest
    assert len(slept) == 3


@pytest.mark.parametrize("fault", [dropping(), cut(after=10, times=None, kind="manifests")])
def test_C16_a_connection_that_always_breaks_is_told(open_image: Opener, fault: Fault) -> None:
    registry = registry_with_index()
    registry.misbehave(fault)
    with pytest.raises(SourceError, match=r"^the connection to registry\.example\.com broke off: "):
        open_image(registry).resolve(_PLATFORM)
    assert len(registry.requests) == 5


def test_a_registry_on_this_machine_that_finds_fault_is_not_taken_for_one_that_speaks_tls(open_image: Opener) -> None:
    registry = registry_with_index()
    complaint = refused(400, "NAME_INVALID", "no such name")
    insecurely = dropping(method="HEAD")
    insecurely.applies = lambda seen: seen.scheme == "https"
    registry.misbehave(Fault(applies=lambda seen: seen.scheme == "http", change=lambda *_: complaint), insecurely)
    with pytest.raises(SourceError, match=r"localhost:5000 answered with status 400 Bad Request .* \(no such name\)"):
        open_image(registry, "localhost:5000/team/app").resolve(None)


def test_a_manifest_cut_short_is_asked_for_again(open_image: Opener) -> None:
    registry = registry_with_index()
    registry.misbehave(cut(after=10, times=2, kind="manifests"))
    assert open_image(registry).resolve(_PLATFORM).digest == _ARM64.manifest_digest


@pytest.mark.parametrize(
    "name", ["registry.example.com/../x", "registry.example.com/a/%2e%2e/b", "registry.example.com/a//b"]
)
def test_C58_a_name_that_climbs_is_refused_before_any_request(name: str) -> None:
    with pytest.raises(UsageError):
        open_source(name, SourceOptions())


def test_C58_a_digest_that_climbs_is_refused_before_it_is_asked_for(open_image: Opener) -> None:
    manifest = json.loads(_AMD64.manifest)
    manifest["config"]["digest"] = "sha256:../../../../v2/_catalog"
    registry = Registry()
    registry.add_manifest(json.dumps(manifest).encode(), _AMD64.manifest_media_type)
    with pytest.raises(DocumentError, match="is not a digest"):
        open_image(registry).resolve(None)
    assert all(seen.kind == "manifests" for seen in registry.requests)


def test_C21_warnings_become_notes_once(open_image: Opener) -> None:
    registry = registry_with_index()
    registry.misbehave(with_headers(warning='299 - "this tag is deprecated"'))
    assert "this tag is deprecated" in open_image(registry).resolve(_PLATFORM).notes
    assert open_image(registry).resolve(_PLATFORM).notes.count("this tag is deprecated") == 1


def test_C22_what_is_left_to_pull_is_kept(open_image: Opener) -> None:
    registry = registry_with_index()
    registry.misbehave(with_headers(ratelimit_limit="100;w=21600", ratelimit_remaining="98;w=21600"))
    source = open_image(registry)
    source.resolve(_PLATFORM)
    assert source.traffic().rate_limit == "98 of 100 pulls left per 6 hours"


def test_traffic_counts_every_request_and_byte(open_image: Opener) -> None:
    registry = registry_with_index(Bearer())
    source = open_image(registry)
    assert source.traffic().requests == 0
    source.resolve(_PLATFORM)
    traffic = source.traffic()
    assert traffic.requests == len(registry.requests) == 5
    assert traffic.bytes_fetched >= len(_BOTH.body) + len(_ARM64.manifest) + len(_ARM64.config)


def test_no_file_of_credentials_is_read_for_a_registry_that_does_not_ask() -> None:
    def fail(_: Reference) -> Lookup:
        raise AssertionError("credentials were looked for")

    registry = registry_with_index()
    reference = Reference.parse("registry.example.com/team/app")
    source = RegistrySource(reference, SourceOptions(), http=registry.transport(), credentials=fail)
    assert source.resolve(_PLATFORM).digest == _ARM64.manifest_digest
    source.close()


def test_the_http_client_is_loaded_only_when_an_image_is_opened() -> None:
    code = "import sys, imgscope.sources as s; s.sources(); print('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
