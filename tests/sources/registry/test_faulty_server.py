"""A server that does everything wrong, over real sockets: what comes out, and how soon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import trustme

from imgscope.errors import SourceError
from imgscope.limits import Limits
from imgscope.oci.reference import Reference
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.credentials import Lookup
from tests.sources.registry.auditing import BLOB, DIGEST, Outcome, audit, only_layers, serving
from tests.sources.registry.opening import SECRET, password
from tests.support.registry import Registry
from tests.support.registry_auth import Basic, Bearer
from tests.support.registry_exchange import Reply, Seen
from tests.support.registry_faults import (
    Fault,
    answering,
    cut,
    dripping,
    dropping,
    endless,
    flipped,
    gzipped,
    mute,
    padded,
    rate_limited,
    silent,
    truncated,
    with_headers,
)

_TENTHS = [len(BLOB) * tenth // 10 for tenth in range(10)]
_IMPATIENT = Limits(silence_timeout=0.3)


@pytest.fixture(autouse=True)
def few_certificates(one_authority: trustme.CA) -> None:
    """Load one certificate for each audit, and not all that the system trusts."""


@pytest.fixture(params=[Basic, Bearer])
def registry(request: pytest.FixtureRequest) -> Registry:
    """A registry that wants a login, with the image in it."""
    return serving(request.param(username="me", password=SECRET))


def blob_requests(registry: Registry) -> list[str]:
    """The ranges of the requests for the layer that were let in."""
    return [
        seen.headers.get("range", "all")
        for seen in registry.requests
        if seen.path.endswith(DIGEST) and "authorization" in seen.headers
    ]


@pytest.mark.parametrize("after", _TENTHS)
def test_C17_a_layer_cut_anywhere_is_read_to_its_end(registry: Registry, after: int, slept: list[float]) -> None:
    registry.misbehave(only_layers(cut(after=after)))
    with registry.serve() as host:
        assert audit(host, slept) == Outcome(code=0, said="")
    assert blob_requests(registry) == ["all", f"bytes={after}-" if after else "all"]


def test_C17_a_layer_cut_at_every_tenth_is_read_to_its_end(registry: Registry, slept: list[float]) -> None:
    registry.misbehave(only_layers(cut(after=_TENTHS[1], times=None)))
    with registry.serve() as host:
        assert audit(host, slept) == Outcome(code=0, said="")
    assert blob_requests(registry) == ["all", *(f"bytes={_TENTHS[1] * count}-" for count in range(1, 11))]
    assert not any(slept)


def test_C17_without_ranges_a_layer_that_is_cut_later_each_time_is_read(registry: Registry, slept: list[float]) -> None:
    registry.serves_ranges = False
    registry.misbehave(*(only_layers(cut(after=after)) for after in reversed(_TENTHS)))
    with registry.serve() as host:
        assert audit(host, slept).code == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Faults and what comes of them: the exit code, a part of what is said, and how often the layer is asked for."""

    faults: Callable[[], list[Fault]]
    code: int = 3
    said: str = ""
    asked: int = 1


