"""Registries that send other bytes than they promise: manifests, configurations, layers and lists."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import Any

from tests.hostile.declared import MEBIBYTE
from tests.hostile.lie import APP, LIES, REPOSITORY, of_layers, where
from tests.support.images import OCI_INDEX, OCI_MANIFEST, descriptor, digest_of, to_json
from tests.support.registry import Registry
from tests.support.registry_exchange import Reply, Seen
from tests.support.registry_faults import (
    Fault,
    answering,
    claiming_digest,
    cut,
    endless,
    flipped,
    gzipped,
    of_kind,
    padded,
    truncated,
    with_headers,
)
from tests.support.registry_lists import referrer

_LAYER = APP.layers[1]
_ZEROS = gzip.compress(bytes(100_000_000), 1)


def _body(body: bytes, kind: str = "manifests", **headers: str) -> Fault:
    return answering(
        200, kind=kind, body=body, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


@LIES.lie(3, "does not match its digest")
def manifest_of_another_digest(registry: Registry) -> None:
    """A bit of the manifest is flipped."""
    registry.misbehave(flipped(at=40, kind="manifests"))


@LIES.lie(3, "has no manifest")
def digest_that_nobody_has(registry: Registry) -> None:
    """HEAD promises a digest, and nothing is stored under it."""
    registry.misbehave(claiming_digest("sha256:" + "0" * 64, method="HEAD"))


@LIES.lie(3, "does not match its digest|sent no digest")
def digest_that_is_none(registry: Registry) -> None:
    """HEAD and GET promise something that is no digest and climbs."""
    for method in ("HEAD", "GET"):
        registry.misbehave(claiming_digest("sha256:../../../etc/passwd\\x1b[31m", method=method))


@LIES.lie(0)
def digest_of_an_algorithm_that_nobody_knows(registry: Registry) -> None:
    """A digest that nobody can verify: the image is what the tag stands for, and called by what was received."""
    registry.misbehave(claiming_digest("md5:0123456789abcdef", method="HEAD"), claiming_digest("md5:0123456789abcdef"))


@LIES.lie(3, "more than the 4,194,304 bytes")
def endless_manifest(registry: Registry) -> None:
    """A manifest that goes on for ever."""
    registry.misbehave(endless(kind="manifests"))


@LIES.lie(3, "more than the 4,194,304 bytes")
def endless_configuration(registry: Registry) -> None:
    """A configuration that goes on for ever."""
    registry.misbehave(where(endless(), lambda seen: seen.path.endswith(digest_of(APP.config))))


@LIES.lie(3, "is longer than")
def endless_layer(registry: Registry) -> None:
    """A layer that goes on for ever."""
    registry.misbehave(of_layers(endless()))


@LIES.lie(3, "status 400")
def endless_refusal(registry: Registry) -> None:
    """An error that is told for ever."""
    registry.misbehave(endless(kind="manifests", status=400))


@LIES.lie(0)
def endless_list_of_what_refers(registry: Registry) -> None:
    """A list of attachments that goes on for ever costs the attachments."""
    registry.misbehave(endless(kind="referrers"))


@LIES.lie(3, "broke off")
def manifest_shorter_than_its_length(registry: Registry) -> None:
    """A manifest is cut each time it is asked for."""
    registry.misbehave(cut(after=40, times=None, kind="manifests"))


@LIES.lie(3, "at most 4,194,304 are read", limits={"silence-timeout": 0.5})
def manifest_of_an_enormous_length(registry: Registry) -> None:
    """A Content-Length of ten to the eighteenth, in answer to HEAD and GET."""
    registry.misbehave(with_headers("manifests", content_length="1" + "0" * 18))


@LIES.lie(3, "broke off")
def manifest_of_a_length_that_is_none(registry: Registry) -> None:
    """A Content-Length below zero."""
    registry.misbehave(with_headers("manifests", content_length="-5"))


@LIES.lie(3, "ends after|ends in the middle")
def layer_of_a_length_that_is_too_short(registry: Registry) -> None:
    """A Content-Length of fewer bytes than were sent."""
    registry.misbehave(of_layers(with_headers("blobs", content_length=str(len(_LAYER.blob) - 5))))


@LIES.lie(3, "is longer than")
def layer_longer_than_its_descriptor(registry: Registry) -> None:
    """More bytes than the manifest promises."""
    registry.misbehave(of_layers(padded(by=1000)))


@LIES.lie(3, "ends after")
def layer_shorter_than_its_descriptor(registry: Registry) -> None:
    """Fewer bytes than the manifest promises, as if they were all."""
    registry.misbehave(of_layers(truncated(to=1000)))


@LIES.lie(3, "does not match its digest|has the digest")
def layer_that_goes_on_with_other_bytes(registry: Registry) -> None:
    """A layer is cut, and what is sent from there on is of another one."""
    middle = len(_LAYER.blob) // 2

    def other(_: Seen, reply: Reply) -> Reply:
        return replace(reply, body=bytes(byte ^ 1 for byte in reply.body))

    resumed = Fault(applies=lambda seen: "range" in seen.headers, change=other)
    registry.misbehave(of_layers(cut(after=middle, times=None)), of_layers(resumed))


@LIES.lie(3, "another part of the blob")
def layer_that_goes_on_somewhere_else(registry: Registry) -> None:
    """A Content-Range of other bytes than those that were asked for."""
    moved = with_headers("blobs", content_range="bytes 0-9/10")
    registry.misbehave(of_layers(cut(after=1000, times=None)), where(moved, lambda seen: "range" in seen.headers))


@LIES.lie(3, "another part of the blob")
def part_of_a_layer_without_saying_which(registry: Registry) -> None:
    """206 without a Content-Range, to who asked for all of it."""
    registry.misbehave(of_layers(Fault(applies=of_kind("blobs"), change=lambda _, reply: replace(reply, status=206))))


@LIES.lie(0)
def layer_from_the_beginning_each_time(registry: Registry) -> None:
    """Range is ignored: what was read before is not read twice."""
    registry.serves_ranges = False
    registry.misbehave(of_layers(cut(after=20_000, times=1)))


@LIES.lie(3, "led no further than byte", most_requests=250)
def layer_in_ever_new_crumbs(registry: Registry) -> None:
    """A layer of which a connection brings a hundred bytes, and then another one."""
    registry.misbehave(of_layers(cut(after=100, times=None)))


@LIES.lie(3, "compressed with gzip")
def manifest_compressed_on_the_way(registry: Registry) -> None:
    """Content-Encoding, though asked for none."""
    registry.misbehave(gzipped())


@LIES.lie(3, "compressed with gzip")
def manifest_that_is_a_bomb(registry: Registry) -> None:
    """A Content-Encoding of 100 MB in 400 kB: never decoded."""
    registry.misbehave(_body(_ZEROS, content_encoding="gzip", content_type=OCI_MANIFEST))


@LIES.lie(3, "status 400")
def refusal_that_is_a_bomb(registry: Registry) -> None:
    """The same as the body of an error."""
    registry.misbehave(answering(400, body=_ZEROS, headers={"content-encoding": "gzip"}))


@LIES.lie(3, "its manifest promises|has the digest|longer than")
def layer_compressed_on_the_way(registry: Registry) -> None:
    """A layer in a Content-Encoding of its own."""
    registry.misbehave(of_layers(gzipped("blobs")))


@LIES.lie(3, "answered with a web page")
def web_page_for_a_manifest(registry: Registry) -> None:
    """HTML with status 200, as a login page of a network has it."""
    registry.misbehave(_body(b"<html><script>alert(1)</script>", content_type="text/html; charset=utf-8"))


@LIES.lie(3, "answered with a web page")
def web_page_for_a_layer(registry: Registry) -> None:
    """HTML with status 200 for a layer."""
    registry.misbehave(of_layers(_body(b"<html>", "blobs", content_type="TEXT/HTML")))


@LIES.lie(3, "but was sent as")
def index_by_its_header_and_manifest_by_its_body(registry: Registry) -> None:
    """Two readers would take it for two things (CVE-2021-41190)."""
    body = to_json({**_manifest(), "mediaType": OCI_MANIFEST})
    registry.add_manifest(body, OCI_INDEX)


@LIES.lie(3, "schema")
def manifest_of_schema_1(registry: Registry) -> None:
    """What registries stopped to serve years ago."""
    body = to_json({"schemaVersion": 1, "name": REPOSITORY, "tag": "latest", "fsLayers": [], "history": []})
    registry.add_manifest(body, "application/vnd.docker.distribution.manifest.v1+prettyjws")


@LIES.lie(0)
def manifest_called_text(registry: Registry) -> None:
    """The Content-Type that some CDNs have for everything."""
    registry.misbehave(with_headers("manifests", content_type="text/plain\t;charset=\\x1b[31m"))


@LIES.lie(3, "4,194,304")
def index_of_100_000_platforms(registry: Registry) -> None:
    """16 MB of descriptors: more than is read of an index."""
    _add_index(registry, [_listed(number) for number in range(100_000)])


@LIES.lie(3, "no variant for", memory=96 * MEBIBYTE)
def index_of_as_many_platforms_as_are_read(registry: Registry) -> None:
    """Almost 4 MiB of descriptors, none of them for anybody."""
    _add_index(registry, [_listed(number) for number in range(18_000)])


@LIES.lie(3, "more than 4 deep")
def indexes_in_indexes(registry: Registry) -> None:
    """Each leads to another one."""
    body = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [_descriptor_of(_manifest())]})
    for _ in range(10):
        registry.add_manifest(body, OCI_INDEX)
        body = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [descriptor(body, OCI_INDEX)]})
    registry.add_manifest(body, OCI_INDEX)


@LIES.lie(3, "more than the 256 manifests", most_requests=2500)
def thousand_indexes_side_by_side(registry: Registry) -> None:
    """None of them has anything for anybody, which shows when it was fetched."""
    bodies = [
        to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [_listed(number)]}) for number in range(1000)
    ]
    for body in bodies:
        registry.add_manifest(body, OCI_INDEX)
    _add_index(registry, [descriptor(body, OCI_INDEX) for body in bodies])


@LIES.lie(0)
def fifty_thousand_attachments(registry: Registry) -> None:
    """As many statements on the image as a list may have: those that are read are counted."""
    note = to_json({**_manifest(), "subject": descriptor(APP.manifest, OCI_MANIFEST)})
    told = {**referrer(note, OCI_MANIFEST), "artifactType": "x\u202e[bold]", "annotations": {"a": "\x1b[31m"}}
    listed = [{**told, "digest": f"sha256:{number:064x}"} for number in range(12_000)]
    body = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed})
    registry.misbehave(_body(body, "referrers", content_type=OCI_INDEX))


def _manifest() -> dict[str, Any]:
    import json

    manifest: dict[str, Any] = json.loads(APP.manifest)
    return manifest


def _descriptor_of(manifest: dict[str, Any]) -> dict[str, Any]:
    return descriptor(to_json(manifest), OCI_MANIFEST)


def _listed(number: int) -> dict[str, Any]:
    return {
        "mediaType": OCI_MANIFEST,
        "digest": f"sha256:{number:064x}",
        "size": 500,
        "platform": {"os": "plan9", "architecture": f"a{number}"},
    }


def _add_index(registry: Registry, listed: list[dict[str, Any]]) -> None:
    registry.add_manifest(to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}), OCI_INDEX)
