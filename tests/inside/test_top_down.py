"""Finding a file without reading more layers than that takes, and never another one than the whole image has."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.filesystem.tree import FileTree
from imgscope.inside.content import find_file, open_file
from imgscope.inside.top_down import HoldingSource, tree_for
from imgscope.layer.wants import Wants
from imgscope.limits import Limits
from imgscope.oci.manifest import Descriptor
from imgscope.progress import ignore
from imgscope.reading import ReadingTerms
from imgscope.sources.base import SourceOptions
from imgscope.sources.daemon.address import Address
from imgscope.sources.daemon.engine import DOCKER
from imgscope.sources.daemon.source import DaemonSource
from tests.support.engine import Engine
from tests.support.images import (
    BuiltImage,
    BuiltLayer,
    directory,
    file,
    hard_link,
    image,
    layer,
    opaque,
    symlink,
    whiteout,
)
from tests.support.memory import MemorySource, tree_of
from tests.support.saved import SAVED_BY, SavedBy

Layers = list[BuiltLayer]


class Asked(MemorySource):
    """Remembers which blobs were asked for."""

    def __init__(self, built: BuiltImage, replaced: dict[str, bytes | None] | None = None) -> None:
        super().__init__(built, replaced=replaced)
        self.blobs: list[str] = []

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        self.blobs.append(descriptor.digest)
        with super().open_blob(descriptor, start, length) as chunks:
            yield chunks


def terms() -> ReadingTerms:
    return ReadingTerms(wants=Wants([]), limits=Limits(), cache=None, progress=ignore, cancelled=threading.Event())


def found(layers: Layers, path: str, *, lost: int | None = None, top: int | None = None) -> tuple[FileTree, list[int]]:
    """The tree that decides what `path` is, as layer `top` left it, and the numbers of the layers that were read."""
    built = image(layers)
    source = Asked(built, {layers[lost].digest: None} if lost is not None else None)
    tree, _ = tree_for(source, source.resolve(None), path, terms(), top=top)
    numbers = {each.digest: number for number, each in enumerate(layers)}
    return tree, [numbers[digest] for digest in source.blobs]


def content_layer(tree: FileTree, path: str) -> int:
    return find_file(tree, path).content_layer


BASE = layer(
    directory("etc"),
    file("etc/passwd", "base"),
    symlink("bin", "usr/bin"),
    directory("usr"),
    directory("usr/bin"),
    file("usr/bin/sh", "x"),
)


def test_layers_below_the_one_that_has_the_file_are_not_read() -> None:
    layers = [BASE, layer(directory("etc"), file("etc/passwd", "middle")), layer(file("top"))]
    tree, read = found(layers, "/etc/passwd")
    assert read == [2, 1]
    assert content_layer(tree, "/etc/passwd") == 1


def test_a_file_of_the_top_layer_takes_that_layer_only() -> None:
    tree, read = found([BASE, layer(file("a")), layer(directory("app"), file("app/run"))], "app/run")
    assert read == [2]
    assert content_layer(tree, "app/run") == 2


def test_a_file_that_a_layer_removed_is_not_found_below_it() -> None:
    layers = [BASE, layer(directory("etc"), whiteout("etc/passwd"))]
    tree, read = found(layers, "etc/passwd")
    assert read == [1, 0]
    assert tree.resolve("etc/passwd") is None


def test_a_directory_that_a_layer_emptied_hides_what_is_below_it() -> None:
    tree, _ = found([BASE, layer(directory("etc"), opaque("etc"), file("etc/new"))], "etc/passwd")
    assert tree.resolve("etc/passwd") is None


def test_a_link_that_a_lower_layer_may_lead_on_is_followed_as_far_down_as_it_goes() -> None:
    layers = [layer(file("lowest")), BASE, layer(symlink("sh", "/bin/sh")), layer(file("top"))]
    tree, read = found(layers, "sh")
    assert read == [3, 2, 1]
    assert content_layer(tree, "sh") == 1


def test_a_directory_that_no_layer_lists_may_be_a_link_in_a_lower_one() -> None:
    # The entry lib/a of the top layer lands in usr/lib, as lib is a link.
    layers = [
        layer(symlink("lib", "usr/lib"), directory("usr/lib"), file("usr/lib/a", "old")),
        layer(file("lib/a", "new")),
    ]
    for path in ("usr/lib/a", "lib/a"):
        tree, read = found(layers, path)
        assert read == [1, 0]
        assert content_layer(tree, path) == 1


def test_a_hard_link_to_a_file_of_a_lower_layer_has_its_content() -> None:
    layers = [layer(file("lowest")), layer(file("a", "content")), layer(hard_link("b", "a"))]
    tree, read = found(layers, "b")
    assert read == [2, 1]
    assert content_layer(tree, "b") == 1


def test_an_upper_layer_that_cannot_be_read_leaves_open_what_is_there() -> None:
    tree, read = found([BASE, layer(file("a"))], "etc/passwd", lost=1)
    assert read == [1]
    assert tree.layers[1].error is not None
    assert tree.resolve("etc/passwd") is None


def test_an_image_without_layers_has_no_files() -> None:
    tree, read = found([], "a")
    assert (tree.resolve("a"), read) == (None, [])


_NAMES = st.sampled_from("ab")
_PATHS = st.lists(_NAMES, min_size=1, max_size=3).map("/".join)
_ENTRIES = st.one_of(
    st.builds(file, _PATHS, st.sampled_from(["x", "yy"])),
    st.builds(directory, _PATHS),
    st.builds(symlink, _PATHS, st.one_of(_PATHS, _PATHS.map("/{}".format), _PATHS.map("../{}".format))),
    st.builds(hard_link, _PATHS, _PATHS),
    st.builds(whiteout, _PATHS),
    st.builds(opaque, _PATHS),
)
_LAYERS = st.lists(st.lists(_ENTRIES, max_size=4).map(lambda entries: layer(*entries, compression="none")), max_size=4)


@given(_LAYERS, _PATHS, st.integers(0, 4))
def test_whatever_layers_hold_the_file_that_is_found_is_that_of_all_up_to_the_top(
    layers: Layers, path: str, top: int
) -> None:
    last = top if top < len(layers) else None
    partial, whole = found(layers, path, top=last)[0].resolve(path), tree_of(*layers[: top + 1]).resolve(path)
    assert (partial is None or not partial.is_file) == (whole is None or not whole.is_file)
    if partial is not None and whole is not None and whole.is_file:
        assert (partial.path, partial.content_layer) == (whole.path, whole.content_layer)
        assert partial.content == whole.content


def test_what_was_read_to_decide_is_not_fetched_again_for_the_content() -> None:
    built = image([BASE, layer(file("a", "content"))])
    source = Asked(built)
    holding_source = HoldingSource(source)
    head = holding_source.resolve(None)
    tree, head = tree_for(holding_source, head, "a", terms())
    with open_file(holding_source, head, tree, find_file(tree, "a")) as pieces:
        assert b"".join(map(bytes, pieces)) == b"content"
    assert source.blobs == [built.layers[1].digest]
    holding_source.close()
    assert source.is_closed


def test_a_layer_too_large_to_be_held_is_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imgscope.inside.top_down._MOST_HELD", 10)
    built = image([layer(file("a", "content"))])
    source = Asked(built)
    holding_source = HoldingSource(source)
    tree, head = tree_for(holding_source, source.resolve(None), "a", terms())
    with open_file(holding_source, head, tree, find_file(tree, "a")) as pieces:
        assert b"".join(map(bytes, pieces)) == b"content"
    assert source.blobs == [built.layers[0].digest] * 2


def test_a_part_of_a_blob_comes_from_the_source() -> None:
    built = image([layer(file("a", "content"), compression="none")])
    source = HoldingSource(MemorySource(built))
    (descriptor,) = source.resolve(None).manifest.layers
    with source.open_blob(descriptor, 0, 1) as chunks:
        assert b"".join(chunks) == b"a"
    assert source.traffic().bytes_fetched > 0


@pytest.mark.parametrize("by", SAVED_BY)
def test_C50_of_an_image_in_an_engine_the_layers_pass_by_and_the_file_is_found_among_them(by: SavedBy) -> None:
    engine = Engine(by)
    layers = [layer(file("app/one", "1")), layer(file("app/two", "2" * 9000)), layer(whiteout("app/one"))]
    engine.add(image(layers, media="docker"), "app:1")
    address = Address(origin="the default", socket=Path("/run/engine.sock"))
    source = DaemonSource(DOCKER, "app:1", SourceOptions(), http=engine.transport(), address=lambda: address)
    tree, head = tree_for(source, source.resolve(None), "app/two", terms())
    with open_file(source, head, tree, find_file(tree, "app/two")) as pieces:
        assert b"".join(map(bytes, pieces)) == b"2" * 9000
    assert tree.resolve("app/one") is None
    source.close()


@pytest.mark.parametrize("by", SAVED_BY)
def test_C50_of_an_image_in_an_engine_a_file_is_found_as_a_layer_left_it(by: SavedBy) -> None:
    engine = Engine(by)
    engine.add(image([layer(file("one", "1" * 5000)), layer(whiteout("one"))], media="docker"), "app:1")
    address = Address(origin="the default", socket=Path("/run/engine.sock"))
    source = DaemonSource(DOCKER, "app:1", SourceOptions(), http=engine.transport(), address=lambda: address)
    tree, head = tree_for(source, source.resolve(None), "one", terms(), top=0)
    with open_file(source, head, tree, find_file(tree, "one")) as pieces:
        assert b"".join(map(bytes, pieces)) == b"1" * 5000
    source.close()