def _resumed(change: Callable[[Seen, Reply], Reply], times: int | None = None) -> list[Fault]:
    """Cut the first answer in half, and change those to what is asked for then."""
    return [cut(after=len(BLOB) // 2), Fault(applies=lambda seen: "range" in seen.headers, change=change, times=times)]


_CASES = {
    "429 once": Case(faults=lambda: [rate_limited(kind="blobs", times=1)], code=0, asked=2),
    "429 with seconds": Case(faults=lambda: [rate_limited(kind="blobs", retry_after="3", times=1)], code=0, asked=2),
    "429 for ever": Case(faults=lambda: [rate_limited(kind="blobs")], said="the limit is reached", asked=4),
    "429 until tomorrow": Case(
        faults=lambda: [rate_limited(kind="blobs", retry_after="86400")], said="the limit is reached", asked=1
    ),
    "500 three times": Case(faults=lambda: [answering(500, kind="blobs", times=3)], code=0, asked=4),
    "500 for ever": Case(faults=lambda: [answering(500, kind="blobs")], said="status 500 Internal Server", asked=4),
    "500 in the middle": Case(faults=lambda: _resumed(lambda *_: Reply(status=500), times=2), code=0, asked=4),
    "500 from the middle on": Case(faults=lambda: _resumed(lambda *_: Reply(status=500)), said="status 500", asked=5),
    "416 in the middle": Case(faults=lambda: _resumed(lambda *_: Reply(status=416)), said="status 416", asked=2),
    "wrong part": Case(
        faults=lambda: _resumed(lambda _, reply: reply.with_headers(content_range="bytes 0-9/10")),
        said="answered with another part of the blob",
        asked=2,
    ),
    "wrong length told": Case(
        faults=lambda: [with_headers("blobs", content_length=str(len(BLOB) + 5)), cut(after=len(BLOB), times=None)],
        code=0,
    ),
    "short length told": Case(
        faults=lambda: [with_headers("blobs", content_length=str(len(BLOB) - 5))], said="ends after"
    ),
    "wrong digest": Case(faults=lambda: [flipped(at=50_000)], said="does not match its digest"),
    "too short": Case(faults=lambda: [truncated(to=50_000)], said="ends after 50,000 of"),
    "too long": Case(faults=lambda: [padded(by=10)], said="is longer than"),
    "empty": Case(faults=lambda: [truncated(to=0)], said="ends after 0 of"),
    "gzip on the way": Case(faults=lambda: [gzipped("blobs")], said="its manifest promises"),
    "web page": Case(
        faults=lambda: [answering(200, kind="blobs", headers={"content-type": "text/html"}, body=b"<html>")],
        said="answered with a web page",
    ),
    "redirect loop": Case(
        faults=lambda: [answering(307, kind="blobs", headers={"location": f"/v2/team/app/blobs/{DIGEST}"})],
        said="redirects more than 10 times",
        asked=11,
    ),
    "endless": Case(faults=lambda: [endless()], said="is longer than"),
    "endless refusal": Case(faults=lambda: [endless(status=400)], said="status 400"),
    "dropped": Case(faults=lambda: [dropping(kind="blobs", times=2)], code=0, asked=3),
    "dropped for ever": Case(faults=lambda: [dropping(kind="blobs")], said="broke off", asked=4),
    "missing": Case(faults=lambda: [answering(404, kind="blobs")], said="though the image needs it"),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in _CASES.items()])
def test_C16_C17_what_a_layer_meets_ends_well_or_in_a_sentence(
    registry: Registry, case: Case, slept: list[float]
) -> None:
    registry.misbehave(*map(only_layers, case.faults()))
    with registry.serve() as host:
        outcome = audit(host, slept)
        hosts = {seen.host for seen in registry.requests}
    assert outcome.code == case.code, outcome.said
    assert case.said in outcome.said
    assert bool(outcome.said) is (case.code != 0)
    assert SECRET not in outcome.said
    assert len(blob_requests(registry)) == case.asked
    assert hosts == {host}


_SILENCES = {
    "silent before the first byte": Case(faults=lambda: [silent(after=0)], code=0, asked=2),
    "silent in the middle": Case(faults=lambda: [silent(after=50_000)], code=0, asked=2),
    "silent at the last byte": Case(faults=lambda: [silent(after=len(BLOB) - 1)], code=0, asked=2),
    "silent for ever": Case(
        faults=lambda: [silent(after=0, times=None)], said="3 attempts to go on from byte 0 brought nothing", asked=4
    ),
    "no answer once": Case(faults=lambda: [mute()], code=0, asked=2),
    "no answer ever": Case(faults=lambda: [mute(times=None)], said="did not answer in time", asked=4),
    "slow and never silent": Case(faults=lambda: [dripping(pause=0.05)], code=0),
}


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in _SILENCES.items()])
def test_C16_C17_silence_is_waited_for_a_while_and_slowness_for_as_long_as_it_takes(
    case: Case, slept: list[float]
) -> None:
    registry = serving(Basic(username="me", password=SECRET))
    registry.misbehave(*map(only_layers, case.faults()))
    with registry.serve() as host:
        outcome = audit(host, slept, limits=_IMPATIENT)
    assert outcome.code == case.code, outcome.said
    assert case.said in outcome.said
    # A machine that is busy with other things may be silent itself.
    assert len(blob_requests(registry)) >= case.asked


def test_a_login_that_is_never_accepted_ends_after_a_few_attempts(registry: Registry, slept: list[float]) -> None:
    with registry.serve() as host:
        wanted = 'Basic realm="x"' if isinstance(registry.auth, Basic) else f'Bearer realm="http://{host}/token"'
        registry.misbehave(answering(401, kind="blobs", headers={"www-authenticate": wanted}))
        outcome = audit(host, slept)
    assert outcome.code == 3
    assert f"{host} gives no access to team/app; the credentials from" in outcome.said
    assert len([seen for seen in registry.requests if seen.kind == "blobs"]) <= 4
    assert len([seen for seen in registry.requests if seen.kind == "token"]) <= 4


@pytest.mark.parametrize("kind", ["manifests", "blobs"])
def test_C64_an_endless_manifest_or_configuration_is_not_read(
    registry: Registry, slept: list[float], kind: str
) -> None:
    registry.misbehave(endless(kind=kind))
    with registry.serve() as host:
        outcome = audit(host, slept)
    assert outcome.code == 3
    assert "more than the 4,194,304 bytes" in outcome.said


def test_C64_an_endless_token_is_not_read_from_a_socket_either(slept: list[float]) -> None:
    registry = serving(Bearer(username="me", password=SECRET))
    registry.misbehave(endless(kind="token"))
    with registry.serve() as host:
        outcome = audit(host, slept)
    assert outcome.code == 3
    assert "more than the 65,536 bytes" in outcome.said


def test_C16_a_registry_that_went_away_is_looked_for_a_few_times_and_then_told(
    registry: Registry, slept: list[float]
) -> None:
    registry.misbehave(with_headers("blobs", connection="close"))
    with registry.serve() as host:
        source = RegistrySource(
            Reference.parse(f"{host}/team/app"),
            SourceOptions(),
            sleep=slept.append,
            credentials=lambda _: Lookup(credential=password()),
        )
        [descriptor] = source.resolve(None).manifest.layers
    with pytest.raises(SourceError, match=f"cannot connect to {host}"), source.open_blob(descriptor):
        pass
    source.close()
    assert len(slept) == 3
