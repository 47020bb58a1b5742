"""Manifests and indexes, and what is attached to images."""

from __future__ import annotations

import json
from collections.abc import Mapping

from imgscope.errors import ImgscopeError
from imgscope.oci.artifact import artifact_of, attached, referrers_tag
from imgscope.oci.manifest import Manifest, canonical_type, parse_manifest
from tests.support.images import attestation, file, image, index, layer, to_json

_TYPES = (
    None,
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json; charset=utf-8",
)


def target(data: bytes) -> None:
    """What is understood is JSON to everyone, of a known kind, and the same whatever CDN says of it."""
    understood = []
    for media_type in _TYPES:
        try:
            document = parse_manifest(data, media_type)
        except ImgscopeError:
            continue
        understood.append(document)
        json.loads(data)
        assert canonical_type(document)
        if isinstance(document, Manifest):
            artifact_of(document)
            descriptors = (document.config, *document.layers)
        else:
            descriptors = document.manifests
        for descriptor in descriptors:
            attached(descriptor)
            assert "/" not in referrers_tag(descriptor.digest)
            assert descriptor.size >= 0
    assert all(document == understood[0] for document in understood)


def seeds() -> Mapping[str, bytes]:
    """One of each kind."""
    built = image([layer(file("etc/os-release", "ID=debian")), layer(file("app"), compression="zstd")])
    descriptor = {"mediaType": "application/octet-stream", "digest": built.layers[0].digest, "size": 3}
    artifact = {
        "schemaVersion": 2,
        "artifactType": "application/vnd.dev.cosign.artifact.sig.v1+json",
        "config": {**descriptor, "mediaType": "application/vnd.oci.empty.v1+json", "data": "e30=", "size": 2},
        "layers": [{**descriptor, "annotations": {"in-toto.io/predicate-type": "https://spdx.dev/Document"}}],
        "subject": descriptor,
    }
    return {
        "oci": built.manifest,
        "docker": image([layer(file("app"))], media="docker").manifest,
        "index": index(built, attested=True).body,
        "attestation": attestation(built).manifest,
        "artifact": to_json(artifact),
        "schema-1": to_json({"schemaVersion": 1, "name": "app", "fsLayers": [], "signatures": []}),
    }
