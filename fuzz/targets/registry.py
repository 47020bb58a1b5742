"""Whole conversations with a registry, any of whose answers may be another one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from fuzz.conversations import fault
from fuzz.parts import SEPARATOR, joined
from fuzz.reports import check_report
from imgscope.analyze import Options, inspect_source
from imgscope.errors import ImgscopeError
from imgscope.oci.platform import Platform
from imgscope.oci.reference import Reference
from imgscope.report import ImageReport
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.credentials import Credential, Lookup
from tests.support.artifacts import cosign_signature
from tests.support.images import BuiltIndex, file, image, index, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Bearer, basic

_HOST: Final = "registry.example.com"
_SITE: Final = "example.com"
_SECRET: Final = "very-secret-0123456789"
_MOST_ANSWERS: Final = 8
_MOST_REQUESTS: Final = 120
_PINNED: Final = b"@"


def target(data: bytes) -> None:
    """There is a report or an error, and secrets are told to nobody else.

    The image is asked for by its digest where the input begins with `@`: a report that is complete is then of it,
    whatever the registry says. After that come answers; see `fuzz.conversations`.
    """
    registry = _registry()
    first, *answers = data.split(SEPARATOR, _MOST_ANSWERS)
    is_pinned = first.startswith(_PINNED)
    registry.misbehave(*filter(None, map(fault, answers)))
    try:
        report = _inspected(registry, f"@{_index().digest}" if is_pinned else ":latest")
    except ImgscopeError as error:
        assert error.exit_code
        assert _SECRET not in f"{error.message}{error.hint}"
    else:
        check_report(report)
        assert not is_pinned or not report.complete or [each.diff_id for each in report.layers] == _diff_ids()
    _check_requests(registry)


def _check_requests(registry: Registry) -> None:
    assert len(registry.requests) <= _MOST_REQUESTS
    for seen in registry.requests:
        given = seen.headers.get("authorization", "")
        if given.startswith("Bearer "):
            assert (seen.scheme, seen.host) == ("https", _HOST), seen
        elif given:
            assert given == basic("me", _SECRET)
            host = seen.host.partition(":")[0]
            assert seen.scheme == "https", seen
            assert host == _SITE or host.endswith(f".{_SITE}"), seen
        assert _SECRET not in f"{seen.path}{seen.query}"


def _inspected(registry: Registry, name: str) -> ImageReport:
    source = RegistrySource(
        Reference.parse(f"{_HOST}/team/app{name}"),
        SourceOptions(),
        http=registry.transport(),
        sleep=lambda _: None,
        credentials=lambda _: Lookup(
            credential=Credential(kind="password", username="me", secret=_SECRET, origin="a file")
        ),
    )
    try:
        return inspect_source(source, options=Options(platform=Platform.parse("linux/amd64"))).report
    finally:
        source.close()


def _registry() -> Registry:
    registry = Registry(auth=Bearer(username="me", password=_SECRET))
    registry.add(_index())
    registry.add(cosign_signature(_index()), tag=_index().digest.replace(":", "-") + ".sig")
    return registry


@cache
def _index() -> BuiltIndex:
    below = layer(file("etc/os-release", "ID=debian\nVERSION_ID=12\n"))
    app = image([below, layer(file("bin/app", "#!/bin/sh\n" * 30, mode=0o755), created_by="COPY app /bin/app")])
    return index(app, image([below], platform="linux/arm64"))


def _diff_ids() -> list[str]:
    app, _ = _index().images
    assert not isinstance(app, BuiltIndex)
    return [each.diff_id for each in app.layers]


def seeds() -> Mapping[str, bytes]:
    """Answers of each kind."""
    answers = {
        "honest": [],
        "missing": ['m0404\nContent-Type: application/json\n\n={"errors":[{"code":"MANIFEST_UNKNOWN"}]}'],
        "rate-limit": ["m1429\nRetry-After: 3\nRateLimit-Limit: 100;w=21600\nRateLimit-Remaining: 0\n\n=slow down"],
        "redirect": ["b0307\nLocation: https://cdn.example.net/x?signature=y\n\n=", "o0200\n\n=text"],
        "redirect-back": ["b2302\nLocation: /v2/team/app/blobs/x\n\n="],
        "challenge": [
            'o0401\nWWW-Authenticate: Bearer realm="https://auth.example.com/token?a=b",service="x",scope="y"\n\n=',
            'k0200\n\n={"access_token":"t","expires_in":3,"issued_at":"2026-01-01T00:00:00Z"}',
        ],
        "basic": ['m1401\nWWW-Authenticate: Basic realm="a", Bearer realm="https://evil.example.net/token"\n\n='],
        "cut": ["b1---\n\n~40", "b1206\nContent-Range: bytes 40-99/*\n\n=x"],
        "range": ["b1---\n\n~40", "b1416\n\n=", "b1500\n\n="],
        "dropped": ["m1---\n\n!", "b1---\n\n!", "k1---\n\n!"],
        "altered": ["m0---\nDocker-Content-Digest: sha256:00\n\n/amd64/arm64"],
        "more": ["b0---\nContent-Encoding: gzip\n\n+more"],
        "html": ["m0200\nContent-Type: text/html\n\n=<html>"],
        "referrers": ['r0200\nLink: </v2/team/app/referrers/x?n=1>; rel="next"\n\n={"manifests":[]}'],
        "warning": ['m0---\nWarning: 299 - "going away"\nOCI-Filters-Applied: a\n\n'],
    }
    return {name: joined("" if number % 2 else "@", *said) for number, (name, said) in enumerate(answers.items())}
