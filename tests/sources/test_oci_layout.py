"""Images in an OCI layout, a directory or a tar of one."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from imgscope.errors import DocumentError, IntegrityError, LimitError, NotFoundError, SourceError, UsageError
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.sources import open_source
from imgscope.sources._files import DirectoryFiles, read_file
from imgscope.sources.base import ImageHead, ImageSource, SourceOptions
from tests.support.image_files import (
    blob_path,
    oci_layout_files,
    write_docker_archive,
    write_oci_archive,
    write_oci_layout,
)
from tests.support.images import BuiltImage, file, image, index, layer, step, tar, to_json

APP = image([layer(file("app", "one")), step('CMD ["app"]'), layer(file("data", "two"), compression="zstd")])
OTHER = image([layer(file("other", "three"), compression="none")])
ARM = image([layer(file("app", "arm"))], platform="linux/arm64/v8")
AMD64 = Platform(os="linux", architecture="amd64")


def opened(reference: str) -> ImageSource:
    return open_source(reference, SourceOptions())


def resolved(reference: str, platform: Platform | None = AMD64) -> ImageHead:
    return opened(reference).resolve(platform)


def blob(source: ImageSource, descriptor: Descriptor, start: int = 0, length: int | None = None) -> bytes:
    with source.open_blob(descriptor, start, length) as pieces:
        return b"".join(pieces)


def rewrite_index(layout: Path, manifests: Iterable[object]) -> None:
    (layout / "index.json").write_bytes(to_json({"schemaVersion": 2, "manifests": list(manifests)}))


@pytest.fixture(params=["directory", "archive"])
def single(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same layout of one image, in both its forms, as a user names it."""
    if request.param == "directory":
        return f"oci:{write_oci_layout(tmp_path / 'layout', {'v1': APP})}"
    return f"oci-archive:{write_oci_archive(tmp_path / 'layout.tar', {'v1': APP})}"


def test_C49_the_only_image_of_a_layout_needs_no_name(single: str) -> None:
    head = resolved(single)
    assert head.digest == APP.manifest_digest
    assert head.index_digest is None
    assert head.reference == single
    assert head.source == single.partition(":")[0]
    assert [each.digest for each in head.manifest.layers] == [built.digest for built in APP.layers]


def test_C49_an_image_is_found_by_the_tag_in_its_annotation(single: str) -> None:
    assert resolved(f"{single}:v1").digest == APP.manifest_digest


def test_every_blob_is_handed_out_as_it_is_stored(single: str) -> None:
    source = opened(single)
    head = source.resolve(AMD64)
    assert [blob(source, each) for each in head.manifest.layers] == [built.blob for built in APP.layers]


@pytest.mark.parametrize(("start", "length"), [(0, 7), (5, 20), (9, None), (3, 100_000), (100_000, None)])
def test_a_part_of_a_blob_can_be_read(single: str, start: int, length: int | None) -> None:
    source = opened(single)
    lowest = source.resolve(AMD64).manifest.layers[0]
    end = None if length is None else start + length
    assert blob(source, lowest, start, length) == APP.layers[0].blob[start:end]


def test_a_layout_directory_is_recognised_without_a_scheme(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    assert resolved(str(path)).source == "oci"


def test_a_layout_archive_is_recognised_by_its_content(tmp_path: Path) -> None:
    path = write_oci_archive(tmp_path / "no-telling-name", {"v1": APP})
    assert resolved(str(path)).source == "oci-archive"


def test_a_path_with_colons_is_told_from_the_tag_by_what_exists(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "a:b", {"v1": APP, "v2": OTHER})
    assert resolved(f"oci:{path}:v2").digest == OTHER.manifest_digest


def test_C49_several_images_without_a_tag_are_listed(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP, "v2": OTHER})
    with pytest.raises(UsageError) as failed:
        resolved(f"oci:{path}")
    assert failed.value.message == f"the OCI layout {str(path)!r} holds 2 images: v1, v2"
    assert failed.value.hint == f"name one of them, as in oci:{path}:v1"


