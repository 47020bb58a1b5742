"""What is in an image in short: bounded, and adding up to what the tree says."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from imgscope import analyze
from imgscope.contents import ContentNode, ReportWithContents, image_contents, with_contents, without_contents
from imgscope.report import ImageReport
from tests.render.example import example
from tests.support.images import directory, file, hard_link, image, layer, whiteout
from tests.support.memory import MemorySource, inspect, tree_of


def nodes(node: ContentNode) -> Iterator[ContentNode]:
    yield node
    for child in node.children:
        yield from nodes(child)


def depth(node: ContentNode) -> int:
    return 1 + max(map(depth, node.children), default=0)


def test_directories_have_the_bytes_and_files_below_them_by_layer() -> None:
    root = image_contents(
        tree_of(
            layer(file("usr/a", "x" * 100), file("usr/b", "x" * 50)), layer(file("usr/b", "y" * 70), file("etc/c", "z"))
        )
    ).root
    assert (root.size, root.file_count, root.layer_sizes) == (171, 3, ((0, 100), (1, 71)))
    usr, etc = root.children
    assert (usr.name, usr.size, usr.layer_sizes) == ("usr", 170, ((0, 100), (1, 70)))
    assert [(child.name, child.size) for child in usr.children] == [("a", 100), ("b", 70)]
    assert (etc.name, etc.file_count) == ("etc", 1)


def test_a_content_counts_once_however_many_names_it_has() -> None:
    root = image_contents(tree_of(layer(file("a", "x" * 100), hard_link("b", "a")))).root
    assert (root.size, root.file_count) == (100, 1)


def test_what_is_too_small_to_be_told_apart_is_one_node_without_a_name() -> None:
    root = image_contents(tree_of(layer(file("large", "x" * 100_000), *(file(f"s{n}", "x") for n in range(7))))).root
    assert [(child.name, child.size, child.file_count) for child in root.children] == [
        ("large", 100_000, 1),
        ("", 7, 7),
    ]
    assert root.children[1].layer_sizes == ((0, 7),)


def test_every_directory_is_the_sum_of_what_is_in_it() -> None:
    root = image_contents(tree_of(layer(*(file(f"d{n % 7}/e{n % 3}/f{n}", "x" * (n + 1)) for n in range(500))))).root
    for node in nodes(root):
        if node.children:
            assert sum(child.size for child in node.children) == node.size
            assert sum(child.file_count for child in node.children) == node.file_count
        assert sum(size for _, size in node.layer_sizes) == node.size


def test_it_is_bounded_however_many_files_an_image_has_and_however_deep_they_are() -> None:
    wide = image_contents(tree_of(layer(*(file(f"d{n % 40}/f{n}", "x") for n in range(6000))))).root
    assert sum(1 for _ in nodes(wide)) < 3500
    deep = image_contents(tree_of(layer(file("/".join("d" * 1000), "x")))).root
    assert depth(deep) <= 32


def test_an_image_without_files_has_contents() -> None:
    assert image_contents(tree_of(layer(directory("etc")))).root == ContentNode(
        name="", size=0, file_count=0, layer_sizes=(), children=()
    )


def test_paths_that_stand_in_several_layers_are_listed_as_dive_does() -> None:
    contents = image_contents(
        tree_of(layer(file("a", "x" * 10), file("b", "x")), layer(file("a", "y" * 20), whiteout("b")))
    )
    assert [(path.path, path.count, path.total_size) for path in contents.inefficient] == [("a", 2, 30), ("b", 2, 1)]
    assert contents.wasted_bytes == 31


def test_a_report_has_contents_only_where_they_are_asked_for() -> None:
    built = image([layer(file("a", "x" * 10))])
    assert type(inspect(layer(file("a"))).report) is ImageReport
    report = analyze.inspect_source(MemorySource(built), options=analyze.Options(contents=True)).report
    assert isinstance(report, ReportWithContents)
    assert report.contents.root.size == 10


def test_without_its_contents_a_report_is_the_one_it_was() -> None:
    report = with_contents(example(), tree_of(layer(file("a"))))
    assert type(without_contents(report)) is ImageReport
    assert msgspec.to_builtins(without_contents(report)) == msgspec.to_builtins(example())
    assert without_contents(example()) is example()
