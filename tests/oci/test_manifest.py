"""Manifests, indexes and descriptors."""

from __future__ import annotations

from typing import Any

import pytest

from imgscope.errors import DocumentError
from imgscope.oci.manifest import (
    ACCEPTED,
    DOCKER_CONFIG,
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
    Index,
    Manifest,
    canonical_type,
    parse_manifest,
)
from tests.support.images import BuiltImage, Media, attestation, descriptor, file, image, index, layer, to_json

LAYERS = [layer(file("a", "1")), layer(file("b", "22"), compression="zstd"), layer(file("c", "3"), compression="none")]
APP = image(LAYERS)
DOCKER = image(LAYERS, media="docker")


def without_type(built: BuiltImage, **fields: Any) -> bytes:
    """Give the image's manifest without its media type."""
    return image(built.layers, manifest_fields={"mediaType": None, **fields}).manifest


@pytest.mark.parametrize(("media", "manifest_type"), [("oci", OCI_MANIFEST), ("docker", DOCKER_MANIFEST)])
def test_a_manifest_is_its_configuration_and_its_layers(media: Media, manifest_type: str) -> None:
    built = image(LAYERS, media=media)
    manifest = parse_manifest(built.manifest, manifest_type)
    assert isinstance(manifest, Manifest)
    assert manifest.config.digest == built.config_digest
    assert [each.digest for each in manifest.layers] == [each.digest for each in LAYERS]
    assert manifest.compressed_size == sum(len(each.blob) for each in LAYERS)
    assert manifest.is_image
    assert canonical_type(manifest) == manifest_type


@pytest.mark.parametrize(("media", "index_type"), [("oci", OCI_INDEX), ("docker", DOCKER_INDEX)])
def test_an_index_lists_images_with_their_platforms(media: Media, index_type: str) -> None:
    parsed = parse_manifest(index(APP, image(LAYERS, platform="linux/arm/v7"), media=media).body, index_type)
    assert isinstance(parsed, Index)
    assert [str(each.platform) for each in parsed.manifests] == ["linux/amd64", "linux/arm/v7"]
    assert canonical_type(parsed) == index_type


def test_C15_the_parameters_of_a_content_type_are_ignored() -> None:
    assert isinstance(parse_manifest(APP.manifest, f"{OCI_MANIFEST.upper()}; charset=utf-8"), Manifest)


@pytest.mark.parametrize("extra", [{"layers": []}, {"config": {}}, {"config": None}])
def test_C25_a_document_that_is_manifest_and_index_at_once_is_refused(extra: dict[str, Any]) -> None:
    document = to_json({"schemaVersion": 2, "manifests": [], **extra})
    for media_type in (None, *ACCEPTED):
        with pytest.raises(DocumentError, match="could be read as two different images"):
            parse_manifest(document, media_type)


@pytest.mark.parametrize("sent", [each for each in ACCEPTED if each != OCI_MANIFEST])
def test_C25_a_body_that_contradicts_its_content_type_is_refused(sent: str) -> None:
    with pytest.raises(DocumentError) as failed:
        parse_manifest(APP.manifest, sent)
    assert failed.value.message == f"the manifest says it is {OCI_MANIFEST!r} but was sent as {sent!r}"


def test_C25_layers_sent_as_an_index_are_refused() -> None:
    with pytest.raises(DocumentError, match="missing required field `manifests`"):
        parse_manifest(without_type(APP), OCI_INDEX)
    with pytest.raises(DocumentError, match="missing required field `config`"):
        parse_manifest(b'{"schemaVersion": 2, "config": null, "layers": null}')
    with pytest.raises(DocumentError, match="missing required field `config`"):
        parse_manifest(to_json({"schemaVersion": 2, "manifests": []}), OCI_MANIFEST)


@pytest.mark.parametrize(
    "sent", [None, "", "text/plain", "application/json; charset=utf-8", "application/octet-stream"]
)
def test_C26_a_missing_media_type_is_told_from_the_content(sent: str | None) -> None:
    manifest = parse_manifest(without_type(APP), sent)
    assert canonical_type(manifest) == OCI_MANIFEST
    listed = parse_manifest(to_json({"schemaVersion": 2, "manifests": []}), sent)
    assert canonical_type(listed) == OCI_INDEX


def test_C26_the_type_of_the_configuration_tells_dockers_manifests() -> None:
    manifest = parse_manifest(without_type(APP, config=descriptor(APP.config, DOCKER_CONFIG)))
    assert canonical_type(manifest) == DOCKER_MANIFEST


