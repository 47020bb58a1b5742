"""Images in an archive that docker save, podman save or another tool wrote."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from imgscope.errors import DocumentError, IntegrityError, LimitError, NotFoundError, SourceError, UsageError
from imgscope.layer.index import LayerIndex
from imgscope.layer.read import read_layer
from imgscope.layer.wants import Wants
from imgscope.limits import Limits
from imgscope.oci.digest import Digest
from imgscope.oci.platform import Platform
from imgscope.sources import open_source
from imgscope.sources._archive import ArchiveFiles
from imgscope.sources.base import ImageHead, ImageSource, SourceOptions
from tests.support.image_files import ArchiveStyle, oci_layout_files, write_docker_archive
from tests.support.images import BuiltImage, Entry, compress, file, hard_link, image, layer, step, symlink, tar, to_json

APP = image([layer(file("app", "one")), step('CMD ["app"]'), layer(file("data", "two"))], media="docker")
OTHER = image([layer(file("other", "three"))], media="docker")
AMD64 = Platform(os="linux", architecture="amd64")
STYLES: tuple[ArchiveStyle, ...] = ("new", "legacy", "podman-symlinks")


def opened(reference: str) -> ImageSource:
    return open_source(reference, SourceOptions())


def resolved(reference: str) -> ImageHead:
    return opened(reference).resolve(AMD64)


def layers_of(reference: str) -> list[LayerIndex]:
    """Read all layers of the image to their ends, digests verified."""
    source = opened(reference)
    head = source.resolve(AMD64)
    found = []
    for descriptor, diff_id in zip(head.manifest.layers, head.config.rootfs.diff_ids or (), strict=True):
        with source.open_blob(descriptor) as pieces:
            found.append(read_layer(pieces, descriptor, diff_id=diff_id, wants=Wants([])))
    return found


def archive(path: Path, images: list[dict[str, Any]], *entries: Entry) -> str:
    """Write an archive with that manifest.json and those files, and return how a user names it."""
    path.write_bytes(tar([*entries, file("manifest.json", to_json(images))]))
    return f"docker-archive:{path}"


def one_layer(path: Path, name: str, *entries: Entry, built: BuiltImage = OTHER) -> str:
    """Write an archive of an image whose single layer is the file `name`."""
    return archive(path, [{"Config": "c.json", "Layers": [name]}], file("c.json", built.config), *entries)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("gzip", [False, True])
def test_C47_every_style_of_archive_gives_the_same_files(tmp_path: Path, style: ArchiveStyle, gzip: bool) -> None:
    path = write_docker_archive(tmp_path / "app.tar", APP, style=style, gzip=gzip)
    layers = layers_of(f"docker-archive:{path}")
    assert [each.error for each in layers] == [None, None]
    assert [entry.path for each in layers for entry in each.entries] == ["app", "data"]
    assert [each.diff_id for each in layers] == [built.diff_id for built in APP.layers]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("gzip", [False, True])
def test_an_archive_is_recognised_by_its_content(tmp_path: Path, style: ArchiveStyle, gzip: bool) -> None:
    path = write_docker_archive(tmp_path / "no-telling-name", APP, style=style, gzip=gzip)
    assert resolved(str(path)).source == "docker-archive"


def test_without_a_layout_the_image_is_identified_by_its_configuration(tmp_path: Path) -> None:
    head = resolved(f"docker-archive:{write_docker_archive(tmp_path / 'app.tar', APP, style='legacy')}")
    assert head.digest == APP.config_digest
    assert head.index_digest is None
    assert [each.digest for each in head.manifest.layers] == [built.diff_id for built in APP.layers]
    assert head.manifest.compressed_size == sum(len(built.tar) for built in APP.layers)
    assert str(head.platform) == "linux/amd64"


def test_C48_the_layout_in_the_archive_is_preferred(tmp_path: Path) -> None:
    head = resolved(f"docker-archive:{write_docker_archive(tmp_path / 'app.tar', APP, style='new')}")
    assert head.digest == APP.manifest_digest
    assert head.notes == ()


def test_C48_a_manifest_json_that_knows_another_image_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "app.tar"
    entries = [file(name, content) for name, content in oci_layout_files({"app:1": APP}).items()]
    archive(path, [{"Config": "c.json", "Layers": []}], file("c.json", OTHER.config), *entries)
    head = resolved(f"docker-archive:{path}")
    assert head.digest == APP.manifest_digest
    assert head.notes == (
        f"manifest.json of {str(path)!r} lists another image than its OCI layout: showing the layout's",
    )


@pytest.mark.parametrize(
    ("listed", "complaint"),
    [
        ("{}", "the manifest.json is malformed"),
        ('[{"Config": "gone.json"}]', "has no file gone.json"),
        (f'[{{"Config": "{"0" * 64}.json"}}]', "is altered"),
    ],
)
def test_C48_a_manifest_json_that_is_broken_is_reported(tmp_path: Path, listed: str, complaint: str) -> None:
    path = tmp_path / "app.tar"
    entries = [file(name, content) for name, content in oci_layout_files({"app:1": APP}).items()]
    path.write_bytes(tar([*entries, file(f"{'0' * 64}.json", "{}"), file("manifest.json", listed)]))
    head = resolved(f"docker-archive:{path}")
    assert head.digest == APP.manifest_digest
    [note] = head.notes
    assert note.startswith(f"manifest.json of {str(path)!r} is passed over for its OCI layout: ")
    assert complaint in note


@pytest.fixture
def opens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the members that were opened."""
    opened_names: list[str] = []
    open_member = ArchiveFiles.open

    def count(files: ArchiveFiles, name: str, *part: Any, **parts: Any) -> Any:
        opened_names.append(name)
        return open_member(files, name, *part, **parts)

    monkeypatch.setattr(ArchiveFiles, "open", count)
    return opened_names


