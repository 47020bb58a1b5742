"""Streaming layers: whole, in part, over broken connections and from elsewhere."""

from __future__ import annotations

import random

import pytest

from imgscope.errors import IntegrityError, NotFoundError, SourceError
from imgscope.layer.stream import VerifiedBlob
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from tests.sources.registry.opening import Opener
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_exchange import Reply
from tests.support.registry_faults import (
    Fault,
    answering,
    cut,
    flipped,
    gzipped,
    of_kind,
    redirected,
    truncated,
    with_headers,
)

_APP = image([layer(file("data", random.Random(7).randbytes(50_000)))])
_BLOB = _APP.layers[0].blob
_LAYER = Descriptor(digest=Digest(_APP.layers[0].digest), size=len(_BLOB))


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.add(_APP)
    return registry


def fetch(open_image: Opener, registry: Registry, start: int = 0, length: int | None = None) -> bytes:
    with open_image(registry).open_blob(_LAYER, start, length) as chunks:
        return b"".join(chunks)


def ranges(registry: Registry) -> list[str | None]:
    return [seen.headers.get("range") for seen in registry.requests if seen.kind == "blobs"]


def test_C18_a_layer_is_streamed_as_it_is_stored(open_image: Opener, registry: Registry) -> None:
    assert fetch(open_image, registry) == _BLOB
    assert ranges(registry) == [None]
    assert registry.requests[-1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("serves_ranges", [True, False])
@pytest.mark.parametrize(("start", "length"), [(0, 1), (0, 3000), (1234, None), (1234, 2000), (40_000, 10**6), (5, 0)])
def test_a_part_of_a_layer_is_read(
    open_image: Opener, registry: Registry, start: int, length: int | None, serves_ranges: bool
) -> None:
    registry.serves_ranges = serves_ranges
    expected = _BLOB[start:] if length is None else _BLOB[start : start + length]
    assert fetch(open_image, registry, start, length) == expected


def test_C17_a_broken_connection_is_taken_up_where_it_broke(
    open_image: Opener, registry: Registry, slept: list[float]
) -> None:
    registry.misbehave(cut(after=7000, times=5))
    assert fetch(open_image, registry) == _BLOB
    assert ranges(registry) == [None, *(f"bytes={start}-" for start in range(7000, 36_000, 7000))]
    assert not any(slept)


def test_C17_without_ranges_what_was_received_is_discarded_and_never_repeated(
    open_image: Opener, registry: Registry
) -> None:
    registry.serves_ranges = False
    registry.misbehave(cut(after=7500, times=1), cut(after=30_100, times=2))
    assert fetch(open_image, registry) == _BLOB


def test_C17_a_part_is_taken_up_too(open_image: Opener, registry: Registry) -> None:
    registry.misbehave(cut(after=1000))
    assert fetch(open_image, registry, 100, 3000) == _BLOB[100:3100]
    assert ranges(registry) == ["bytes=100-3099", "bytes=1100-3099"]


@pytest.mark.parametrize(
    "content_range", ["bytes 0-49999/50000", "bytes 7001-49999/50000", "bytes */50000", "7000-49999", None]
)
def test_C17_another_part_than_asked_for_is_refused(
    open_image: Opener, registry: Registry, content_range: str | None
) -> None:
    def shift(_: object, reply: Reply) -> Reply:
        if reply.status != 206:
            return reply
        return reply.with_headers(content_range=content_range) if content_range else Reply(status=206, body=reply.body)

    registry.misbehave(cut(after=7000), Fault(applies=of_kind("blobs"), change=shift))
    with pytest.raises(SourceError, match="answered with another part of the blob than byte 7,000 on"):
        fetch(open_image, registry)


def test_C17_three_attempts_without_progress_end_it(open_image: Opener, registry: Registry, slept: list[float]) -> None:
    registry.misbehave(cut(after=0, times=None))
    with pytest.raises(SourceError, match="and 3 attempts to go on from byte 0 brought nothing"):
        fetch(open_image, registry)
    assert len(ranges(registry)) == 4
    assert len([seconds for seconds in slept if seconds]) == 3


def test_C17_hashing_goes_on_across_resumes(open_image: Opener, registry: Registry) -> None:
    registry.misbehave(cut(after=9000, times=3))
    with open_image(registry).open_blob(_LAYER) as chunks:
        assert b"".join(VerifiedBlob(chunks, _LAYER.digest, _LAYER.size)) == _BLOB


@pytest.mark.parametrize("fault", [flipped(at=30_000), truncated(to=20_000), gzipped("blobs")])
def test_damage_is_left_to_verification_to_find(open_image: Opener, registry: Registry, fault: Fault) -> None:
    registry.misbehave(fault)
    with open_image(registry).open_blob(_LAYER) as chunks, pytest.raises(IntegrityError):
        for _ in VerifiedBlob(chunks, _LAYER.digest, _LAYER.size):
            pass
    assert ranges(registry) == [None]


def test_C18_a_layer_that_is_labelled_as_encoded_is_not_decoded(open_image: Opener, registry: Registry) -> None:
    registry.misbehave(with_headers("blobs", content_encoding="gzip"))
    assert fetch(open_image, registry) == _BLOB


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_C19_a_redirect_to_storage_is_followed_with_the_range(
    open_image: Opener, registry: Registry, status: int
) -> None:
    registry.misbehave(redirected("https://cdn.example.net", status=status))
    assert fetch(open_image, registry, 500, 1000) == _BLOB[500:1500]
    stored = registry.requests[-1]
    assert (stored.host, stored.kind, stored.headers["range"]) == ("cdn.example.net", "storage", "bytes=500-1499")


def test_C17_C19_a_resume_asks_the_registry_again_for_a_fresh_address(open_image: Opener, registry: Registry) -> None:
    registry.misbehave(redirected("https://cdn.example.net"), cut(after=7000, times=1, kind="storage"))
    assert fetch(open_image, registry) == _BLOB
    assert [seen.kind for seen in registry.requests] == ["blobs", "storage", "blobs", "storage"]


def test_a_missing_layer_is_told_on_entry(open_image: Opener, registry: Registry) -> None:
    registry.forget(_LAYER.digest)
    with pytest.raises(NotFoundError, match=r"has no layer sha256:\w+ in the repository team/app, though the image"):
        fetch(open_image, registry)


def test_C55_a_foreign_layer_is_never_fetched_from_where_the_image_says(open_image: Opener, registry: Registry) -> None:
    registry.forget(_LAYER.digest)
    foreign = Descriptor(
        digest=_LAYER.digest,
        size=_LAYER.size,
        urls=("https://evil.example.net/secret?x", "http://bad:port", "relative"),
    )
    with pytest.raises(SourceError) as raised, open_image(registry).open_blob(foreign):
        pass
    assert raised.value.message.endswith("its manifest says to fetch it from evil.example.net, nowhere")
    assert {seen.host for seen in registry.requests} == {"registry.example.com"}


def test_C55_a_foreign_layer_that_the_registry_has_is_read(open_image: Opener, registry: Registry) -> None:
    foreign = Descriptor(digest=_LAYER.digest, size=_LAYER.size, urls=("https://evil.example.net/layer",))
    with open_image(registry).open_blob(foreign) as chunks:
        assert b"".join(chunks) == _BLOB


def test_a_closed_source_gives_nothing_more(open_image: Opener, registry: Registry) -> None:
    source = open_image(registry)
    source.close()
    with pytest.raises(SourceError, match="was closed"), source.open_blob(_LAYER):
        pass


def test_a_failure_while_resuming_is_told(open_image: Opener, registry: Registry) -> None:
    registry.misbehave(
        cut(after=1000), Fault(applies=lambda seen: "range" in seen.headers, change=lambda *_: Reply(status=410))
    )
    with pytest.raises(SourceError, match="status 410 Gone"):
        fetch(open_image, registry)


def test_C16_a_busy_storage_is_waited_for(open_image: Opener, registry: Registry, slept: list[float]) -> None:
    registry.misbehave(answering(503, kind="blobs", times=1, headers={"retry-after": "3"}))
    assert fetch(open_image, registry) == _BLOB
    assert slept == [3.0]
