"""From an index to the image for one platform."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from imgscope.errors import DocumentError, IntegrityError, LimitError, NotFoundError
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.sources._select import TopDocument, resolve_head
from imgscope.sources.base import ImageHead
from tests.support.artifacts import SPDX, artifact, cosign_signature, referrers_index
from tests.support.images import (
    OCI_INDEX,
    BuiltImage,
    BuiltIndex,
    attestation,
    descriptor,
    digest_of,
    file,
    image,
    index,
    layer,
    platform_object,
    to_json,
)


def of(platform: str, **fields: Any) -> BuiltImage:
    return image([layer(file("platform", platform))], platform=platform, **fields)


AMD64, ARM64, I386 = of("linux/amd64"), of("linux/arm64"), of("linux/386")
SILENT_AMD64, SILENT_ARM64 = of("linux/amd64", listed_platform=False), of("linux/arm64", listed_platform=False)


class Shelf:
    """What a source has, by digest, and what was asked of it."""

    def __init__(self, *built: BuiltImage | BuiltIndex) -> None:
        self.contents = {digest: body for each in built for digest, body in {**each.documents, **each.blobs}.items()}
        self.fetched: list[str] = []

    def fetch(self, wanted: Descriptor) -> bytes:
        self.fetched.append(wanted.digest)
        return self.contents[wanted.digest]

    def resolve(self, body: bytes, platform: str | None = "linux/amd64", media_type: str | None = None) -> ImageHead:
        return resolve_head(
            TopDocument(body=body, digest=Digest(digest_of(body)), media_type=media_type),
            Platform.parse(platform) if platform else None,
            fetch_manifest=self.fetch,
            fetch_config=self.fetch,
            reference="app",
            source="shelf",
        )


def listing(manifests: Sequence[Mapping[str, Any]]) -> bytes:
    return to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": list(manifests)})


def test_a_single_image_needs_only_its_configuration() -> None:
    shelf = Shelf(AMD64)
    head = shelf.resolve(AMD64.manifest)
    assert (head.digest, head.index_digest, head.notes) == (AMD64.manifest_digest, None, ())
    assert shelf.fetched == [AMD64.config_digest]


@pytest.mark.parametrize(("platform", "expected"), [("linux/amd64", AMD64), ("linux/arm64/v8", ARM64)])
def test_an_index_takes_two_fetches_more(platform: str, expected: BuiltImage) -> None:
    both = index(AMD64, ARM64)
    shelf = Shelf(both)
    head = shelf.resolve(both.body, platform)
    assert (head.digest, head.index_digest) == (expected.manifest_digest, both.digest)
    assert shelf.fetched == [expected.manifest_digest, expected.config_digest]
    assert [str(each) for each in head.available_platforms] == ["linux/amd64", "linux/arm64"]


def test_C4_a_fallback_to_another_architecture_is_said() -> None:
    only = index(I386, ARM64)
    assert Shelf(only).resolve(only.body).notes == ("there is no image for linux/amd64: showing the one for linux/386",)


def test_a_single_image_for_another_platform_than_asked_is_said() -> None:
    assert Shelf(ARM64).resolve(ARM64.manifest).notes == (
        "there is no image for linux/amd64: showing the one for linux/arm64",
    )


def test_a_single_image_is_taken_as_it_is_where_no_platform_was_asked_for() -> None:
    other = of("linux/s390x")
    assert Shelf(other).resolve(other.manifest, None).notes == ()


def test_no_variant_for_the_platform_lists_those_there_are() -> None:
    both = index(AMD64, ARM64, attested=True)
    with pytest.raises(NotFoundError) as failed:
        Shelf(both).resolve(both.body, "linux/riscv64")
    assert failed.value.message == ("the image app has no variant for linux/riscv64; it has: linux/amd64, linux/arm64")
    assert failed.value.hint == "choose one of them with --platform"


@pytest.mark.parametrize("order", [1, -1])
def test_C6_attestations_are_never_chosen(order: int) -> None:
    attested = index(ARM64, attested=True)
    manifests = json.loads(attested.body)["manifests"][::order]
    head = Shelf(attested).resolve(listing(manifests), "linux/arm64")
    assert head.digest == ARM64.manifest_digest
    with pytest.raises(NotFoundError, match=r"it has: linux/arm64$"):
        Shelf(attested).resolve(listing(manifests), "unknown/unknown")


def test_C6_the_only_image_of_an_index_needs_no_platform() -> None:
    only = index(SILENT_ARM64)
    head = Shelf(only).resolve(only.body)
    assert head.digest == SILENT_ARM64.manifest_digest
    assert head.notes == ("there is no image for linux/amd64: showing the one for linux/arm64",)


def test_C6_a_descriptor_with_no_platform_takes_it_from_its_config() -> None:
    silent = index(SILENT_AMD64, SILENT_ARM64)
    shelf = Shelf(silent)
    head = shelf.resolve(silent.body, "linux/arm64")
    assert head.digest == SILENT_ARM64.manifest_digest
    assert [str(each) for each in head.available_platforms] == ["linux/amd64", "linux/arm64"]


def test_C6_configurations_are_asked_in_order_until_one_suits() -> None:
    silent = index(SILENT_AMD64, SILENT_ARM64)
    shelf = Shelf(silent)
    assert shelf.resolve(silent.body, "linux/amd64").digest == SILENT_AMD64.manifest_digest
    assert SILENT_ARM64.manifest_digest not in shelf.fetched


def test_C6_a_named_platform_and_one_from_a_config_compete_in_order() -> None:
    mixed = index(I386, SILENT_AMD64, ARM64)
    assert Shelf(mixed).resolve(mixed.body).digest == SILENT_AMD64.manifest_digest


def test_C6_an_artifact_without_a_platform_is_passed_over() -> None:
    chart = image([], listed_platform=False, manifest_fields={"config": descriptor(b"{}", "application/vnd.cncf.helm")})
    mixed = index(chart, SILENT_AMD64)
    assert Shelf(mixed).resolve(mixed.body).digest == SILENT_AMD64.manifest_digest


def test_an_index_cannot_make_imgscope_fetch_without_end() -> None:
    silent = [
        image([layer(file("n", str(number)))], platform=f"linux/a{number}", listed_platform=False)
        for number in range(60)
    ]
    many = index(*silent)
    shelf = Shelf(many)
    with pytest.raises(NotFoundError):
        shelf.resolve(many.body)
    assert len(shelf.fetched) == 64


def nested(built: BuiltImage | BuiltIndex, depth: int) -> BuiltIndex:
    made = index(built)
    for _ in range(depth - 1):
        made = index(made)
    return made


def test_C34_indexes_may_be_four_deep() -> None:
    deep = nested(AMD64, 4)
    assert Shelf(deep).resolve(deep.body).digest == AMD64.manifest_digest


def test_C34_indexes_deeper_than_four_are_refused() -> None:
    deep = nested(AMD64, 5)
    with pytest.raises(DocumentError, match="is an index of indexes more than 4 deep"):
        Shelf(deep).resolve(deep.body)


def test_C64_indexes_beside_each_other_cannot_make_imgscope_fetch_without_end() -> None:
    many = index(*(index(of("plan9/mips", config_fields={"author": str(number)})) for number in range(300)))
    shelf = Shelf(many)
    with pytest.raises(LimitError, match="leads to more than the 256 manifests that are read to find one") as caught:
        shelf.resolve(many.body)
    assert len(shelf.fetched) == 256
    assert caught.value.hint == "name the image that is meant by its digest"


def test_C34_of_several_nested_indexes_the_one_that_has_the_platform_is_found_once() -> None:
    first, second = index(I386, of("linux/s390x")), index(ARM64, of("linux/riscv64"))
    top = index(first, second, first)
    shelf = Shelf(top)
    assert shelf.resolve(top.body, "linux/arm64").digest == ARM64.manifest_digest
    assert shelf.fetched.count(first.digest) == 1
    with pytest.raises(NotFoundError, match=r"it has: linux/386, linux/s390x, linux/arm64, linux/riscv64$"):
        shelf.resolve(top.body, "linux/ppc64le")


def test_C5_windows_images_are_told_apart_by_their_version() -> None:
    builds = [
        of("windows/amd64", config_fields={"os.version": version}) for version in ("10.0.17763.1", "10.1.20348.2")
    ]
    manifests = [
        {**each.descriptor, "platform": {**platform_object("windows/amd64"), "os.version": version}}
        for each, version in zip(builds, ("10.0.17763.1", "10.1.20348.2"), strict=True)
    ]
    shelf = Shelf(*builds)
    top = TopDocument(body=listing(manifests), digest=Digest(digest_of(listing(manifests))))
    head = resolve_head(
        top,
        Platform(os="windows", architecture="amd64", os_version="10.1.20348.9"),
        fetch_manifest=shelf.fetch,
        fetch_config=shelf.fetch,
        reference="app",
        source="shelf",
    )
    assert head.digest == builds[1].manifest_digest


@pytest.mark.parametrize(
    ("built", "message", "hint"),
    [
        (
            artifact(config_type="application/vnd.cncf.helm.config.v1+json"),
            "app is no container image but a Helm chart (application/vnd.cncf.helm.config.v1+json)",
            "imgscope reads container images; helm show all oci://NAME reads a chart",
        ),
        (
            cosign_signature(AMD64),
            "app is no container image but a cosign signature (application/vnd.dev.cosign.simplesigning.v1+json)",
            "name the image that it belongs to, to see what is attached to that",
        ),
        (
            artifact("application/vnd.example.thing"),
            "app is no container image but an artifact (application/vnd.example.thing)",
            "imgscope reads container images; other artifacts are fetched with: oras pull NAME",
        ),
    ],
)
def test_C28_an_artifact_is_reported_as_what_it_is(built: BuiltImage, message: str, hint: str) -> None:
    with pytest.raises(DocumentError) as failed:
        Shelf(built).resolve(built.manifest)
    assert (failed.value.message, failed.value.hint, failed.value.exit_code) == (message, hint, 3)


def test_C28_an_index_of_artifacts_only_says_what_it_lists() -> None:
    others = (artifact(f"application/vnd.example.{number}") for number in range(3))
    listed = referrers_index(artifact(SPDX), artifact(SPDX, content=b"2"), *others)
    shelf = Shelf(listed)
    with pytest.raises(DocumentError) as failed:
        shelf.resolve(listed.body)
    assert failed.value.message == (
        "app lists no container image but an SPDX SBOM (application/spdx+json), "
        "an artifact (application/vnd.example.0), an artifact (application/vnd.example.1) and more"
    )
    assert shelf.fetched == []


def test_C28_an_index_of_attestations_only_says_so() -> None:
    only = index(attestation(AMD64))
    with pytest.raises(DocumentError, match=r"app lists no container image but an in-toto attestation \("):
        Shelf(only).resolve(only.body)


def test_C28_an_empty_index_says_so() -> None:
    with pytest.raises(DocumentError, match="app is an index that lists nothing"):
        Shelf().resolve(listing([]))


def test_C31_the_attestations_of_the_image_are_told_and_no_others() -> None:
    both = index(AMD64, ARM64, attested=True)
    head = Shelf(both).resolve(both.body, "linux/arm64")
    assert [each.digest for each in head.attestations] == [attestation(ARM64).manifest_digest]


def test_C31_attestations_are_found_in_nested_indexes() -> None:
    nest = index(index(AMD64, attested=True), index(ARM64, attested=True))
    head = Shelf(nest).resolve(nest.body, "linux/arm64")
    assert [each.digest for each in head.attestations] == [attestation(ARM64).manifest_digest]


def test_C29_a_configuration_that_is_included_is_not_fetched() -> None:
    included = {**descriptor(AMD64.config, "application/vnd.oci.image.config.v1+json")}
    included["data"] = base64.b64encode(AMD64.config).decode()
    built = image(AMD64.layers, manifest_fields={"config": included})
    shelf = Shelf()
    assert shelf.resolve(built.manifest).config.platform == Platform.parse("linux/amd64")
    assert shelf.fetched == []


def test_C29_a_manifest_that_is_included_is_not_fetched() -> None:
    included = {**AMD64.descriptor, "data": base64.b64encode(AMD64.manifest).decode()}
    shelf = Shelf(AMD64)
    shelf.resolve(listing([included]))
    assert shelf.fetched == [AMD64.config_digest]


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (base64.b64encode(AMD64.manifest[:-1]).decode(), IntegrityError, "bytes instead of"),
        (base64.b64encode(AMD64.manifest[:-1] + b" ").decode(), IntegrityError, "does not match its digest"),
        ("not base64!", DocumentError, "is included as data that are not base64"),
        ("ünïcode", DocumentError, "is included as data that are not base64"),
    ],
)
def test_C29_included_data_must_equal_digest_and_size(data: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Shelf(AMD64).resolve(listing([{**AMD64.descriptor, "data": data}]))


@pytest.mark.parametrize("which", ["manifest_digest", "config_digest"])
def test_C29_size_is_checked_before_the_digest(which: str) -> None:
    only = index(AMD64)
    shelf = Shelf(only)
    digest = getattr(AMD64, which)
    shelf.contents[digest] += b" "
    with pytest.raises(IntegrityError, match=r"has [0-9]+ bytes instead of the [0-9]+ it should have"):
        shelf.resolve(only.body)
    shelf.contents[digest] = bytes(len(shelf.contents[digest]) - 1)
    with pytest.raises(IntegrityError, match="does not match its digest"):
        shelf.resolve(only.body)


def test_C25_a_manifest_listed_as_an_index_is_refused() -> None:
    with pytest.raises(DocumentError, match="but was sent as"):
        Shelf(AMD64).resolve(listing([{**AMD64.descriptor, "mediaType": OCI_INDEX}]))
