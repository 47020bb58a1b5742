"""Images with mirrors: who is asked for what, with which credentials, and what happens when one fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imgscope.errors import AuthenticationError, IntegrityError, NotFoundError, SourceError
from imgscope.layer.stream import VerifiedBlob
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.oci.reference import Reference
from imgscope.sources.abilities import variants_of
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.connect import open_image
from imgscope.sources.registry.credentials import Credential, Lookup
from imgscope.sources.registry.mirrored import MirroredSource
from tests.support.artifacts import SPDX, artifact
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Basic, basic
from tests.support.registry_faults import answering, cut, dropping, flipped, truncated, with_headers
from tests.support.registry_hosts import Hosts

_APP = image([layer(file("data", bytes(range(256)) * 200), compression="none")])
_BLOB = _APP.layers[0].blob
_LAYER = Descriptor(digest=Digest(_APP.layers[0].digest), size=len(_BLOB))
_CONFIG = """
[[registry]]
location = "registry.example.com"
[[registry.mirror]]
location = "one.example.net/cache"
[[registry.mirror]]
location = "two.example.net:5000"
"""

Opened = MirroredSource | RegistrySource
Opener = Callable[..., Opened]


@pytest.fixture
def itself() -> Registry:
    """The registry that the mirrors are of."""
    registry = Registry()
    registry.add(_APP)
    return registry


@pytest.fixture
def one() -> Registry:
    """The first mirror."""
    registry = Registry()
    registry.add(_APP, "cache/team/app")
    return registry


@pytest.fixture
def two() -> Registry:
    """The second mirror."""
    registry = Registry()
    registry.add(_APP)
    return registry


@pytest.fixture
def open_mirrored(tmp_path: Path, itself: Registry, one: Registry, two: Registry) -> Iterator[Opener]:
    """Opens an image of the registry, `without` some of the hosts."""
    opened: list[Opened] = []

    def open_one(
        reference: str = "registry.example.com/team/app",
        *,
        config: str = _CONFIG,
        without: tuple[str, ...] = (),
        credentials: dict[str, Credential] | None = None,
    ) -> Opened:
        (tmp_path / "registries.conf").write_text(config)
        hosts = {"registry.example.com": itself, "one.example.net": one, "two.example.net:5000": two}
        source = open_image(
            Reference.parse(reference),
            SourceOptions(),
            environ={"CONTAINERS_REGISTRIES_CONF": str(tmp_path / "registries.conf"), "HOME": str(tmp_path)},
            http=Hosts({host: registry for host, registry in hosts.items() if host not in without}),
            sleep=lambda _: None,
            credentials=lambda there: Lookup(credential=(credentials or {}).get(there.registry)),
        )
        assert isinstance(source, Opened)
        opened.append(source)
        return source

    yield open_one
    for source in opened:
        source.close()


def fetch(source: Opened, start: int = 0, length: int | None = None) -> bytes:
    with source.open_blob(_LAYER, start, length) as chunks:
        return b"".join(chunks)


def test_C23_the_first_mirror_serves_manifest_and_layers(
    open_mirrored: Opener, one: Registry, two: Registry, itself: Registry
) -> None:
    source = open_mirrored()
    head = source.resolve(None)
    assert (head.digest, head.reference) == (_APP.manifest_digest, "registry.example.com/team/app:latest")
    assert fetch(source) == _BLOB
    assert {seen.path.split("/")[2] for seen in one.requests} == {"cache"}
    assert (two.requests, itself.requests) == ([], [])
    assert head.notes == (
        "the mirror one.example.net said what registry.example.com/team/app:latest is; it may lag behind the registry",
    )
    assert source.traffic().requests == len(one.requests)


def test_C23_a_mirror_that_lacks_the_image_is_passed_over_in_silence(
    open_mirrored: Opener, one: Registry, two: Registry
) -> None:
    one.misbehave(answering(404, kind="manifests"), answering(404, kind="manifests", method="HEAD"))
    head = open_mirrored(f"registry.example.com/team/app@{_APP.manifest_digest}").resolve(None)
    assert head.notes == ()
    assert two.requests


def test_C23_a_mirror_that_is_down_is_passed_over_with_a_note(open_mirrored: Opener, itself: Registry) -> None:
    source = open_mirrored(without=("one.example.net", "two.example.net:5000"))
    assert source.resolve(None).notes == (
        "passed over the mirror one.example.net: cannot connect to one.example.net",
        "passed over the mirror two.example.net:5000: cannot connect to two.example.net:5000",
    )
    assert fetch(source) == _BLOB
    assert [seen.kind for seen in itself.requests] == ["manifests", "manifests", "blobs", "blobs"]


def test_C23_a_mirror_that_sends_another_manifest_than_asked_for_is_passed_over(
    open_mirrored: Opener, one: Registry
) -> None:
    one.misbehave(flipped(at=5, kind="manifests"))
    head = open_mirrored(f"registry.example.com/team/app@{_APP.manifest_digest}").resolve(None)
    assert head.digest == _APP.manifest_digest
    assert head.notes[0].startswith("passed over the mirror one.example.net: the manifest that one.example.net sent")


def test_C23_where_nobody_has_the_image_all_reasons_are_told(open_mirrored: Opener, itself: Registry) -> None:
    itself.misbehave(answering(404), answering(404, method="HEAD"))
    with pytest.raises(NotFoundError) as raised:
        open_mirrored(without=("one.example.net", "two.example.net:5000")).resolve(None)
    assert raised.value.message == (
        "registry.example.com has no tag latest in the repository team/app; "
        "before it, the mirror one.example.net: cannot connect to one.example.net; "
        "before it, the mirror two.example.net:5000: cannot connect to two.example.net:5000"
    )


def test_C23_a_layer_that_breaks_off_at_a_mirror_goes_on_at_the_next(
    open_mirrored: Opener, one: Registry, two: Registry
) -> None:
    source = open_mirrored()
    source.resolve(None)
    one.misbehave(cut(after=7000, times=1), dropping(kind="blobs"))
    one._faults[1].applies = lambda seen: seen.kind == "blobs" and "range" in seen.headers
    with source.open_blob(_LAYER) as chunks:
        verified = b"".join(VerifiedBlob(chunks, _LAYER.digest, _LAYER.size))
    assert verified == _BLOB
    assert [seen.headers.get("range") for seen in two.requests] == ["bytes=7000-"]


def test_C23_bytes_that_a_mirror_altered_are_never_accepted_whoever_sent_the_rest(
    open_mirrored: Opener, one: Registry
) -> None:
    source = open_mirrored()
    source.resolve(None)
    one.misbehave(flipped(at=10), truncated(to=5000))
    with source.open_blob(_LAYER) as chunks, pytest.raises(IntegrityError):
        for _ in VerifiedBlob(chunks, _LAYER.digest, _LAYER.size):
            pass


def test_C23_a_layer_that_a_mirror_cuts_short_goes_on_at_the_next(
    open_mirrored: Opener, one: Registry, two: Registry
) -> None:
    source = open_mirrored()
    source.resolve(None)
    one.misbehave(truncated(to=5000))
    assert fetch(source, 100, 20_000) == _BLOB[100:20_100]
    assert [seen.headers.get("range") for seen in two.requests] == ["bytes=5100-20099"]


def test_C23_a_mirror_that_failed_once_is_not_asked_for_the_next_layer(
    open_mirrored: Opener, one: Registry, two: Registry
) -> None:
    source = open_mirrored()
    source.resolve(None)
    one.misbehave(answering(403, kind="blobs"))
    assert fetch(source) == _BLOB
    asked = len(one.requests)
    assert fetch(source) == _BLOB
    assert len(one.requests) == asked
    assert len(two.requests) == 2


def test_C23_a_layer_that_only_the_registry_has_comes_from_there(
    open_mirrored: Opener, one: Registry, two: Registry, itself: Registry
) -> None:
    source = open_mirrored()
    source.resolve(None)
    one.forget(_LAYER.digest)
    two.forget(_LAYER.digest)
    assert fetch(source) == _BLOB
    itself.forget(_LAYER.digest)
    with pytest.raises(NotFoundError, match=r"before it, the mirror one\.example\.net: .* has no layer"):
        fetch(source)


def test_C23_no_credential_goes_to_another_host_than_its_own(
    open_mirrored: Opener, one: Registry, two: Registry, itself: Registry
) -> None:
    passwords = {"one.example.net": "for one", "registry.example.com": "for the registry"}
    one.auth = Basic(username="me", password="something else")
    two.auth = Basic(username="me", password="nobody knows it")
    itself.auth = Basic(username="me", password="for the registry")
    source = open_mirrored(
        credentials={
            host: Credential(kind="password", username="me", secret=secret, origin="a file")
            for host, secret in passwords.items()
        }
    )
    notes = source.resolve(None).notes
    assert fetch(source) == _BLOB
    assert len([note for note in notes if "gives no access" in note]) == 2
    sent = [
        {seen.headers["authorization"] for seen in registry.requests if "authorization" in seen.headers}
        for registry in (one, two, itself)
    ]
    assert sent == [{basic("me", "for one")}, set(), {basic("me", "for the registry")}]


def test_C23_a_login_that_the_registry_itself_refuses_stays_an_authentication_error(
    open_mirrored: Opener, itself: Registry
) -> None:
    itself.auth = Basic(username="me", password="secret")
    with pytest.raises(AuthenticationError, match="before it, the mirror"):
        open_mirrored(without=("one.example.net", "two.example.net:5000")).resolve(None)


def test_C23_a_mirror_for_digests_only_is_not_asked_for_a_tag(
    open_mirrored: Opener, one: Registry, itself: Registry
) -> None:
    config = 'registry = [{location="registry.example.com", mirror-by-digest-only=true, mirror=[{location="%s"}]}]'
    source = open_mirrored(config=config % "one.example.net/cache")
    source.resolve(None)
    assert (one.requests, bool(itself.requests)) == ([], True)
    open_mirrored(
        f"registry.example.com/team/app@{_APP.manifest_digest}", config=config % "one.example.net/cache"
    ).resolve(None)
    assert one.requests


def test_C23_an_image_that_moved_is_called_by_its_name(open_mirrored: Opener, two: Registry) -> None:
    config = 'registry = [{prefix="old.example.org/x", location="two.example.net:5000/team"}]'
    head = open_mirrored("old.example.org/x/app", config=config).resolve(None)
    assert (head.reference, head.notes) == ("old.example.org/x/app:latest", ())
    assert two.requests


def test_C23_a_mirror_of_docker_is_asked_below_its_path(tmp_path: Path, one: Registry, itself: Registry) -> None:
    config = tmp_path / ".config" / "docker" / "daemon.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps({"registry-mirrors": ["http://one.example.net/prefix"]}))
    source = open_image(
        Reference.parse("team/app"),
        SourceOptions(),
        environ={"HOME": str(tmp_path)},
        http=Hosts({"one.example.net": one, "registry-1.docker.io": itself}),
        sleep=lambda _: None,
        credentials=lambda _: Lookup(),
    )
    assert source.resolve(None).digest == _APP.manifest_digest
    source.close()
    assert one.requests[0].path == "/prefix/v2/team/app/manifests/latest"
    assert {seen.scheme for seen in one.requests} == {"http"}


def test_C23_closing_closes_every_place(open_mirrored: Opener) -> None:
    source = open_mirrored()
    source.resolve(None)
    source.close()
    with pytest.raises(SourceError, match="was closed"):
        fetch(source)


def test_C23_what_is_attached_is_looked_up_where_the_image_came_from(
    open_mirrored: Opener, one: Registry, two: Registry, itself: Registry
) -> None:
    sbom = artifact(SPDX, subject=_APP)
    one.add(sbom, "cache/team/app", tag=None)
    source = open_mirrored()
    attached = source.find_attachments(source.resolve(None))
    assert [each.digest for each in attached.attachments] == [sbom.manifest_digest]
    assert attached.notes == ()
    assert (two.requests, itself.requests) == ([], [])


def test_C20_C23_pages_of_a_mirror_keep_its_path(open_mirrored: Opener, one: Registry) -> None:
    for number in range(5):
        one.add(artifact(SPDX, subject=_APP, content=str(number).encode()), "cache/team/app", tag=None)
    one.page_size = 2
    source = open_mirrored()
    attached = source.find_attachments(source.resolve(None))
    assert (len(attached.attachments), attached.notes) == (5, ())


def test_C23_platforms_are_listed_by_the_first_place_that_knows(open_mirrored: Opener, one: Registry) -> None:
    one.misbehave(answering(500, kind="manifests"), answering(500, kind="manifests", method="HEAD"))
    (variant,) = variants_of(open_mirrored())
    assert variant.digest == _APP.manifest_digest


def test_C23_tags_are_those_of_the_registry_itself(
    open_mirrored: Opener, one: Registry, two: Registry, itself: Registry
) -> None:
    one.add(_APP, "cache/team/app", "old")
    itself.add(_APP, tag="new")
    itself.misbehave(with_headers("tags", warning='299 - "moving"'))
    source = open_mirrored()
    assert source.tags(lambda _: None) == ("latest", "new")
    assert source.warnings == ("moving",)
    assert (one.requests, two.requests) == ([], [])
