"""What is attached to images: signatures, SBOMs and attestations, as cosign, oras and BuildKit leave them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tests.support.images import (
    OCI_INDEX,
    OCI_MANIFEST,
    BuiltImage,
    BuiltIndex,
    BuiltLayer,
    descriptor,
    digest_of,
    image,
    to_json,
)
from tests.support.registry_lists import referrer

EMPTY_TYPE: Final = "application/vnd.oci.empty.v1+json"
SIMPLE_SIGNING: Final = "application/vnd.dev.cosign.simplesigning.v1+json"
SPDX: Final = "application/spdx+json"
NOTATION: Final = "application/vnd.cncf.notary.signature"


def artifact(
    artifact_type: str | None = None,
    *,
    subject: BuiltImage | BuiltIndex | None = None,
    config_type: str = EMPTY_TYPE,
    layer_type: str = "application/octet-stream",
    content: bytes = b"content",
    annotations: Mapping[str, str] | None = None,
) -> BuiltImage:
    """An artifact of one layer, which refers to `subject` if given."""
    fields: dict[str, Any] = {
        "artifactType": artifact_type,
        "config": descriptor(b"{}", config_type),
        "layers": [descriptor(content, layer_type)],
        "subject": _described(subject) if subject else None,
        "annotations": dict(annotations) if annotations else None,
    }
    stored = BuiltLayer(tar=content, blob=content, compression="none", created_by="")
    return BuiltImage(
        manifest=image([], manifest_fields=fields).manifest,
        manifest_media_type=OCI_MANIFEST,
        config=b"{}",
        layers=(stored,),
        platform=None,
        annotations={},
    )


def cosign_signature(built: BuiltImage | BuiltIndex) -> BuiltImage:
    """What `cosign sign` pushes to the tag that it derives from the digest: the configuration is like an image's."""
    payload = to_json({"critical": {"image": {"docker-manifest-digest": _described(built)["digest"]}}})
    return artifact(config_type="application/vnd.oci.image.config.v1+json", layer_type=SIMPLE_SIGNING, content=payload)


def referrers_index(*artifacts: BuiltImage) -> BuiltIndex:
    """The index under which clients list `artifacts` where a registry has no referrers API."""
    manifests = [referrer(each.manifest, each.manifest_media_type) for each in artifacts]
    body = to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": manifests})
    return BuiltIndex(body=body, media_type=OCI_INDEX, images=artifacts)


def referrers_tag(built: BuiltImage | BuiltIndex) -> str:
    """The tag of the index that lists what refers to `built`."""
    return str(_described(built)["digest"]).replace(":", "-")


def _described(built: BuiltImage | BuiltIndex) -> dict[str, Any]:
    if isinstance(built, BuiltIndex):
        return descriptor(built.body, built.media_type)
    return descriptor(built.manifest, built.manifest_media_type)


def digest(built: BuiltImage | BuiltIndex) -> str:
    """The digest of the manifest or index."""
    return digest_of(built.body if isinstance(built, BuiltIndex) else built.manifest)
