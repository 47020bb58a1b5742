"""How little a registry is bothered with: few connections, one token for as long as it is good, nothing twice."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
import trustme

from imgscope import analyze
from imgscope.errors import SourceError
from imgscope.limits import Limits
from imgscope.oci.reference import Reference
from imgscope.report import ImageReport
from imgscope.sources.base import SourceOptions
from imgscope.sources.registry.client import RegistrySource
from imgscope.sources.registry.credentials import Lookup
from imgscope.sources.registry.slots import HostSlots
from tests.sources.registry.opening import SECRET, Opener, password
from tests.support.images import file, image, layer
from tests.support.registry import Registry
from tests.support.registry_auth import Auth, Basic, Bearer
from tests.support.registry_exchange import Reply, Seen
from tests.support.registry_faults import Fault, cut, dripping, of_kind, redirected

_APP = image([layer(file(f"file-{number}", str(number))) for number in range(24)], listed_platform=False)
_LARGE = image([layer(file("data", bytes(50_000)), compression="none")], listed_platform=False)


@pytest.fixture(autouse=True)
def few_certificates(one_authority: trustme.CA) -> None:
    """Load one certificate for each audit, and not all that the system trusts."""


def registry_with(auth: Auth | None = None) -> Registry:
    registry = Registry(auth=auth)
    registry.add(_APP)
    return registry


def inspect(host: str, *, jobs: int = 4, limits: Limits | None = None) -> ImageReport:
    source = RegistrySource(
        Reference.parse(f"{host}/team/app"),
        SourceOptions(limits=limits or Limits()),
        sleep=lambda _: None,
        credentials=lambda _: Lookup(credential=password()),
    )
    try:
        report = analyze.inspect_source(source, options=analyze.Options(jobs=jobs)).report
    finally:
        source.close()
    assert report.complete
    return report


@pytest.mark.parametrize("auth", [None, Basic(username="me", password=SECRET), Bearer(username="me", password=SECRET)])
@pytest.mark.parametrize("jobs", [1, 4])
def test_connections_are_used_again_and_nothing_is_asked_for_twice(auth: Auth | None, jobs: int) -> None:
    registry = registry_with(auth)
    with registry.serve() as host:
        inspect(host, jobs=jobs)
    # What is attached to the image is looked up beside its layers.
    for_attachments = [asked for asked in registry.asked() if "/referrers/" in asked or "/manifests/sha256-" in asked]
    assert registry.connections <= jobs + 1
    assert len(registry.asked()) == len(_APP.layers) + 3 + len(for_attachments)
    assert len(for_attachments) <= 2
    assert set(Counter(registry.asked()).values()) == {1}
    assert len(registry.asked("token")) == isinstance(auth, Bearer)


@pytest.mark.parametrize("jobs", [1, 4])
def test_connections_survive_a_redirect_of_every_blob_to_a_storage(jobs: int) -> None:
    registry, storage = registry_with(Bearer(username="me", password=SECRET)), registry_with()
    with registry.serve() as host, storage.serve() as other:
        registry.misbehave(redirected(f"http://{other}"))
        inspect(host, jobs=jobs)
    assert registry.connections <= jobs + 1
    assert storage.connections <= jobs
    assert set(Counter(registry.asked()).values()) == {1}
    assert len(storage.asked("storage")) == len(_APP.layers) + 1


@pytest.mark.parametrize("most", [1, 3])
def test_K_one_host_is_asked_so_many_things_at_once_and_not_more(most: int) -> None:
    registry = registry_with()
    registry.misbehave(dripping(pause=0.001))
    with registry.serve() as host:
        inspect(host, jobs=12, limits=Limits(connections_per_host=most))
    assert registry.connections == most


def test_a_slot_is_waited_for_and_each_host_has_its_own() -> None:
    slots, has_slot = HostSlots(1), threading.Event()
    slots.take("one")
    slots.take("other")

    def wait() -> None:
        slots.take("one")
        has_slot.set()

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert not has_slot.wait(0.01)
    slots.give_back("one")
    assert has_slot.wait(10)
    waiter.join()


def test_closing_lets_everybody_go_who_waits_for_a_slot() -> None:
    registry, told = registry_with(), list[str]()
    registry.add(_LARGE, "team/large")

    with registry.serve() as host:
        source = RegistrySource(
            Reference.parse(f"{host}/team/large"),
            SourceOptions(limits=Limits(connections_per_host=1)),
            credentials=lambda _: Lookup(),
        )
        [descriptor] = source.resolve(None).manifest.layers

        def read() -> None:
            try:
                with source.open_blob(descriptor):
                    pass
            except SourceError as error:
                told.append(error.message)

        with source.open_blob(descriptor):
            waiter = threading.Thread(target=read)
            waiter.start()
            source.close()
            waiter.join(10)
    assert told == [f"the connection to {host} was closed"]


def test_C8_a_token_is_renewed_while_a_long_pull_runs(open_image: Opener) -> None:
    """It runs out after every third answer, as far as the registry is concerned."""
    auth = Bearer()
    registry = registry_with(auth)
    answered = Counter[str]()

    def expire(_: Seen, reply: Reply) -> Reply:
        if reply.status == 200:
            answered["blobs"] += 1
            if answered["blobs"] % 3 == 0:
                auth.revoke()
        return reply

    registry.misbehave(Fault(applies=of_kind("blobs"), change=expire))
    source = open_image(registry)
    for descriptor in source.resolve(None).manifest.layers:
        with source.open_blob(descriptor) as chunks:
            assert b"".join(chunks)
    refused = len(_APP.layers) // 3
    assert len(registry.asked("token")) == 1 + refused
    assert len(registry.asked("blobs")) == 1 + len(_APP.layers) + refused


def test_C8_C17_a_token_that_runs_out_during_a_blob_is_renewed_to_go_on(open_image: Opener) -> None:
    auth = Bearer()
    registry = Registry(auth=auth)
    registry.add(_LARGE)
    source = open_image(registry)
    [descriptor] = source.resolve(None).manifest.layers
    registry.misbehave(cut(after=20_000))
    with source.open_blob(descriptor) as chunks:
        received = next(chunks)
        auth.revoke()
        received += b"".join(chunks)
    assert received == _LARGE.layers[0].blob
    asked = [seen for seen in registry.requests if seen.path.endswith(descriptor.digest)]
    assert [(seen.headers["authorization"], seen.headers.get("range")) for seen in asked] == [
        ("Bearer granted-1", None),
        ("Bearer granted-1", "bytes=20000-"),
        ("Bearer granted-2", "bytes=20000-"),
    ]


def test_C8_threads_that_are_refused_at_once_share_one_new_token() -> None:
    auth = Bearer()
    registry = registry_with(auth)
    with registry.serve() as host:
        source = RegistrySource(Reference.parse(f"{host}/team/app"), SourceOptions(), credentials=lambda _: Lookup())
        layers = source.resolve(None).manifest.layers
        auth.revoke()
        started = threading.Barrier(8)

        def read(position: int) -> None:
            started.wait()
            with source.open_blob(layers[position]) as chunks:
                b"".join(chunks)

        threads = [threading.Thread(target=read, args=(position,)) for position in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        source.close()
    assert len(registry.asked("token")) == 2


@pytest.mark.parametrize("auth", [None, Bearer()])
def test_no_answer_is_left_unread_not_even_that_of_a_scheme_that_was_tried(
    open_image: Opener, auth: Auth | None
) -> None:
    """A server that speaks TLS answers plain HTTP with 400."""
    registry = registry_with(auth)
    registry.misbehave(Fault(applies=lambda seen: seen.scheme == "http", change=lambda *_: Reply(status=400)))
    options = SourceOptions(limits=Limits(connections_per_host=1))
    source = open_image(registry, "localhost:5000/team/app", options=options)
    head = source.resolve(None)
    with source.open_blob(head.manifest.layers[0]) as chunks:
        assert b"".join(chunks)
    assert source._transport._open == set()
