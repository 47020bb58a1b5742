"""What is attached to an image in an OCI layout, and what in a layout is no image of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from imgscope.errors import DocumentError, NotFoundError, UsageError
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor, Index
from imgscope.oci.platform import Platform
from imgscope.sources import open_source
from imgscope.sources._layout_attachments import attached_in_layout, without_attached
from imgscope.sources.abilities import Attached, FindsAttachments
from imgscope.sources.base import SourceOptions
from tests.support.artifacts import (
    SPDX,
    artifact,
    cosign_signature,
    digest,
    referrers_index,
    referrers_tag,
)
from tests.support.image_files import blob_path, write_docker_archive, write_oci_archive, write_oci_layout
from tests.support.images import (
    OCI_INDEX,
    OCI_MANIFEST,
    BuiltImage,
    BuiltIndex,
    attestation,
    descriptor,
    file,
    image,
    index,
    layer,
    to_json,
)
from tests.support.memory import MemorySource

APP = image([layer(file("app", "one"))])
ARM = image([layer(file("app", "arm"))], platform="linux/arm64")
OTHER = image([layer(file("other", "two"))])
SBOM = artifact(SPDX, subject=APP)
AMD64 = Platform(os="linux", architecture="amd64")


def found_in(reference: str) -> Attached:
    source = open_source(reference, SourceOptions())
    assert isinstance(source, FindsAttachments)
    return source.find_attachments(source.resolve(AMD64))


def kinds(attached: Attached) -> list[str]:
    return [each.kind for each in attached.attachments]


def layout_of(path: Path, images: Mapping[str, BuiltImage | BuiltIndex], *unnamed: BuiltImage, **fields: Any) -> str:
    """Write a layout with `images` by tag, and `unnamed` ones after them."""
    write_oci_layout(path, images)
    listed = [
        {**built.descriptor, **({"annotations": {"org.opencontainers.image.ref.name": tag}} if tag else {})}
        for tag, built in images.items()
    ]
    for built in unnamed:
        listed.append({**built.descriptor, **fields})
        for name, content in {**built.documents, **built.blobs}.items():
            target = path / blob_path(name)
            target.write_bytes(content)
    (path / "index.json").write_bytes(to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}))
    return f"oci:{path}"


def saved_by_cosign(name: str, mark: str) -> dict[str, str]:
    """The annotations of what `cosign save` writes."""
    named = {"org.opencontainers.image.ref.name": name} if name else {}
    return {"kind": f"dev.cosignproject.cosign/{mark}", **named}


@pytest.mark.parametrize("form", ["directory", "archive", "docker save"])
def test_C31_buildkit_s_statements_in_the_index_of_the_image_are_found(tmp_path: Path, form: str) -> None:
    attested = {"v1": index(APP, ARM, attested=True)}
    if form == "directory":
        reference = f"oci:{write_oci_layout(tmp_path / 'layout', attested)}"
    elif form == "archive":
        reference = f"oci-archive:{write_oci_archive(tmp_path / 'layout.tar', attested)}"
    else:
        archive = write_oci_archive(tmp_path / "saved.tar", attested)
        reference = f"docker-archive:{archive}"
    (only,) = found_in(reference).attachments
    assert (only.kind, only.digest) == ("provenance", attestation(APP).layers[0].digest)


def test_C31_buildkit_s_statements_beside_the_image_in_index_json_are_found(tmp_path: Path) -> None:
    assert kinds(found_in(layout_of(tmp_path, {"v1": APP}, attestation(APP), attestation(ARM)))) == ["provenance"]


def test_C31_a_docker_archive_of_the_old_form_holds_nothing_attached(tmp_path: Path) -> None:
    archive = write_docker_archive(tmp_path / "old.tar", APP, style="legacy")
    assert found_in(f"docker-archive:{archive}") == Attached()


@pytest.mark.parametrize("fields", [{}, {"artifactType": SPDX}], ids=["plain", "with its type"])
def test_C30_what_refers_to_the_image_is_found(tmp_path: Path, fields: dict[str, str]) -> None:
    attached = found_in(layout_of(tmp_path, {"v1": APP}, SBOM, artifact(SPDX, subject=ARM), **fields))
    assert [(each.kind, each.digest, each.media_type, each.size) for each in attached.attachments] == [
        ("sbom", digest(SBOM), SPDX, len(SBOM.manifest))
    ]


def test_C30_what_refers_to_the_index_of_the_image_is_found(tmp_path: Path) -> None:
    both = index(APP, ARM)
    signature = artifact("application/vnd.cncf.notary.signature", subject=both)
    assert kinds(found_in(layout_of(tmp_path, {"v1": both}, signature))) == ["signature"]


def test_C30_the_tag_of_referrers_counts_in_a_layout_too(tmp_path: Path) -> None:
    listed = referrers_index(SBOM, artifact(subject=APP))
    attached = found_in(layout_of(tmp_path, {"v1": APP, referrers_tag(APP): listed}))
    assert kinds(attached) == ["other", "sbom"]


def test_C31_cosign_s_tags_count_in_a_layout_too(tmp_path: Path) -> None:
    tags = {"v1": APP, f"{referrers_tag(APP)}.sig": cosign_signature(APP), f"{referrers_tag(ARM)}.sig": SBOM}
    attached = found_in(layout_of(tmp_path, tags))
    assert ("signature", digest(cosign_signature(APP))) in [(each.kind, each.digest) for each in attached.attachments]


@pytest.mark.parametrize("name", ["", "example.com/app:1"])
def test_C31_what_cosign_saved_with_the_image_is_found_and_is_no_second_image(tmp_path: Path, name: str) -> None:
    reference = layout_of(tmp_path, {"": APP}, cosign_signature(APP), artifact(SPDX))
    listed = json.loads((tmp_path / "index.json").read_bytes())["manifests"]
    for each, mark in zip(listed, ("image", "sigs", "atts"), strict=True):
        each["annotations"] = saved_by_cosign(name, mark)
    (tmp_path / "index.json").write_bytes(to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}))
    attached = found_in(f"{reference}:{name}" if name else reference)
    assert kinds(attached) == ["attestation", "signature"]


def test_C31_what_cosign_saved_with_another_image_is_not_this_one_s(tmp_path: Path) -> None:
    names = {"v1": APP, "v2": OTHER}
    reference = layout_of(tmp_path, names, cosign_signature(OTHER), annotations=saved_by_cosign("v2", "sigs"))
    assert found_in(f"{reference}:v1") == Attached()
    assert kinds(found_in(f"{reference}:v2")) == ["signature"]


def test_C31_a_layout_that_holds_only_a_part_is_no_failure(tmp_path: Path) -> None:
    reference = layout_of(tmp_path, {"v1": APP}, SBOM, OTHER)
    (tmp_path / blob_path(digest(OTHER))).unlink()
    assert kinds(found_in(f"{reference}:v1")) == ["sbom"]
    (tmp_path / blob_path(digest(SBOM))).unlink()
    assert found_in(f"{reference}:v1") == Attached()


def test_C31_an_altered_manifest_is_a_note(tmp_path: Path) -> None:
    reference = layout_of(tmp_path, {"v1": APP}, SBOM)
    path = tmp_path / blob_path(digest(SBOM))
    path.write_bytes(path.read_bytes().replace(b"spdx", b"SPDX"))
    (note,) = found_in(f"{reference}:v1").notes
    assert "does not match its digest" in note


@pytest.mark.parametrize("fields", [{}, {"artifactType": SPDX}], ids=["plain", "with its type"])
def test_C30_what_is_attached_is_no_second_image_to_choose_from(tmp_path: Path, fields: dict[str, str]) -> None:
    reference = layout_of(tmp_path, {f"{referrers_tag(APP)}.sig": cosign_signature(APP), "": APP}, SBOM, **fields)
    assert open_source(reference, SourceOptions()).resolve(AMD64).digest == digest(APP)


def test_C30_an_index_or_an_image_that_refers_to_the_image_is_attached_as_what_it_says(tmp_path: Path) -> None:
    refers = {"subject": descriptor(APP.manifest, APP.manifest_media_type)}
    listing = BuiltIndex(
        body=to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [], "artifactType": SPDX, **refers}),
        media_type=OCI_INDEX,
        images=(),
    )
    patch = image([layer(file("patch"))], manifest_fields=refers)
    attached = found_in(f"{layout_of(tmp_path, {'v1': APP, 'list': listing}, patch)}:v1")
    assert [(each.kind, each.media_type) for each in attached.attachments] == [
        ("other", OCI_INDEX),
        ("other", OCI_MANIFEST),
    ]


def test_C31_an_attestation_that_is_an_index_is_a_note(tmp_path: Path) -> None:
    nested = index(APP)
    listed = {**nested.descriptor, "annotations": attestation(APP).annotations}
    reference = layout_of(tmp_path, {"v1": APP})
    (tmp_path / blob_path(nested.digest)).write_bytes(nested.body)
    body = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [APP.descriptor, listed]}
    (tmp_path / "index.json").write_bytes(to_json(body))
    (note,) = found_in(reference).notes
    assert note.endswith(f"the attestation manifest {nested.digest} is an index")


def test_C30_a_manifest_that_cannot_be_read_is_an_image_to_choose_from_like_others(tmp_path: Path) -> None:
    reference = layout_of(tmp_path, {"v1": APP, "v2": OTHER})
    (tmp_path / blob_path(digest(OTHER))).unlink()
    with pytest.raises(UsageError, match="holds 2 images: v1, v2"):
        open_source(reference, SourceOptions()).resolve(AMD64)


def test_C30_two_images_are_still_two(tmp_path: Path) -> None:
    reference = layout_of(tmp_path, {"v1": APP, "v2": OTHER}, SBOM)
    with pytest.raises(UsageError, match="holds 2 images: v1, v2"):
        open_source(reference, SourceOptions()).resolve(AMD64)


def test_C28_what_is_attached_can_be_asked_for_by_its_name(tmp_path: Path) -> None:
    name = f"{referrers_tag(APP)}.sig"
    reference = layout_of(tmp_path, {"v1": APP, name: cosign_signature(APP)})
    with pytest.raises(DocumentError, match="is no container image but a cosign signature"):
        open_source(f"{reference}:{name}", SourceOptions()).resolve(AMD64)


def test_a_layout_that_lists_only_artifacts_says_which(tmp_path: Path) -> None:
    reference = layout_of(tmp_path, {"": artifact(SPDX)}, artifactType=SPDX)
    with pytest.raises(DocumentError, match="is no container image but an SPDX SBOM"):
        open_source(reference, SourceOptions()).resolve(AMD64)


def test_C64_a_layout_cannot_make_imgscope_read_without_end() -> None:
    many = tuple(Descriptor(digest=Digest(f"sha256:{number:064}"), size=1) for number in range(3000))
    source = MemorySource(APP)
    read: list[str] = []

    def fetch(wanted: Descriptor) -> bytes:
        read.append(wanted.digest)
        raise NotFoundError("there is none")

    listing = Index(schema_version=2, manifests=many)
    assert attached_in_layout(source.resolve(AMD64), listing, lambda _: [], fetch) == Attached()
    assert len(read) == 256
    assert without_attached(list(many), lambda _: [], fetch) == list(many)
    assert len(read) == 256