@pytest.mark.parametrize(
    ("document", "sent"),
    [
        ({"schemaVersion": 1, "fsLayers": [], "history": []}, None),
        ({"schemaVersion": 1, "fsLayers": []}, "text/plain"),
        ({"schemaVersion": 1}, "application/vnd.docker.distribution.manifest.v1+prettyjws"),
        ({"schemaVersion": 1}, "application/vnd.docker.distribution.manifest.v1+json"),
    ],
)
def test_C27_schema_1_is_refused_with_what_to_do(document: dict[str, Any], sent: str | None) -> None:
    with pytest.raises(DocumentError) as failed:
        parse_manifest(to_json(document), sent)
    assert failed.value.message.startswith("the image has a Docker schema 1 manifest")
    assert failed.value.hint == "push the image again with a current docker, buildah or skopeo"


def test_C28_an_artifact_is_parsed_and_known_to_be_no_image() -> None:
    chart = image(LAYERS, manifest_fields={"config": descriptor(b"{}", "application/vnd.cncf.helm.config.v1+json")})
    manifest = parse_manifest(chart.manifest)
    assert isinstance(manifest, Manifest)
    assert not manifest.is_image


def test_C28_layers_of_unknown_types_are_no_error() -> None:
    odd = {**descriptor(b"", "application/vnd.example.unheard.of"), "urls": ["https://example.com"], "annotations": {}}
    manifest = parse_manifest(image([], manifest_fields={"layers": [odd]}).manifest)
    assert isinstance(manifest, Manifest)
    assert manifest.layers[0].urls == ("https://example.com",)


@pytest.mark.parametrize("layers", ["[]", "null", None])
def test_C28_an_artifact_may_have_no_layers_however_that_is_written(layers: str | None) -> None:
    """Go writes an empty list as null; some clients leave it out (image-spec, issues 1013 and 1025)."""
    config = descriptor(b"{}", "application/vnd.example.sbom")
    written = f', "layers": {layers}' if layers else ""
    nulls = '"mediaType": null, "subject": null, "annotations": null'
    body = f'{{"schemaVersion": 2, {nulls}, "config": {to_json(config).decode()}{written}}}'
    manifest = parse_manifest(body.encode(), OCI_MANIFEST)
    assert isinstance(manifest, Manifest)
    assert (manifest.layers, manifest.is_image) == ((), False)


@pytest.mark.parametrize("sent", [None, OCI_INDEX])
def test_an_index_may_list_nothing_in_the_way_of_Go(sent: str | None) -> None:
    parsed = parse_manifest(b'{"schemaVersion": 2, "manifests": null}', sent)
    assert isinstance(parsed, Index)
    assert parsed.manifests == ()


def test_C31_attestations_are_told_by_annotation_and_by_platform() -> None:
    by_both = attestation(APP).descriptor
    by_annotation = {**by_both, "platform": {"os": "linux", "architecture": "amd64"}}
    by_platform = {**by_both, "annotations": None}
    other = {**APP.descriptor, "annotations": {"vnd.docker.reference.type": "other"}}
    parsed = parse_manifest(to_json({"schemaVersion": 2, "manifests": [by_both, by_annotation, by_platform, other]}))
    assert isinstance(parsed, Index)
    assert [each.is_attestation for each in parsed.manifests] == [True, True, True, False]


def test_C34_an_index_may_list_indexes() -> None:
    parsed = parse_manifest(index(index(APP), APP).body)
    assert isinstance(parsed, Index)
    assert [each.is_index for each in parsed.manifests] == [True, False]


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1"])
def test_what_is_no_object_is_no_manifest(body: bytes) -> None:
    with pytest.raises(DocumentError, match="the manifest is malformed: expected a JSON object"):
        parse_manifest(body)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"config": None}, "missing required field `config`"),
        ({"layers": {}}, r"Expected `array`, got `object` - at `\$\.layers`"),
        ({"layers": [{"digest": "sha256:" + "0" * 64}]}, r"missing required field `size` - at `\$\.layers\[0\]`"),
        ({"layers": [descriptor(b"", "x") | {"size": -1}]}, r"Expected `int` >= 0 - at `\$\.layers\[0\]\.size`"),
        ({"layers": [descriptor(b"", "x") | {"digest": "../x"}]}, r"is not a digest.* at `\$\.layers\[0\]\.digest`"),
        ({"layers": [descriptor(b"", "x") | {"size": 1e30}]}, "size"),
        ({"annotations": {"a": 1}}, r"Expected `str`, got `int` - at `\$\.annotations"),
    ],
)
def test_a_malformed_manifest_says_where(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(DocumentError, match=complaint):
        parse_manifest(image(LAYERS, manifest_fields=fields).manifest)


def test_media_types_that_images_have_are_known_by_both_their_names() -> None:
    for media_type in (OCI_CONFIG, DOCKER_CONFIG):
        manifest = parse_manifest(without_type(APP, config=descriptor(APP.config, media_type)))
        assert isinstance(manifest, Manifest)
        assert manifest.is_image
    assert isinstance(parse_manifest(DOCKER.manifest), Manifest)