@pytest.mark.parametrize("name", ["", ":other", f":sha256:{'0' * 64}"])
def test_C64_one_configuration_is_read_once_of_however_many_images(tmp_path: Path, opens: list[str], name: str) -> None:
    links = [symlink(f"{number}.json", "c.json") for number in range(500)]
    images = [{"Config": each} for each in ["c.json"] * 500 + [link.path for link in links]]
    reference = archive(tmp_path / "app.tar", images, file("c.json", OTHER.config), *links)
    with pytest.raises((UsageError, NotFoundError)) as raised:
        resolved(reference + name)
    assert raised.value.message.endswith(f": {OTHER.config_digest} and 980 more")
    assert opens == ["manifest.json", "c.json"]


@pytest.mark.parametrize("promised", [0, 300], ids=["no diff_ids", "a diff_id each"])
def test_C64_a_layer_that_is_listed_again_and_again_is_hashed_once(
    tmp_path: Path, opens: list[str], promised: int
) -> None:
    diff_ids = [str(Digest.of(b"%d" % number)) for number in range(promised)]
    config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    names = [f"{number}.tar" for number in range(300)]
    reference = archive(
        tmp_path / "app.tar",
        [{"Config": "c.json", "Layers": names}],
        file("c.json", to_json(config)),
        file("layer", OTHER.layers[0].blob),
        *(symlink(name, "layer") for name in names),
    )
    assert {each.digest for each in resolved(reference).manifest.layers} == {OTHER.layers[0].digest}
    assert opens == ["manifest.json", "c.json", "0.tar", "0.tar"]


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_C47_a_compressed_layer_is_hashed_and_read(tmp_path: Path, compression: Any) -> None:
    blob = compress(OTHER.layers[0].tar, compression)
    reference = one_layer(tmp_path / "app.tar", "layer", file("layer", blob))
    (descriptor,) = resolved(reference).manifest.layers
    assert (descriptor.size, descriptor.media_type.endswith(f".{compression}")) == (len(blob), True)
    (read,) = layers_of(reference)
    assert (read.error, read.compression, read.diff_id) == (None, compression, OTHER.layers[0].diff_id)


def test_C47_a_repeated_layer_may_be_a_link_to_the_first(tmp_path: Path) -> None:
    same = layer(file("again", "x"))
    built = image([same, step("ENV A=b"), same])
    path = write_docker_archive(tmp_path / "app.tar", built, style="legacy")
    layers = layers_of(f"docker-archive:{path}")
    assert [each.error for each in layers] == [None, None]
    assert [each.diff_id for each in layers] == [same.diff_id, same.diff_id]