def test_an_image_without_a_name_is_chosen_by_its_digest(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"": APP, "v2": OTHER})
    with pytest.raises(UsageError, match=f"holds 2 images: {APP.manifest_digest}, v2"):
        resolved(f"oci:{path}")
    assert resolved(f"oci:{path}:{APP.manifest_digest}").digest == APP.manifest_digest


def test_one_image_under_two_names_is_one_image(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP, "latest": APP})
    assert resolved(f"oci:{path}").digest == APP.manifest_digest


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP, "v2": OTHER})
    with pytest.raises(NotFoundError, match=r"has no image 'v3'; it has: v1, v2$") as failed:
        resolved(f"oci:{path}:v3")
    assert failed.value.hint == f"name one of them, as in oci:{path}:v1"


@pytest.mark.parametrize("name", ["app:1", "docker.io/library/app:1", "library/app:1", "1"])
def test_the_whole_name_that_containerd_keeps_counts_too(tmp_path: Path, name: str) -> None:
    path = tmp_path / "layout.tar"
    files = oci_layout_files({"docker.io/library/app:1": APP, "x/other:2": OTHER}, containerd_names=True)
    path.write_bytes(tar(file(each, content) for each, content in files.items()))
    assert resolved(f"oci-archive:{path}:{name}").digest == APP.manifest_digest


@pytest.mark.parametrize(("wanted", "expected"), [("linux/amd64", APP), ("linux/arm64", ARM)])
def test_an_index_under_a_tag_leads_to_the_image_for_the_platform(
    tmp_path: Path, wanted: str, expected: BuiltImage
) -> None:
    both = index(APP, ARM, attested=True)
    path = write_oci_layout(tmp_path / "layout", {"v1": both})
    head = resolved(f"oci:{path}:v1", Platform.parse(wanted))
    assert head.digest == expected.manifest_digest
    assert head.index_digest == both.digest
    assert [str(each) for each in head.available_platforms] == ["linux/amd64", "linux/arm64"]


def test_variants_listed_without_an_index_of_their_own_are_one_image(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"": APP, "v2": OTHER})
    write_oci_layout(path, {"": ARM})
    rewrite_index(path, [APP.descriptor, ARM.descriptor])
    assert resolved(f"oci:{path}", Platform.parse("arm64")).digest == ARM.manifest_digest


def test_a_platform_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": index(APP, ARM)})
    with pytest.raises(NotFoundError, match=r"no variant for linux/s390x; it has: linux/amd64, linux/arm64$"):
        resolved(f"oci:{path}", Platform.parse("s390x"))


