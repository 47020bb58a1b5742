"""A tree as the list of its open rows."""

from __future__ import annotations

from imgscope.tui.model.file_list import FileList, FileRow
from imgscope.tui.model.lines import Line


class Numbers:
    """A tree without an end: below each item are two longer ones."""

    title = "numbers"
    shows_layer = False
    root = ""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def children(self, item: str) -> list[str]:
        self.asked.append(item)
        return [f"{item}0", f"{item}1"]

    def name(self, item: str) -> str:
        return item[-1]

    def row(self, item: str) -> FileRow:
        return FileRow(name=item, size=len(item), is_directory=not item.endswith("1"))

    def detail(self, item: str) -> list[Line]:
        return [Line(item)]


def names(files: FileList[str]) -> list[str]:
    return [files.row(position).name for position in range(len(files))]


def test_only_what_is_opened_is_asked_for() -> None:
    source = Numbers()
    files = FileList(source)
    assert source.asked == [""]
    files.open(0)
    assert source.asked == ["", "0"]
    assert names(files) == ["0", "00", "01", "1"]
    assert [files.depth(position) for position in range(4)] == [0, 1, 1, 0]


def test_closing_hides_all_that_is_below_however_deep() -> None:
    files = FileList(Numbers())
    files.open(0)
    files.open(1)
    assert names(files) == ["0", "00", "000", "001", "01", "1"]
    files.close(0)
    assert names(files) == ["0", "1"]
    assert not files.is_open(0)


def test_files_do_not_open() -> None:
    files = FileList(Numbers())
    files.open(1)
    assert names(files) == ["0", "1"]


def test_opening_twice_is_opening_once() -> None:
    files = FileList(Numbers())
    files.open(0)
    files.open(0)
    assert len(files) == 4


def test_the_parent_is_the_directory_that_holds_a_row() -> None:
    files = FileList(Numbers())
    files.open(0)
    files.open(1)
    assert files.parent(3) == 1
    assert files.parent(1) == 0
    assert files.parent(5) == 5


def test_a_path_is_found_and_the_directories_above_it_are_opened() -> None:
    files = FileList(Numbers())
    position = files.find("0/0/1")
    assert names(files)[position] == "001"
    assert names(files) == ["0", "00", "000", "001", "01", "1"]


def test_a_path_that_is_not_there_ends_at_the_last_directory_that_is() -> None:
    files = FileList(Numbers())
    position = files.find("0/0/2")
    assert names(files)[position] == "00"