@pytest.mark.parametrize(
    "link",
    [
        symlink("a/layer.tar", "../b/real.tar"),
        symlink("a/layer.tar", "/b/real.tar"),
        hard_link("a/layer.tar", "b/real.tar"),
    ],
)
def test_C47_links_lead_to_other_members(tmp_path: Path, link: Entry) -> None:
    stored = file("b/real.tar", OTHER.layers[0].tar)
    (read,) = layers_of(one_layer(tmp_path / "app.tar", "a/layer.tar", stored, link))
    assert read.error is None


@pytest.mark.parametrize("target", ["layer.tar", "../../../../etc/passwd", "gone"])
def test_a_link_that_leads_nowhere_costs_only_its_layer(tmp_path: Path, target: str) -> None:
    source = opened(one_layer(tmp_path / "app.tar", "layer.tar", symlink("layer.tar", target)))
    (descriptor,) = source.resolve(AMD64).manifest.layers
    with pytest.raises(NotFoundError, match=r"has no file layer\.tar"), source.open_blob(descriptor):
        pass


def test_an_altered_layer_fails_its_verification(tmp_path: Path) -> None:
    (read,) = layers_of(one_layer(tmp_path / "app.tar", "layer.tar", file("layer.tar", APP.layers[0].tar)))
    assert read.error is not None
    assert "does not match its digest" in read.error


def test_C47_several_images_without_a_name_are_listed(tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "two.tar", APP, "x.io/app:1", style="legacy", others={"other:2": OTHER})
    with pytest.raises(UsageError) as failed:
        resolved(f"docker-archive:{path}")
    assert failed.value.message == f"the archive {str(path)!r} holds 2 images: x.io/app:1, other:2"
    assert failed.value.hint == f"name one of them, as in docker-archive:{path}:x.io/app:1"


@pytest.mark.parametrize("style", ["new", "legacy"])
@pytest.mark.parametrize("name", ["other:2", "docker.io/library/other:2"])
def test_C47_an_image_is_chosen_by_its_name(tmp_path: Path, style: ArchiveStyle, name: str) -> None:
    path = write_docker_archive(tmp_path / "two.tar", APP, "x.io:5000/app:1", style=style, others={"other:2": OTHER})
    head = resolved(f"docker-archive:{path}:{name}")
    assert head.config.rootfs.diff_ids == (OTHER.layers[0].diff_id,)
    assert resolved(f"docker-archive:{path}:x.io:5000/app:1").config.rootfs.diff_ids != head.config.rootfs.diff_ids


def test_an_image_without_a_tag_is_chosen_by_the_digest_of_its_configuration(tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "two.tar", APP, None, style="legacy", others={"other:2": OTHER})
    with pytest.raises(UsageError, match=f"holds 2 images: {APP.config_digest}, other:2"):
        resolved(f"docker-archive:{path}")
    assert resolved(f"docker-archive:{path}:{APP.config_digest}").digest == APP.config_digest


@pytest.mark.parametrize("style", ["new", "legacy"])
def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path, style: ArchiveStyle) -> None:
    path = write_docker_archive(tmp_path / "app.tar", APP, "app:1", style=style)
    with pytest.raises(NotFoundError, match=r"has no image 'nope'; it has: app:1$") as failed:
        resolved(f"docker-archive:{path}:nope")
    assert failed.value.hint == f"name one of them, as in docker-archive:{path}:app:1"


def test_another_platform_than_the_one_asked_for_is_said(tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "app.tar", APP, style="legacy")
    head = opened(f"docker-archive:{path}").resolve(Platform.parse("arm64"))
    assert head.notes == ("there is no image for linux/arm64: showing the one for linux/amd64",)


def test_C32_layers_are_hashed_where_the_configuration_does_not_count_them(tmp_path: Path) -> None:
    built = image(OTHER.layers, config_fields={"rootfs": {"type": "layers", "diff_ids": []}})
    reference = one_layer(tmp_path / "app.tar", "layer.tar", file("layer.tar", OTHER.layers[0].tar), built=built)
    (descriptor,) = resolved(reference).manifest.layers
    assert descriptor.digest == OTHER.layers[0].diff_id


