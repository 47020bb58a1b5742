"""The order of what is in a directory."""

from __future__ import annotations

from imgscope.tui.model.files.file_list import FileList, everything
from imgscope.tui.model.files.order import FileOrder, following, in_order, order_phrase
from tests.support.images import layer
from tests.support.memory import inspect
from tests.tui.model.files.trees import image_files, layer_files, shown, sized


def test_the_largest_are_first_removed_bytes_count_like_added_ones() -> None:
    assert shown(FileList(layer_files())) == ["var/", "etc/", "opt/"]


def test_names_are_in_the_order_of_their_characters() -> None:
    assert shown(FileList(image_files(), "name")) == ["etc/", "opt/", "usr/", "var/"]


def test_what_a_layer_did_most_to_is_first() -> None:
    files = FileList(layer_files(), "change", is_open=everything)
    assert shown(files) == [
        *("opt/", "  new/", "    file.py"),
        *("var/", "  cache/", "    old"),
        *("etc/", "  passwd", "  owned"),
    ]


def test_in_the_whole_image_change_is_which_layer_came_last() -> None:
    files = FileList(image_files(), "change")
    position = files.reveal("etc/passwd")
    assert position is not None
    assert order_phrase("change", files.source) == "by layer"
    assert order_phrase("change", layer_files()) == "by change"


def test_orders_follow_each_other_around() -> None:
    assert [following(order) for order in ("size", "name", "change")] == ["name", "change", "size"]


def test_many_are_sorted_like_few() -> None:
    entries = [sized(f"d/{number}", number * 7919 % 101 + 1) for number in range(9_000)]
    source = image_files(inspect(layer(*entries)))
    directory = next(iter(source.children(source.root)))
    orders: tuple[FileOrder, ...] = ("size", "name", "change")
    for order in orders:
        listed = in_order(source, source.children(directory), order)
        small = in_order(source, listed[:100], order)
        assert len(listed) == 9_000
        assert small == listed[:100]
    by_size = in_order(source, source.children(directory), "size")
    assert by_size == sorted(by_size, key=lambda item: (-source.size(item), item.name))
