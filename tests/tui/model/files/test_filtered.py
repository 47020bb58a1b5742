"""What of a tree matches a filter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgscope.analyze import Inspection
from imgscope.errors import UsageError
from imgscope.tui.model.files.file_list import FileList, everything
from imgscope.tui.model.files.filter_text import parse_filter
from imgscope.tui.model.files.filtered import FilteredFiles, filtered
from imgscope.tui.model.files.source import FileSource
from tests.support.elf import glibc_program
from tests.support.images import directory, file, layer
from tests.support.memory import inspect
from tests.tui.model.files.trees import all_rows, image_files, layer_files, sized, stacked_files


def matching(source: FileSource, text: str) -> FilteredFiles:
    found = filtered(source, parse_filter(text))
    assert found is not None
    return found


def paths(source: FileSource, text: str) -> list[str]:
    """The paths of the files that are shown."""
    files = FileList(matching(source, text), "name", is_open=everything)
    items = [files.item(position) for position in range(len(files))]
    return [item.path for item in items if not item.is_directory]


def test_matches_are_shown_with_the_directories_that_lead_to_them() -> None:
    assert all_rows(matching(image_files(), "readme")) == ["usr/", "  share/", "    doc/", "      README"]


def test_sizes_of_directories_count_matches_only_and_the_title_says_so() -> None:
    found = matching(image_files(), "app")
    (usr,) = found.children(found.root)
    assert found.size(usr) == 5000
    assert found.title == "whole image · 2 matches, 5.00 kB (sizes: matches only)"
    assert matching(image_files(), "zzz").title == "whole image · nothing matches"


def test_what_a_directory_matches_all_that_is_in_it_matches() -> None:
    assert paths(image_files(), "share") == ["usr/share/Big.bin", "usr/share/doc/README"]
    assert paths(image_files(), "share !doc") == ["usr/share/Big.bin"]
    assert paths(image_files(), "/usr/*/doc") == ["usr/share/doc/README"]
    assert paths(image_files(), "/^\\/etc/") == ["etc/owned", "etc/passwd"]


def test_a_directory_that_matches_is_shown_even_if_nothing_is_in_it() -> None:
    source = image_files(inspect(layer(directory("run/lock"), sized("etc/x", 1))))
    assert all_rows(matching(source, "lock")) == ["run/", "  lock/"]
    assert all_rows(matching(source, "lock >1")) == []


def test_terms_are_combined() -> None:
    assert paths(image_files(), "usr >1MB") == ["usr/share/Big.bin"]
    assert paths(image_files(), "usr <=5k !is:link") == ["usr/bin/app", "usr/share/doc/README"]
    assert paths(image_files(), "is:link") == ["usr/bin/app2", "usr/bin/link"]


@pytest.mark.parametrize("source", [layer_files(), stacked_files()], ids=["layer", "stacked"])
def test_changes_are_told_apart(source: FileSource) -> None:
    assert paths(source, "is:added") == ["opt/new/file.py"]
    assert paths(source, "is:modified") == ["etc/passwd"]
    assert paths(source, "is:metadata") == ["etc/owned"]
    assert paths(source, "is:removed") == ["var/cache/old"]
    assert paths(source, "is:added,modified,metadata,removed") == paths(source, "!is:unmodified")


def test_removed_directories_match_by_themselves() -> None:
    found = matching(layer_files(), "is:removed")
    assert all_rows(found) == ["var/", "  cache/", "    old"]
    assert found.match_count == 1


def test_the_whole_image_has_no_changes_to_ask_for() -> None:
    with pytest.raises(UsageError, match="changes are those of one layer"):
        matching(image_files(), "is:added")


def packaged() -> Inspection:
    status = "Package: {0}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n".format
    return inspect(
        layer(
            file("var/lib/dpkg/status", status("bash") + status("libssl3")),
            file("var/lib/dpkg/info/bash.list", "/bin/bash\n"),
            file("var/lib/dpkg/info/libssl3.list", "/usr/lib/libssl.so.3\n"),
            file("bin/bash", glibc_program()),
            sized("usr/lib/libssl.so.3", 50),
            sized("opt/mine", 60),
        ),
        layer(sized("usr/lib/libssl.so.3", 55)),
    )


def test_packages_and_what_none_owns() -> None:
    source = image_files(packaged())
    assert paths(source, "package:bash") == ["bin/bash"]
    assert paths(source, "package:lib*") == ["usr/lib/libssl.so.3"]
    assert "opt/mine" in paths(source, "is:unowned")
    assert "bin/bash" not in paths(source, "is:unowned")
    assert paths(source, "is:elf") == ["bin/bash"]
    assert "opt/mine" in paths(source, "!package:bash")


def test_a_package_that_is_not_there_is_said_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="the image has no package 'libss3'") as raised:
        matching(image_files(packaged()), "package:libss3")
    assert raised.value.hint == "did you mean package:libssl3?"


def test_kinds_can_be_left_out() -> None:
    without = parse_filter("").without(frozenset({"unmodified", "removed"}))
    found = filtered(stacked_files(), without)
    assert found is not None
    assert all_rows(found) == ["etc/", "  owned", "  passwd", "opt/", "  new/", "    file.py"]
    assert parse_filter("x").without(frozenset()) == parse_filter("x")


def test_a_search_that_is_no_longer_wanted_ends() -> None:
    source = image_files(inspect(layer(*(sized(f"{number}", 1) for number in range(3000)))))
    assert filtered(source, parse_filter("1"), is_cancelled=lambda: True) is None


@given(st.sampled_from(["a", "e", "*.py", ">100", "<=900", "is:link", "usr", "/usr", "!o"]), st.booleans())
def test_what_is_shown_is_what_matches_and_what_leads_there(text: str, is_layer: bool) -> None:
    source: FileSource = layer_files() if is_layer else stacked_files()
    found = matching(source, text)
    files = FileList(found, is_open=everything)
    assert len(files) == found.row_count
    shown_files = [files.item(position) for position in range(len(files)) if not files.row(position).is_directory]
    assert len(shown_files) == found.match_count
    sizes = [found.size(item) for item in shown_files]
    assert found.size(found.root) == (sum(size for size in sizes if size > 0) or sum(sizes))
    assert found.weight(found.root) == sum(map(abs, sizes))
    every = FileList(source, is_open=everything)
    both = {item.path for item in shown_files} | set(
        paths(source, f"!{text}" if not text.startswith("!") else text[1:])
    )
    assert both == {every.item(number).path for number in range(len(every)) if not every.row(number).is_directory}
