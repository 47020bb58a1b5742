"""A tree as the list of its open rows."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.tui.model.files.file_list import FileList
from imgscope.tui.model.files.image import ImageFiles
from imgscope.tui.model.files.source import FileItem
from tests.support.images import layer
from tests.support.memory import inspect
from tests.tui.model.files.trees import image_files, inspected, shown, sized

INSPECTED = inspected()


class Watched(ImageFiles):
    """Keeps what it was asked for."""

    def __init__(self) -> None:
        super().__init__(INSPECTED.image)
        self.asked: list[str] = []

    def children(self, item: FileItem) -> Collection[FileItem]:
        self.asked.append(item.path)
        return super().children(item)


def test_only_what_is_opened_is_asked_for() -> None:
    source = Watched()
    files = FileList(source)
    assert source.asked == [""]
    files.open(0)
    assert source.asked == ["", "usr"]
    assert shown(files) == ["usr/", "  share/", "  bin/", "etc/", "opt/", "var/"]


def test_closing_hides_all_that_is_below_however_deep() -> None:
    files = FileList(image_files())
    files.open(0)
    files.open(1)
    assert len(files) == 8
    files.close(0)
    assert shown(files) == ["usr/", "etc/", "opt/", "var/"]
    assert not files.is_open(0)


def test_files_do_not_open_and_opening_twice_is_opening_once() -> None:
    files = FileList(image_files())
    files.open(1)
    files.open(1)
    files.open(2)
    assert shown(files) == ["usr/", "etc/", "  passwd", "  owned", "opt/", "var/"]


def test_the_parent_is_the_directory_that_holds_a_row() -> None:
    files = FileList(image_files())
    files.open(0)
    files.open(1)
    assert files.parent(3) == 1
    assert files.parent(1) == 0
    assert files.parent(4) == 0
    assert files.parent(7) == 7


def test_what_was_open_is_open_again_in_another_order() -> None:
    files = FileList(image_files(INSPECTED))
    files.open(0)
    again = FileList(files.source, "name", is_open=files.opened().__contains__)
    assert shown(again) == ["etc/", "opt/", "usr/", "  bin/", "  share/", "var/"]


@pytest.mark.parametrize(
    ("path", "found", "rows"),
    [
        ("usr/share/doc/README", "README", 9),
        ("usr/share/doc/NEWS", "doc/", 9),
        ("etc", "etc/", 6),
        ("etc/passwd/x", "passwd", 6),
        ("nowhere", None, 4),
        ("", None, 4),
    ],
)
def test_a_path_is_revealed_as_far_as_it_goes(path: str, found: str | None, rows: int) -> None:
    files = FileList(image_files())
    position = files.reveal(path)
    assert (files.row(position).name if position is not None else None) == found
    assert len(files) == rows


def test_the_row_of_an_item_is_found() -> None:
    files = FileList(image_files())
    files.open(0)
    assert files.position(files.item(2)) == 2
    inside = files.item(1)
    files.close(0)
    assert files.position(inside) is None


def test_a_list_that_is_no_longer_wanted_is_left_incomplete() -> None:
    files = FileList(image_files(), is_cancelled=lambda: True)
    assert len(files) == 0


def test_large_directories_are_told_before_they_are_listed() -> None:
    inspection = inspect(layer(*(sized(f"d/{number}", 1) for number in range(10_001)), sized("e/f", 1)))
    files = FileList(image_files(inspection), "name")
    assert [files.is_large(position) for position in range(2)] == [True, False]


@given(st.lists(st.tuples(st.sampled_from(["open", "close", "parent"]), st.integers(0, 30)), max_size=30))
def test_however_it_is_opened_and_closed_it_is_the_tree_in_order(steps: list[tuple[str, int]]) -> None:
    files = FileList(ImageFiles(INSPECTED.image))
    for action, number in steps:
        position = number % len(files)
        if action == "open":
            files.open(position)
        elif action == "close":
            files.close(position)
        else:
            assert files.parent(position) <= position
    opened = files.opened()
    assert shown(files) == shown(FileList(files.source, is_open=opened.__contains__))
