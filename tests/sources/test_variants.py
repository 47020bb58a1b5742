"""Listing the images for all platforms that a name stands for."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from imgscope.errors import DocumentError, LimitError, SourceError
from imgscope.oci.digest import Digest
from imgscope.oci.manifest import Descriptor
from imgscope.sources import open_source
from imgscope.sources._select import TopDocument
from imgscope.sources._together import together
from imgscope.sources._variants import list_variants
from imgscope.sources.abilities import Variant, variants_of
from imgscope.sources.base import SourceOptions
from tests.support.artifacts import SPDX, artifact
from tests.support.image_files import blob_path, write_docker_archive, write_oci_archive, write_oci_layout
from tests.support.images import (
    OCI_INDEX,
    BuiltImage,
    BuiltIndex,
    file,
    image,
    index,
    layer,
    platform_object,
    to_json,
)
from tests.support.memory import MemorySource


def of(platform: str, **fields: Any) -> BuiltImage:
    return image([layer(file("platform", platform * 100))], platform=platform, **fields)


AMD64, ARM64, ARM = of("linux/amd64"), of("linux/arm64"), of("linux/arm/v7")


class Shelf:
    """What a source has, by digest, and what was asked of it, from whatever thread."""

    def __init__(self, *built: BuiltImage | BuiltIndex) -> None:
        self.contents = {digest: body for each in built for digest, body in {**each.documents, **each.blobs}.items()}
        self.fetched: list[str] = []

    def fetch(self, wanted: Descriptor) -> bytes:
        self.fetched.append(wanted.digest)
        if wanted.digest not in self.contents:
            raise SourceError(f"there is no {wanted.digest}")
        return self.contents[wanted.digest]

    def variants(self, body: bytes) -> tuple[Variant, ...]:
        top = TopDocument(body=body, digest=Digest.of(body))
        return list_variants(top, fetch_manifest=self.fetch, fetch_config=self.fetch, reference="app")


def rows(variants: tuple[Variant, ...]) -> list[tuple[str, str, int | None]]:
    return [(str(each.platform), each.digest, each.compressed_size) for each in variants]


def row(built: BuiltImage) -> tuple[str, str, int]:
    assert built.platform is not None
    return (built.platform, built.manifest_digest, sum(len(each.blob) for each in built.layers))


def test_every_platform_is_listed_in_the_order_of_the_index() -> None:
    both = index(ARM64, AMD64, ARM)
    shelf = Shelf(both)
    assert rows(shelf.variants(both.body)) == [row(ARM64), row(AMD64), row(ARM)]
    assert sorted(shelf.fetched) == sorted(each.manifest_digest for each in (ARM64, AMD64, ARM))


def test_C31_attestations_and_artifacts_are_not_listed() -> None:
    attested = index(AMD64, artifact(SPDX), attested=True)
    assert rows(Shelf(attested).variants(attested.body)) == [row(AMD64)]


def test_C34_nested_indexes_are_listed_as_one() -> None:
    inner = index(AMD64, ARM64)
    nested = index(inner, index(ARM, inner))
    shelf = Shelf(nested)
    assert rows(shelf.variants(nested.body)) == [row(AMD64), row(ARM64), row(ARM)]
    assert shelf.fetched.count(inner.digest) == 1


def test_C34_indexes_deeper_than_four_are_refused() -> None:
    deep = index(AMD64)
    for _ in range(4):
        deep = index(deep)
    with pytest.raises(DocumentError, match="is an index of indexes more than 4 deep"):
        Shelf(deep).variants(deep.body)


def test_C6_a_platform_that_the_index_does_not_say_comes_from_the_configuration() -> None:
    silent = of("linux/s390x", listed_platform=False)
    mixed = index(AMD64, silent)
    shelf = Shelf(mixed)
    assert [each.platform.architecture for each in shelf.variants(mixed.body)] == ["amd64", "s390x"]
    assert silent.config_digest in shelf.fetched
    assert AMD64.config_digest not in shelf.fetched


def test_a_single_image_is_one_platform() -> None:
    shelf = Shelf(ARM64)
    assert rows(shelf.variants(ARM64.manifest)) == [row(ARM64)]
    assert shelf.fetched == [ARM64.config_digest]


def test_an_image_whose_manifest_is_missing_is_listed_with_the_reason() -> None:
    both = index(AMD64, ARM64)
    shelf = Shelf(both)
    del shelf.contents[ARM64.manifest_digest]
    present, missing = shelf.variants(both.body)
    assert present.problem is None
    assert (str(missing.platform), missing.compressed_size) == ("linux/arm64", None)
    assert missing.problem == f"there is no {ARM64.manifest_digest}"


def test_C29_a_manifest_that_is_altered_is_listed_with_the_reason() -> None:
    both = index(AMD64, ARM64)
    shelf = Shelf(both)
    shelf.contents[AMD64.manifest_digest] += b" "
    assert "bytes instead of" in (shelf.variants(both.body)[0].problem or "")


def test_C28_what_is_no_image_is_refused_by_its_name() -> None:
    with pytest.raises(DocumentError, match="app is no container image but an SPDX SBOM"):
        Shelf().variants(artifact(SPDX).manifest)
    empty = index()
    with pytest.raises(DocumentError, match="app is an index that lists nothing"):
        Shelf().variants(empty.body)


def test_C64_an_index_cannot_make_imgscope_fetch_without_end() -> None:
    listed = [
        {**AMD64.descriptor, "digest": f"sha256:{number:064}", "platform": platform_object("linux/amd64")}
        for number in range(1000)
    ]
    shelf = Shelf()
    with pytest.raises(LimitError, match="more than the 256 images"):
        shelf.variants(to_json({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}))
    assert shelf.fetched == []


@pytest.mark.parametrize("form", ["oci", "oci-archive", "docker-archive"])
def test_every_file_that_holds_an_index_lists_its_platforms(tmp_path: Path, form: str) -> None:
    images = {"v1": index(AMD64, ARM64, attested=True)}
    path = tmp_path / "image"
    path = write_oci_layout(path, images) if form == "oci" else write_oci_archive(path, images)
    assert rows(variants_of(open_source(f"{form}:{path}", SourceOptions()))) == [row(AMD64), row(ARM64)]


def test_a_docker_archive_of_the_old_form_is_one_platform(tmp_path: Path) -> None:
    archive = write_docker_archive(tmp_path / "old.tar", ARM64, style="legacy")
    (only,) = variants_of(open_source(f"docker-archive:{archive}", SourceOptions()))
    assert str(only.platform) == "linux/arm64"
    assert only.compressed_size == sum(len(each.tar) for each in ARM64.layers)


def test_a_layout_without_one_of_its_images_lists_it_all_the_same(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path, {"v1": index(AMD64, ARM64)})
    (path / blob_path(ARM64.manifest_digest)).unlink()
    assert [each.compressed_size is None for each in variants_of(open_source(f"oci:{path}", SourceOptions()))] == [
        False,
        True,
    ]


def test_images_that_a_layout_lists_without_an_index_are_platforms_of_one(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path, {"": AMD64})
    write_oci_layout(path, {"": ARM64})
    manifests = [AMD64.descriptor, ARM64.descriptor]
    (path / "index.json").write_bytes(json.dumps({"schemaVersion": 2, "manifests": manifests}).encode())
    assert rows(variants_of(open_source(f"oci:{path}", SourceOptions()))) == [row(AMD64), row(ARM64)]


def test_a_source_that_knows_of_no_others_has_one_platform() -> None:
    assert rows(variants_of(MemorySource(ARM64))) == [row(ARM64)]


def test_things_are_done_at_once_and_come_back_in_order() -> None:
    barrier = threading.Barrier(3, timeout=30)

    def wait_for_the_others(number: int) -> int:
        barrier.wait()
        return number * 2

    assert together(wait_for_the_others, range(3), threads=3) == [0, 2, 4]
    assert together(str, range(100), threads=4) == [str(number) for number in range(100)]
    assert together(str, [], threads=4) == []


def test_what_one_of_several_raises_is_raised() -> None:
    def fail(number: int) -> int:
        raise SourceError(f"number {number}")

    with pytest.raises(SourceError, match="number 0"):
        together(fail, [0], threads=2)