def test_C49_another_version_of_the_layout_is_refused(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    (path / "oci-layout").write_text('{"imageLayoutVersion": "2.0.0"}')
    with pytest.raises(DocumentError, match=r"has version '2\.0\.0': 1\.0\.0 is read"):
        resolved(f"oci:{path}")


@pytest.mark.parametrize("mark", ["", "{}", "[]", '{"imageLayoutVersion": 1}'])
def test_a_malformed_oci_layout_file_is_said_to_be_one(tmp_path: Path, mark: str) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    (path / "oci-layout").write_text(mark)
    with pytest.raises(DocumentError, match=r"^the oci-layout is"):
        resolved(f"oci:{path}")


def test_C49_a_missing_blob_is_reported_for_that_blob_alone(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    (path / blob_path(APP.layers[0].digest)).unlink()
    source = opened(f"oci:{path}")
    lowest, upper = source.resolve(AMD64).manifest.layers
    with pytest.raises(NotFoundError, match=f"has no file {blob_path(APP.layers[0].digest)}"):
        blob(source, lowest)
    assert blob(source, upper) == APP.layers[1].blob


def test_a_manifest_that_is_not_in_the_layout_names_what_can_be_done(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": index(APP, ARM)})
    (path / blob_path(ARM.manifest_digest)).unlink()
    assert resolved(f"oci:{path}").digest == APP.manifest_digest
    with pytest.raises(NotFoundError) as failed:
        resolved(f"oci:{path}", Platform.parse("arm64"))
    assert failed.value.hint is not None
    assert "--platform" in failed.value.hint


def test_an_altered_manifest_is_refused(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    (path / blob_path(APP.manifest_digest)).write_bytes(
        APP.manifest.replace(b'"schemaVersion":2', b'"schemaVersion":3')
    )
    with pytest.raises(IntegrityError, match="the manifest does not match its digest"):
        resolved(f"oci:{path}")


def test_an_altered_configuration_is_refused(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    (path / blob_path(APP.config_digest)).write_bytes(APP.config + b" ")
    with pytest.raises(IntegrityError, match="the image configuration has"):
        resolved(f"oci:{path}")


def test_a_manifest_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    os.truncate(path / blob_path(APP.manifest_digest), 5 * 1024 * 1024)
    with pytest.raises(LimitError, match="has 5,242,880 bytes: at most 4,194,304 are read"):
        resolved(f"oci:{path}")


def test_C49_a_blob_may_be_a_link_inside_the_layout(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    stored = path / blob_path(APP.config_digest)
    stored.rename(path / "elsewhere")
    stored.symlink_to("../../elsewhere")
    assert resolved(f"oci:{path}").digest == APP.manifest_digest


def test_C49_a_link_that_leaves_the_layout_is_not_followed(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    stored = path / blob_path(APP.config_digest)
    stored.rename(tmp_path / "outside")
    stored.symlink_to(tmp_path / "outside")
    with pytest.raises(SourceError, match="is a link that leaves the directory, so it is not read"):
        resolved(f"oci:{path}")


def test_a_link_to_itself_is_an_error_and_not_a_loop(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    stored = path / blob_path(APP.config_digest)
    stored.unlink()
    stored.symlink_to(stored.name)
    with pytest.raises(SourceError, match="is a link that leads nowhere"):
        resolved(f"oci:{path}")


def test_a_pipe_in_place_of_a_blob_is_not_waited_for(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    stored = path / blob_path(APP.config_digest)
    stored.unlink()
    os.mkfifo(stored)
    with pytest.raises(SourceError, match="is not a regular file"):
        resolved(f"oci:{path}")


@pytest.mark.parametrize("digest", ["sha256:../../../../etc/passwd", "../x:abc", "sha256:" + "A" * 64, "sha256:ab/c"])
def test_C58_a_digest_that_would_be_a_path_never_becomes_one(tmp_path: Path, digest: str) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    rewrite_index(path, [{**APP.descriptor, "digest": digest}])
    with pytest.raises(DocumentError, match=r"is not a digest: .* - at `\$.manifests\[0\].digest`"):
        resolved(f"oci:{path}")


def test_an_empty_layout_is_said_to_be_empty(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {})
    with pytest.raises(NotFoundError, match="holds no image"):
        resolved(f"oci:{path}")


def test_an_index_that_is_a_manifest_is_refused(tmp_path: Path) -> None:
    path = write_oci_layout(tmp_path / "layout", {"v1": APP})
    (path / "index.json").write_bytes(APP.manifest)
    with pytest.raises(DocumentError):
        resolved(f"oci:{path}")


@pytest.mark.parametrize(
    ("reference", "message", "hint"),
    [
        ("oci:{0}/none:v1", "there is no directory '{0}/none'", "oci: takes a path"),
        ("oci-archive:{0}/none.tar", "there is no file '{0}/none.tar'", "oci-archive: takes a path"),
        ("oci:{0}/" + "n" * 3000, "there is no directory '{0}/" + "n" * 3000 + "'", "oci: takes a path"),
        ("oci:", "there is no directory ''", "oci: takes a path"),
        ("oci:{0}/file", "'{0}/file' is no directory", "did you mean oci-archive:FILE?"),
        ("oci-archive:{0}", "'{0}' is no file", "did you mean oci:DIRECTORY?"),
    ],
)
def test_a_wrong_path_is_one_clear_sentence(tmp_path: Path, reference: str, message: str, hint: str) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(UsageError) as failed:
        opened(reference.format(tmp_path))
    assert failed.value.message == message.format(tmp_path)
    assert (failed.value.hint or "").startswith(hint)


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("nginx", "the image of that name in a registry is docker://nginx"),
        ("ghcr.io/org", "the image of that name in a registry is docker://ghcr.io/org"),
        ("./nginx", "make one with: skopeo copy docker://NAME oci:DIRECTORY"),
        ("nginx/", "make one with: skopeo copy docker://NAME oci:DIRECTORY"),
        ("Nginx", "make one with: skopeo copy docker://NAME oci:DIRECTORY"),
    ],
)
def test_a_directory_that_is_called_like_an_image_does_not_hide_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, hint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(path).mkdir(parents=True)
    with pytest.raises(UsageError, match="is no image: expected an OCI layout") as failed:
        opened(path)
    assert failed.value.hint == hint
    opened("docker://nginx").close()


def test_a_directory_that_is_no_layout_is_said_to_lack_its_mark(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="has no file oci-layout: it is no OCI layout") as failed:
        resolved(f"oci:{tmp_path}")
    assert (failed.value.hint or "").startswith("name the directory that has it")


def test_what_docker_save_wrote_is_no_layout_and_is_named_another_way(tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "app.tar", APP, "app:1", style="legacy")
    with pytest.raises(NotFoundError, match="has no file oci-layout: it is no OCI layout") as failed:
        resolved(f"oci-archive:{path}")
    assert failed.value.hint == f"what docker save writes is named docker-archive:{path}"


def test_closing_ends_a_blob_that_is_being_read(single: str) -> None:
    source = opened(single)
    lowest = source.resolve(AMD64).manifest.layers[0]
    with source.open_blob(lowest) as pieces:
        source.close()
        with pytest.raises(SourceError, match="was closed while it was being read"):
            list(pieces)


@pytest.mark.parametrize("error", [BrokenPipeError("Broken pipe"), OSError(28, "No space left on device")])
def test_what_goes_wrong_with_where_a_blob_is_written_to_is_not_said_of_the_blob(single: str, error: OSError) -> None:
    source = opened(single)
    descriptor = source.resolve(AMD64).manifest.layers[0]
    with pytest.raises(type(error)) as caught, source.open_blob(descriptor):
        raise error
    assert caught.value is error


@pytest.mark.skipif(sys.platform != "linux", reason="the file that cannot be read is one of Linux")
def test_a_file_that_cannot_be_read_is_said_to_be_one() -> None:
    files = DirectoryFiles(Path("/proc/self"))
    with pytest.raises(SourceError, match="mem in '/proc/self' cannot be read: Input/output error"):
        read_file(files, "mem", limit=1)
    with files.open("mem", 0, 10) as pieces, pytest.raises(SourceError, match="mem in '/proc/self' cannot be read"):
        list(pieces)


def test_several_threads_read_their_own_blobs(tmp_path: Path) -> None:
    contents = [bytes([number]) * 700_000 for number in range(4)]
    built = image([layer(file("data", content), compression="none") for content in contents])
    source = opened(f"oci-archive:{write_oci_archive(tmp_path / 'layout.tar', {'v1': built})}")
    layers = source.resolve(AMD64).manifest.layers
    read: dict[int, bytes] = {}
    threads = [
        threading.Thread(target=lambda number=number: read.update({number: blob(source, layers[number])}))
        for number in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [read[number] for number in range(4)] == [each.blob for each in built.layers]
