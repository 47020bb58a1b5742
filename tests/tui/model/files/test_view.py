"""What of the files the reader wants to see, worked out."""

from __future__ import annotations

from imgscope.tui.model.files.file_list import nothing
from imgscope.tui.model.files.view import FileView, FileViews, view_title, waiting_title
from tests.tui.model.files.trees import inspected, shown


def test_each_view_has_its_tree_in_its_order() -> None:
    views = FileViews(inspected())
    for view, rows, title in (
        (FileView(), ["usr/", "etc/", "opt/", "var/"], "whole image · by size · 2.01 MB in 6 files"),
        (FileView(order="name"), ["etc/", "opt/", "usr/", "var/"], "whole image · by name · 2.01 MB in 6 files"),
        (FileView(scope="stacked", layer=0), ["usr/", "var/", "etc/"], "up to layer 0 · by size · 2.08 MB in 6 files"),
    ):
        files = views.file_list(view, nothing)
        assert files is not None
        assert shown(files) == rows
        assert view_title(view, files.source) == title


def test_a_few_matches_are_all_on_show_unless_they_were_closed() -> None:
    view = FileView(scope="layer", layer=1, text="is:removed", hidden=frozenset({"added"}))
    views = FileViews(inspected())
    files = views.file_list(view, nothing)
    assert files is not None
    assert shown(files) == ["var/", "  cache/", "    old"]
    assert view_title(view, files.source).startswith("layer 1 · without added · by size · 1 match")
    closed = views.file_list(view, nothing, opens_few=False)
    assert closed is not None
    assert shown(closed) == ["var/"]


def test_a_view_that_is_no_longer_wanted_is_none() -> None:
    views = FileViews(inspected())
    assert views.file_list(FileView(), nothing, lambda: True) is None
    assert views.file_list(FileView(text="x"), nothing, lambda: True) is None


def test_what_takes_a_while_says_what_it_is() -> None:
    assert waiting_title(FileView(text="a")) == "filtering …"
    assert waiting_title(FileView(order="name")) == "sorting …"
    assert waiting_title(FileView(scope="layer", layer=2)) == "layer 2 · comparing with the layers below it …"
