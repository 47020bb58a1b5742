"""What registries hold besides images (image-spec, "Guidelines for Artifact Usage"): names and kinds of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor, Manifest

Kind = Literal["signature", "attestation", "sbom", "provenance", "other"]
"""What an artifact is to the image that it is attached to."""

_IN_TOTO: Final = "application/vnd.in-toto+json"
COSIGN_TAGS: Final[Mapping[str, Kind]] = {".sig": "signature", ".att": "attestation", ".sbom": "sbom"}
"""What cosign puts beside an image, by the end of the tag that it derives from the image's digest."""

_EMPTY_TYPES: Final = frozenset({"", "application/vnd.oci.empty.v1+json", "application/vnd.unknown.config.v1+json"})
_BUNDLE: Final = "application/vnd.dev.sigstore.bundle"
_PREDICATE_KEYS: Final = ("in-toto.io/predicate-type", "dev.sigstore.bundle.predicateType", "predicateType")

# The beginnings of media types, and of what in-toto statements say that they state.
_TYPES: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("application/vnd.dev.cosign.simplesigning.", "signature", "cosign signature"),
    ("application/vnd.dev.cosign.artifact.sig.", "signature", "cosign signature"),
    ("application/vnd.dev.cosign.artifact.sbom.", "sbom", "SBOM"),
    (_BUNDLE, "attestation", "Sigstore bundle"),
    ("application/vnd.cncf.notary.", "signature", "Notary signature"),
    (_IN_TOTO, "attestation", "in-toto attestation"),
    ("application/vnd.in-toto.", "attestation", "in-toto attestation"),
    ("application/vnd.dsse.envelope.", "attestation", "in-toto attestation"),
    ("application/vnd.docker.attestation.manifest.", "attestation", "in-toto attestation"),
    ("application/spdx", "sbom", "SPDX SBOM"),
    ("text/spdx", "sbom", "SPDX SBOM"),
    ("application/vnd.cyclonedx", "sbom", "CycloneDX SBOM"),
    ("application/vnd.syft", "sbom", "Syft SBOM"),
    ("application/vnd.cncf.helm.", "other", "Helm chart"),
    ("application/tar+gzip+helm", "other", "Helm chart"),
    ("application/vnd.wasm.", "other", "WebAssembly module"),
    ("application/vnd.module.wasm.", "other", "WebAssembly module"),
    ("application/wasm", "other", "WebAssembly module"),
    ("application/vnd.cncf.openpolicyagent.", "other", "Open Policy Agent bundle"),
    ("application/vnd.cncf.flux.", "other", "Flux artifact"),
    ("application/vnd.cncf.model.", "other", "model"),
    ("application/vnd.cnai.model.", "other", "model"),
    ("application/vnd.docker.ai.", "other", "model"),
    ("application/vnd.ollama.", "other", "model"),
    ("application/vnd.docker.plugin.", "other", "Docker plugin"),
    ("application/vnd.docker.app.", "other", "Docker Compose application"),
    ("application/vnd.docker.compose.", "other", "Docker Compose application"),
    ("application/vnd.buildkit.cacheconfig.", "other", "BuildKit cache"),
    ("application/vnd.sylabs.sif.", "other", "Singularity image"),
    ("application/vnd.devcontainers", "other", "Dev Container feature or template"),
)
_UNKNOWN: Final[tuple[Kind, str]] = ("other", "artifact")
_LONGEST_TYPE: Final = 255
"""Characters, as many as two names of RFC 6838 and the slash between them can have."""

_PREDICATES: Final[tuple[tuple[str, Kind], ...]] = (
    ("https://slsa.dev/provenance/", "provenance"),
    ("https://spdx.dev/", "sbom"),
    ("https://cyclonedx.org/", "sbom"),
    ("https://sigstore.dev/cosign/sign/", "signature"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Something that is no image. `name` is how people call it, `media_type` what it says it is."""

    kind: Kind
    name: str
    media_type: str

    @property
    def shown_type(self) -> str:
        """The media type, no longer than one can be."""
        return self.media_type[:_LONGEST_TYPE]

    @property
    def phrase(self) -> str:
        """What it is with its article and its media type: `a Helm chart (application/vnd.cncf.helm…)`."""
        # By how it sounds: an SBOM, an SPDX SBOM, an Open Policy Agent bundle, an in-toto attestation.
        article = "an" if self.name.startswith(("a", "i", "O", "SBOM", "SPDX")) else "a"
        return f"{article} {self.name} ({self.shown_type})" if self.media_type else f"{article} {self.name}"


def artifact_of(manifest: Manifest) -> Artifact | None:
    """Return what `manifest` describes where that is no container image.

    Signatures and attestations often carry the configuration of an image, as some registries took nothing else;
    what they are is told by their layers.
    """
    layers = [layer.media_type for layer in manifest.layers]
    if manifest.is_image:
        if not layers or not all(_known(media_type) for media_type in layers):
            return None
        candidates = layers
    else:
        candidates = [manifest.artifact_type or "", manifest.config.media_type, *layers]
    told = [media_type for media_type in candidates if media_type not in _EMPTY_TYPES]
    return _artifact(next(filter(_known, told), next(iter(told), "")), manifest.annotations)


def attached(descriptor: Descriptor) -> Artifact:
    """Return what is behind `descriptor`, which a list of referrers or an attestation has, by what it says itself."""
    if descriptor.is_attestation and not descriptor.artifact_type:
        return Artifact(kind="attestation", name="in-toto attestation", media_type=descriptor.media_type)
    return _artifact(descriptor.artifact_type or descriptor.media_type, descriptor.annotations)


def referrers_tag(digest: Digest) -> str:
    """Return the tag under which referrers of `digest` are listed where there is no API for it (distribution-spec,
    "Referrers Tag Schema"); cosign's own tags begin like that.
    """
    return f"{digest.algorithm[:32]}-{digest.encoded[:64]}"


def _known(media_type: str) -> bool:
    return _kind_and_name(media_type) != _UNKNOWN


def _kind_and_name(media_type: str) -> tuple[Kind, str]:
    lowered = media_type.lower()
    return next(((kind, name) for start, kind, name in _TYPES if lowered.startswith(start)), _UNKNOWN)


def _artifact(media_type: str, annotations: Mapping[str, str] | None) -> Artifact:
    kind, name = _kind_and_name(media_type)
    if kind == "attestation":
        kind = _stated(annotations or {}) or kind
    return Artifact(kind=kind, name=name, media_type=media_type)


def _stated(annotations: Mapping[str, str]) -> Kind | None:
    """Return what kind of thing a statement is about, or a bundle, as its annotations have it."""
    predicate = next((annotations[key] for key in _PREDICATE_KEYS if key in annotations), "")
    if not predicate and annotations.get("dev.sigstore.bundle.content") == "message-signature":
        return "signature"
    return next((kind for start, kind in _PREDICATES if predicate.startswith(start)), None)
