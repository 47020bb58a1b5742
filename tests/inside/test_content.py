"""What a file holds, read from one layer and no further than needed."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from imgscope.errors import Cancelled, IntegrityError, LayerError, LimitError, SourceError, UsageError
from imgscope.filesystem.stack import stack
from imgscope.filesystem.tree import FileTree
from imgscope.inside.content import find_file, open_file, read_file
from imgscope.layer.read import read_layer
from imgscope.layer.wants import Wants
from imgscope.limits import Limits
from imgscope.oci.manifest import Descriptor
from imgscope.sources import open_source
from imgscope.sources.base import ImageHead, SourceOptions
from tests.layer.test_sparse import FORMATS, PARTS, STORED, WHOLE, Form, pax_0_1
from tests.support.images import (
    BuiltImage,
    Compression,
    device,
    directory,
    fifo,
    file,
    hard_link,
    image,
    layer,
    symlink,
    whiteout,
)
from tests.support.memory import MemorySource
from tests.support.registry import Registry
from tests.support.tars import END

NOISE = bytes((number * 7919 >> 3) & 0xFF for number in range(300_000))


class Metered(MemorySource):
    """Counts what is taken of which blob."""

    taken: dict[str, int]

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        self.__dict__.setdefault("taken", {})

        def counted(chunks: Iterator[bytes]) -> Iterator[bytes]:
            for chunk in chunks:
                self.taken[descriptor.digest] = self.taken.get(descriptor.digest, 0) + len(chunk)
                yield chunk

        with super().open_blob(descriptor, start, length) as chunks:
            yield counted(chunks)


def opened(built: BuiltImage, *, wants: Wants | None = None) -> tuple[Metered, ImageHead, FileTree]:
    """The image in memory, and the tree that is known of it."""
    source = Metered(built)
    head = source.resolve(None)
    layers = []
    for descriptor, each in zip(head.manifest.layers, built.layers, strict=True):
        layers.append(read_layer([each.blob], descriptor, diff_id=None, wants=wants or Wants([])))
    return source, head, stack(layers)


def content(built: BuiltImage, path: str, *, most: int | None = None) -> bytes:
    source, head, tree = opened(built)
    return read_file(source, head, tree, path, most=most)


@pytest.mark.parametrize("compression", ["gzip", "zstd", "none"])
def test_the_bytes_are_those_of_the_layer_that_holds_them(compression: Compression) -> None:
    built = image(
        [
            layer(file("a", "old"), file("b", b"\x00\xff\n"), compression=compression),
            layer(file("a", NOISE), file("empty"), compression=compression),
        ]
    )
    assert content(built, "a") == NOISE
    assert content(built, "/b") == b"\x00\xff\n"
    assert content(built, "empty") == b""


@pytest.mark.parametrize("path", ["bin/sh", "usr/bin/sh", "/bin/../bin//sh", "sh", "up", "hard"])
def test_C46_links_are_followed_inside_the_image_and_never_out_of_it(path: str) -> None:
    built = image(
        [
            layer(
                symlink("bin", "usr/bin"),
                directory("usr/bin"),
                file("usr/bin/dash", "the shell"),
                symlink("usr/bin/sh", "dash"),
                symlink("sh", "/bin/sh"),
                symlink("up", "../../../../usr/bin/dash"),
                hard_link("hard", "usr/bin/dash"),
            )
        ]
    )
    assert content(built, path) == b"the shell"


def test_C45_a_hard_link_has_the_content_of_the_layer_that_it_links_to_even_when_the_first_name_is_gone() -> None:
    built = image([layer(file("a", "content")), layer(hard_link("b", "a")), layer(whiteout("a"))])
    assert content(built, "b") == b"content"


def test_of_a_path_that_one_layer_lists_twice_the_last_counts() -> None:
    assert content(image([layer(file("a", "first"), file("b", "b"), file("a", "second"))]), "a") == b"second"


def test_a_path_that_a_later_layer_only_re_modes_is_read_from_there() -> None:
    assert content(image([layer(file("a", "same")), layer(file("a", "same", mode=0o600))]), "a") == b"same"


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.__name__)
def test_C39_holes_of_sparse_files_are_zeros(form: Form) -> None:
    archive = form(len(WHOLE), PARTS, STORED) + END
    assert content(image([layer(raw=archive)]), "sparse") == WHOLE


def test_a_sparse_file_whose_holes_are_too_large_to_be_hashed_is_read_as_well() -> None:
    built = image([layer(raw=pax_0_1(5 * 1024**3, [(1000, 700)], STORED) + END)])
    assert content(built, "sparse", most=2000) == bytes(1000) + STORED + bytes(300)


def test_no_more_of_a_layer_is_taken_than_up_to_the_end_of_the_file_and_nothing_of_others() -> None:
    built = image([layer(file("a", "x"), file("z", NOISE * 20), compression="none"), layer(file("b", NOISE))])
    source, head, tree = opened(built)
    assert read_file(source, head, tree, "a") == b"x"
    assert list(source.taken) == [built.layers[0].digest]
    assert source.taken[built.layers[0].digest] < len(built.layers[0].blob) / 10


def test_of_a_registry_no_more_is_downloaded_than_up_to_the_end_of_the_file() -> None:
    built = image([layer(file("a", "x" * 1000), file("z", NOISE * 40), compression="none")], listed_platform=False)
    _, head, tree = opened(built)
    registry = Registry()
    registry.add(built)
    with registry.serve() as host:
        options = SourceOptions(insecure_registries=frozenset((host,)))
        with closing(open_source(f"{host}/team/app", options)) as source:
            source.resolve(None)
            assert read_file(source, head, tree, "a") == b"x" * 1000
            assert source.traffic().bytes_fetched < len(built.layers[0].blob) / 10
    assert len(registry.asked("blobs")) == 2


def test_at_most_as_many_bytes_are_returned_as_asked_for_and_the_rest_is_not_fetched() -> None:
    built = image([layer(file("a", NOISE * 20), compression="none")])
    source, head, tree = opened(built)
    assert read_file(source, head, tree, "a", most=1000) == NOISE[:1000]
    assert source.taken[built.layers[0].digest] < 200_000


def test_what_a_probe_kept_whole_is_not_fetched_and_what_it_kept_in_part_is() -> None:
    built = image([layer(file("etc/os-release", "ID=debian\n"), file("part", "whole"))])
    source, head, tree = opened(built, wants=Wants(["etc/os-release"]))
    source.__dict__["taken"] = {}
    assert read_file(source, head, tree, "etc/os-release") == b"ID=debian\n"
    assert source.taken == {}
    tree.layers[0].captured["part"] = b"par"
    assert read_file(source, head, tree, "part") == b"whole"


def test_bytes_that_are_not_those_that_were_read_before_are_an_error_at_the_end() -> None:
    built = image([layer(file("a", "right"), compression="none")])
    _, head, tree = opened(built)
    altered = MemorySource(built, replaced={built.layers[0].digest: built.layers[0].blob.replace(b"right", b"wrong")})
    with pytest.raises(IntegrityError, match=r"layer sha256:\w+ does not hold the /a that it held when it was read"):
        read_file(altered, head, tree, "a")


def test_another_archive_than_before_is_an_error_before_anything_is_given() -> None:
    built = image([layer(file("a", "right"), compression="none")])
    _, head, tree = opened(built)
    for other in (layer(file("b", "right"), compression="none"), layer(compression="none")):
        altered = MemorySource(built, replaced={built.layers[0].digest: other.blob})
        with pytest.raises(IntegrityError):
            read_file(altered, head, tree, "a", most=1)


def test_verified_the_layer_is_read_to_its_end_and_has_to_have_its_digest() -> None:
    built = image([layer(file("a", "right"), file("z", "end"), compression="none")])
    source, head, tree = opened(built)
    node = find_file(tree, "a")
    with open_file(source, head, tree, node, verified=True) as pieces:
        assert b"".join(map(bytes, pieces)) == b"right"
    assert source.taken == {built.layers[0].digest: len(built.layers[0].blob)}
    altered = MemorySource(built, replaced={built.layers[0].digest: built.layers[0].blob.replace(b"end", b"bad")})
    with open_file(altered, head, tree, node) as pieces:
        assert b"".join(map(bytes, pieces)) == b"right"
    with (
        open_file(altered, head, tree, node, verified=True) as pieces,
        pytest.raises(IntegrityError, match="does not match its digest"),
    ):
        b"".join(map(bytes, pieces))


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("etc", "/etc is a directory"),
        ("/", "/ is a directory"),
        ("dev/null", "/dev/null is a character device"),
        ("dev/sda", "/dev/sda is a block device"),
        ("run/pipe", "/run/pipe is a named pipe"),
        ("dangling", "/dangling is a symbolic link to nowhere, which leads nowhere in the image"),
        ("loop", "/loop is a symbolic link to loop, which leads nowhere in the image"),
        ("etc/passwdd", "there is no /etc/passwdd in the image"),
        ("etc/passwd/x", "there is no /etc/passwd/x in the image"),
        ("lost", "/lost is a hard link to a file that is not there"),
    ],
)
def test_what_is_no_file_is_a_usage_error_that_says_what_it_is(path: str, message: str) -> None:
    tree = opened(
        image(
            [
                layer(
                    file("etc/passwd"),
                    device("dev/null", 1, 3),
                    device("dev/sda", 8, 0, block=True),
                    fifo("run/pipe"),
                    symlink("dangling", "nowhere"),
                    symlink("loop", "loop"),
                    hard_link("lost", "nowhere"),
                )
            ]
        )
    )[2]
    with pytest.raises(UsageError) as raised:
        find_file(tree, path)
    assert raised.value.message == message


def test_the_hint_names_what_comes_close() -> None:
    tree = opened(image([layer(file("etc/passwd"), file("opt/app/settings.toml"))]))[2]
    with pytest.raises(UsageError) as raised:
        find_file(tree, "etc/paswd")
    assert raised.value.hint == "did you mean /etc/passwd?"
    with pytest.raises(UsageError) as raised:
        find_file(tree, "settings.toml")
    assert raised.value.hint == "did you mean /opt/app/settings.toml?"


def test_where_not_all_could_be_read_nothing_is_said_not_to_be_there() -> None:
    tree = opened(image([layer(raw=b"broken" * 200)]))[2]
    with pytest.raises(LayerError, match="/a was not found, and not all of the image could be read"):
        find_file(tree, "a")


def test_a_layer_that_is_gone_by_now_is_an_error_of_its_source() -> None:
    built = image([layer(file("a", "x"))])
    _, head, tree = opened(built)
    with pytest.raises(SourceError, match="there is no blob"):
        read_file(MemorySource(built, replaced={built.layers[0].digest: None}), head, tree, "a")


def test_reading_stops_when_that_is_asked_for() -> None:
    source, head, tree = opened(image([layer(file("a", NOISE), compression="none")]))
    seen: list[int] = []

    def received(size: int) -> None:
        seen.append(size)
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        read_file(source, head, tree, "a", received=received)
    assert len(seen) == 1


def test_C60_a_file_beyond_what_is_unpacked_of_an_image_is_refused() -> None:
    source, head, tree = opened(image([layer(file("a", NOISE))]))
    with pytest.raises(LimitError, match="/a has more than the 1,000 bytes"):
        read_file(source, head, tree, "a", limits=Limits(unpacked_size=1000))


def test_the_bytes_equal_what_tarfile_says_of_every_file_of_an_archive() -> None:
    built = image([layer(*(file(f"d{number % 7}/f{number}", NOISE[: number * 97]) for number in range(120)))])
    source, head, tree = opened(built)
    with tarfile.open(fileobj=io.BytesIO(built.layers[0].tar)) as archive:
        for member in archive:
            extracted = archive.extractfile(member)
            assert extracted is not None
            assert read_file(source, head, tree, member.name) == extracted.read()
