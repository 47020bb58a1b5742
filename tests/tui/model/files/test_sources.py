"""The three trees of the files pane: the image, the image up to a layer, and what one layer did."""

from __future__ import annotations

from imgscope.tui.model.files.file_list import FileList, everything
from imgscope.tui.model.files.source import FileSource
from tests.tui.model.files.trees import all_rows, image_files, layer_files, stacked_files


def kinds(source: FileSource) -> dict[str, str]:
    files = FileList(source, is_open=everything)
    rows = {files.item(position).path: files.row(position).kind for position in range(len(files))}
    return {path: kind for path, kind in rows.items() if kind is not None}


def sizes(source: FileSource) -> dict[str, int]:
    files = FileList(source, is_open=everything)
    return {files.item(position).path: files.row(position).size for position in range(len(files))}


def details(source: FileSource, path: str) -> list[str]:
    files = FileList(source)
    position = files.reveal(path)
    assert position is not None
    return [line.text for line in files.detail(position)]


def test_the_whole_image_knows_layers_and_no_changes() -> None:
    source = image_files()
    assert source.title == "whole image · 2.01 MB in 6 files"
    assert not kinds(source)
    assert sizes(source)["etc"] == 980
    assert details(source, "etc/passwd") == [
        "/etc/passwd",
        "-rw-r--r-- · 0:0 · 950 B",
        "from layer 1: RUN build",
    ]


def test_links_are_told_and_count_once() -> None:
    rows = all_rows(image_files())
    assert "    link → app" in rows
    assert "    app2 = /usr/bin/app" in rows
    assert sizes(image_files())["usr/bin"] == 5000
    assert sizes(image_files())["usr/bin/app2"] == 0


def test_a_layer_shows_only_what_it_did() -> None:
    source = layer_files()
    assert kinds(source) == {
        "etc/passwd": "modified",
        "etc/owned": "metadata",
        "opt": "added",
        "opt/new": "added",
        "opt/new/file.py": "added",
        "var/cache": "removed",
        "var/cache/old": "removed",
    }
    assert sizes(source)["var/cache"] == -70_000
    assert sizes(source)["var"] == -70_000
    assert "usr" not in sizes(source)


def test_up_to_a_layer_everything_is_shown_and_its_changes_are_marked() -> None:
    source = stacked_files()
    assert source.title == "up to layer 1 · 2.01 MB in 6 files"
    assert kinds(source) == kinds(layer_files())
    assert sizes(source)["usr/share/Big.bin"] == 2_000_000
    assert sizes(source)["var/cache/old"] == -70_000
    assert sizes(source)["var"] == 0


def test_up_to_a_lower_layer_is_as_if_the_others_were_not_there() -> None:
    source = stacked_files(0)
    assert sizes(source)["var/cache/old"] == 70_000
    assert sizes(source)["etc/passwd"] == 900
    assert "opt" not in sizes(source)
    assert set(kinds(source).values()) == {"added"}


def test_what_is_said_of_a_path_is_what_the_layer_did_or_which_one_it_comes_from() -> None:
    assert details(stacked_files(), "etc/owned")[-1].startswith("changed in owner, mode or time only")
    assert details(stacked_files(), "usr/bin/app")[-1] == "from layer 0: RUN build"
    assert details(layer_files(), "var")[-1] == "below it, 70.0 kB are removed"