def test_a_configuration_named_by_another_digest_is_refused(tmp_path: Path) -> None:
    name = f"{APP.config_digest.removeprefix('sha256:')}.json"
    reference = archive(tmp_path / "app.tar", [{"Config": name, "Layers": []}], file(name, OTHER.config))
    with pytest.raises(IntegrityError, match="is altered"):
        resolved(reference)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ("{}", "the manifest.json is malformed: Expected `array`"),
        ("[{}]", r"missing required field `Config` - at `\$\[0\]`"),
        ("[", "the manifest.json is not JSON"),
    ],
)
def test_a_malformed_manifest_json_says_where(tmp_path: Path, document: str, place: str) -> None:
    path = tmp_path / "app.tar"
    path.write_bytes(tar([file("manifest.json", document)]))
    with pytest.raises(DocumentError, match=place):
        resolved(f"docker-archive:{path}")


def test_K_a_manifest_json_beyond_the_limit_is_not_read(tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "app.tar", APP, style="legacy")
    options = SourceOptions(limits=Limits(archive_manifest_size=64))
    with pytest.raises(LimitError, match="at most 64 are read"):
        open_source(f"docker-archive:{path}", options).resolve(AMD64)


def test_a_file_system_without_an_image_is_said_to_be_one(tmp_path: Path) -> None:
    path = tmp_path / "root.tar"
    path.write_bytes(tar([file("etc/os-release", "ID=debian")]))
    with pytest.raises(SourceError) as failed:
        resolved(f"docker-archive:{path}")
    assert (
        failed.value.message == f"the archive {str(path)!r} holds no image: it has neither manifest.json nor oci-layout"
    )
    assert failed.value.hint == "docker export writes only a file system; write the image with docker save"


def test_an_empty_manifest_json_holds_no_image(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="holds no image"):
        resolved(archive(tmp_path / "app.tar", []))


@pytest.mark.parametrize("content", [b"", b"plain text", bytes(10_240), b"\x7fELF" + bytes(600)])
def test_a_file_that_is_no_archive_is_said_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="is no image: expected an OCI layout directory or an archive"):
        opened(str(path))
    with pytest.raises(SourceError, match=r"is no tar archive|holds no image"):
        resolved(f"docker-archive:{path}")


def test_an_archive_compressed_otherwise_says_what_to_do(tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "app.tar", APP)
    path.write_bytes(compress(path.read_bytes(), "zstd"))
    for reference in (str(path), f"docker-archive:{path}"):
        with pytest.raises(SourceError) as failed:
            resolved(reference)
        assert failed.value.message == (
            f"the archive {str(path)!r} is compressed with zstd: expected a plain or gzipped tar"
        )
        assert failed.value.hint == "unpack it once, with zstd -d, and name the result"


def test_an_archive_that_was_cut_short_is_told_from_one_without_an_image(tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "app.tar", APP, style="legacy")
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(SourceError) as failed:
        resolved(str(path))
    assert failed.value.message.startswith(f"manifest.json was not found in the archive {str(path)!r}, which ends")
    assert failed.value.hint == "it was probably not written or copied to its end; make it again"


def test_K_a_gzipped_archive_is_unpacked_as_far_as_the_limit_allows(tmp_path: Path) -> None:
    path = tmp_path / "bomb.tar.gz"
    path.write_bytes(gzip.compress(tar([file("zeros", bytes(3_000_000)), file("manifest.json", "[]")])))
    options = SourceOptions(limits=Limits(unpacked_size=2_000_000))
    with pytest.raises(SourceError, match="unpacks to more than the 2,000,000 bytes that are read") as caught:
        open_source(str(path), options).resolve(None)
    assert caught.value.hint == "if it is meant to be so large, set unpacked-size in [limits] of imgscope.toml"
    with pytest.raises(SourceError, match=r"holds no image: its manifest\.json is empty"):
        open_source(str(path), SourceOptions()).resolve(None)
