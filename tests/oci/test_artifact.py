"""What is no image has a name that people know."""

from __future__ import annotations

import pytest

from imgscope.oci.artifact import Artifact, artifact_of, attached, referrers_tag
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import OCI_CONFIG, OCI_MANIFEST, Descriptor, Manifest, parse_manifest
from tests.support.artifacts import EMPTY_TYPE, NOTATION, SIMPLE_SIGNING, SPDX, artifact, cosign_signature
from tests.support.images import BuiltImage, attestation, file, image, layer

APP = image([layer(file("app", "1"))])
DIGEST = Digest(APP.manifest_digest)
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def told(built: BuiltImage) -> Artifact | None:
    manifest = parse_manifest(built.manifest)
    assert isinstance(manifest, Manifest)
    return artifact_of(manifest)


def listed(artifact_type: str, annotations: dict[str, str] | None = None) -> Artifact:
    described = Descriptor(
        digest=DIGEST, size=1, media_type=OCI_MANIFEST, artifact_type=artifact_type, annotations=annotations
    )
    return attached(described)


@pytest.mark.parametrize(
    ("built", "phrase"),
    [
        (
            artifact(config_type="application/vnd.cncf.helm.config.v1+json"),
            "a Helm chart (application/vnd.cncf.helm.config.v1+json)",
        ),
        (
            artifact(config_type="application/vnd.wasm.config.v1+json"),
            "a WebAssembly module (application/vnd.wasm.config.v1+json)",
        ),
        (
            artifact(config_type="application/vnd.unknown.config.v1+json", layer_type="application/wasm"),
            "a WebAssembly module (application/wasm)",
        ),
        (cosign_signature(APP), f"a cosign signature ({SIMPLE_SIGNING})"),
        (attestation(APP), "an in-toto attestation (application/vnd.in-toto+json)"),
        (artifact(SPDX), f"an SPDX SBOM ({SPDX})"),
        (artifact(layer_type="application/vnd.cyclonedx+json"), "a CycloneDX SBOM (application/vnd.cyclonedx+json)"),
        (artifact(NOTATION), f"a Notary signature ({NOTATION})"),
        (artifact("application/vnd.example.thing"), "an artifact (application/vnd.example.thing)"),
        (artifact(layer_type="text/markdown"), "an artifact (text/markdown)"),
        (artifact(layer_type=""), "an artifact"),
    ],
)
def test_C28_an_artifact_is_called_what_it_is(built: BuiltImage, phrase: str) -> None:
    found = told(built)
    assert found is not None
    assert found.phrase == phrase


@pytest.mark.parametrize("layer_type", ["application/vnd.example.unheard.of", "application/vnd.oci.image.layer.v1.tar"])
def test_C28_what_has_the_configuration_of_an_image_and_layers_of_unknown_types_is_an_image(layer_type: str) -> None:
    assert told(artifact(config_type=OCI_CONFIG, layer_type=layer_type)) is None
    assert told(image([])) is None


def test_C28_a_type_is_no_longer_than_a_type_can_be() -> None:
    found = told(artifact("x" * 100_000))
    assert found is not None
    assert len(found.shown_type) == 255
    assert len(found.phrase) < 300


@pytest.mark.parametrize(
    ("predicate", "kind"),
    [
        ("https://slsa.dev/provenance/v0.2", "provenance"),
        ("https://slsa.dev/provenance/v1", "provenance"),
        ("https://spdx.dev/Document", "sbom"),
        ("https://cyclonedx.org/bom/v1.4", "sbom"),
        ("https://example.com/slsa.dev/provenance/", "attestation"),
        ("", "attestation"),
    ],
)
@pytest.mark.parametrize("key", ["in-toto.io/predicate-type", "dev.sigstore.bundle.predicateType"])
def test_C31_a_statement_is_what_its_predicate_says(key: str, predicate: str, kind: str) -> None:
    assert listed("application/vnd.in-toto+json", {key: predicate}).kind == kind
    assert listed(BUNDLE, {key: predicate}).kind == kind


@pytest.mark.parametrize(
    ("annotations", "kind"),
    [
        ({"dev.sigstore.bundle.predicateType": "https://sigstore.dev/cosign/sign/v1"}, "signature"),
        ({"dev.sigstore.bundle.content": "message-signature"}, "signature"),
        ({"dev.sigstore.bundle.content": "dsse-envelope"}, "attestation"),
        (None, "attestation"),
    ],
)
def test_C31_a_sigstore_bundle_is_a_signature_or_an_attestation(annotations: dict[str, str] | None, kind: str) -> None:
    assert listed(BUNDLE, annotations).kind == kind


def test_C31_a_predicate_does_not_turn_something_else_into_a_signature() -> None:
    hostile = {"in-toto.io/predicate-type": "https://sigstore.dev/cosign/sign/v1"}
    assert listed("application/vnd.example.thing", hostile).kind == "other"
    assert listed(SPDX, hostile).kind == "sbom"


def test_what_is_listed_without_a_type_of_artifact_has_that_of_its_manifest() -> None:
    assert listed("") == Artifact(kind="other", name="artifact", media_type=OCI_MANIFEST)
    assert listed(EMPTY_TYPE).media_type == EMPTY_TYPE


def test_C30_the_tag_of_referrers_is_the_digest_with_a_dash() -> None:
    assert referrers_tag(DIGEST) == f"sha256-{DIGEST.encoded}"
    assert len(referrers_tag(Digest("sha512:" + "0" * 128))) == len("sha512-") + 64
