"""The files of the image, of one layer, and of the image up to a layer."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence

import pytest

from imgscope.tui.messages import GoToPath
from imgscope.tui.model.files import file_list
from imgscope.tui.model.files.order import FileOrder, in_order
from imgscope.tui.model.files.source import FileItem, FileSource
from imgscope.tui.panes.files import FilesPane
from imgscope.tui.screens.file import FileScreen
from imgscope.tui.widgets.file_tree import FileTree
from imgscope.tui.widgets.row_list import Cell
from tests.support.images import BuiltImage, file, hard_link, image, layer, symlink, whiteout
from tests.support.memory import MemorySource
from tests.tui.panes.files import rows, settled, title, tree, type_filter
from tests.tui.stage import SilentSource, app_image, app_of, is_over, press, screen_text, shown, until

pytestmark = pytest.mark.anyio


async def test_the_image_is_shown_with_the_largest_directories_first() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2")
        assert rows(pilot) == ["2.00 MB ▸ usr/", "1.50 MB ▸ var/", "76 B ▸ etc/", "7 B ▸ app/"]
        assert title(pilot) == "whole image · by size · 3.50 MB in 5 files"


async def test_a_directory_is_opened_and_closed() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2", "down", "enter")
        assert rows(pilot)[1:3] == ["1.50 MB ▾ var/", "1.50 MB   ▸ lib/"]
        await press(pilot, "space")
        assert rows(pilot)[1:3] == ["1.50 MB ▸ var/", "76 B ▸ etc/"]


async def test_vim_keys_walk_into_the_tree_and_out_of_it() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2", "l", "l", "l", "l")
        assert "/usr/lib/large" in screen_text(pilot)
        await press(pilot, "h")
        assert tree(pilot).cursor == 1
        await press(pilot, "h", "h", "h")
        assert rows(pilot)[0] == "2.00 MB ▸ usr/"
        await press(pilot, "G")
        assert tree(pilot).cursor == 3
        await press(pilot, "g")
        assert tree(pilot).cursor == 0


async def test_all_directories_are_opened_and_closed_by_one_key() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2", "e")
        assert rows(pilot)[:3] == ["2.00 MB ▾ usr/", "2.00 MB   ▾ lib/", "2.00 MB 0       large"]
        await press(pilot, "j", "j", "c")
        assert rows(pilot) == ["2.00 MB ▸ usr/", "1.50 MB ▸ var/", "76 B ▸ etc/", "7 B ▸ app/"]
        assert tree(pilot).cursor == 0, "at the directory that the row was in"
        await press(pilot, "e", "ctrl+@")
        assert len(rows(pilot)) == 4


async def test_what_a_layer_did_is_told_by_a_sign() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "down", "enter")
        assert title(pilot) == "layer 1 · by size · + 1 added, 7 B · ~ 1 changed, 5 B · - 1 removed, 3.00 kB"
        await press(pilot, "space")
        assert rows(pilot) == ["5 B ▾ etc/", "-3.00 kB -     gone", "5 B ~     changed", "7 B + ▸ app/"]
        await press(pilot, "down")
        assert "removed in this layer" in screen_text(pilot)


async def test_what_only_changed_owner_has_a_sign_of_its_own() -> None:
    built = image([layer(file("a", "x")), layer(file("a", "x", uid=7))])
    async with shown(MemorySource(built)) as pilot:
        await press(pilot, "down", "enter")
        assert rows(pilot) == ["1 B *   a"]


async def test_directories_that_only_lose_something_show_how_much() -> None:
    built = image([layer(file("usr/share/doc/x", "x" * 3000)), layer(whiteout("usr/share/doc"))])
    async with shown(MemorySource(built)) as pilot:
        await press(pilot, "down", "enter", "l", "l", "l", "l")
        assert rows(pilot) == ["-3.00 kB ▾ usr/", "-3.00 kB   ▾ share/", "-3.00 kB -     ▸ doc/"]
        await press(pilot, "h")
        assert "below it, 3.00 kB are removed" in screen_text(pilot)


async def test_one_key_goes_around_image_layer_and_image_up_to_it_and_back_to_where_the_reader_was() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "down", "2", "down", "down", "t")
        assert title(pilot).startswith("layer 1 ·")
        await press(pilot, "t")
        assert title(pilot) == "up to layer 1 · by size · 3.50 MB in 5 files"
        await press(pilot, "t")
        assert title(pilot).startswith("whole image")
        assert tree(pilot).cursor == 2


async def test_up_to_a_layer_signs_stand_beside_the_layers_that_files_come_from() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "down", "2", "t", "ctrl+l", "e")
        assert "-3.00 kB -     gone" in rows(pilot)
        assert "5 B 1 ~     changed" in rows(pilot)
        assert "71 B 0     os-release" in rows(pilot)
        await press(pilot, "ctrl+l")
        assert title(pilot).startswith("layer 1 ·")


async def test_beside_the_layers_the_tree_follows_the_highlighted_one() -> None:
    async with shown(MemorySource(app_image()), size=(140, 40)) as pilot:
        await press(pilot, "enter", "1", "down")
        text = screen_text(pilot)
        assert "RUN install the system" in text
        assert "layer 1 · + 1 added" in text


async def test_the_order_is_told_and_changed_with_what_is_open_left_open() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2", "down", "down", "enter", "s")
        assert "· by name ·" in title(pilot)
        assert rows(pilot) == [
            "7 B ▸ app/",
            "76 B ▾ etc/",
            "5 B 1     changed",
            "71 B 0     os-release",
            "2.00 MB ▸ usr/",
            "1.50 MB ▸ var/",
        ]
        assert tree(pilot).cursor == 1
        await press(pilot, "s")
        assert "· by layer ·" in title(pilot)
        await press(pilot, "t")
        assert "· by change ·" in title(pilot)
        await press(pilot, "s")
        assert "· by size ·" in title(pilot)


async def test_kinds_of_changes_are_hidden_and_shown_again() -> None:
    everything = {"changed", "gone", "main.py", "os-release", "large", "Packages"}
    hidden = {
        ("A", "ctrl+a"): {"main.py"},
        ("R", "ctrl+r"): {"gone"},
        ("M",): {"changed"},
        ("U", "ctrl+u"): {"os-release", "large", "Packages"},
    }
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "down", "2", "t", "t", "e")
        for keys, names in hidden.items():
            for key in keys:
                await press(pilot, key)
                left = {row.rpartition(" ")[2] for row in rows(pilot) if not row.endswith("/")}
                assert left == everything - names
                assert "without" in title(pilot)
                await press(pilot, key)
                assert "without" not in title(pilot)


async def test_kinds_of_changes_can_be_hidden_in_a_layer_only() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2", "A")
        assert [each.message for each in pilot.app._notifications] == ["Changes are those of one layer: t shows them."]
        assert "without" not in title(pilot)


async def test_mode_and_owner_are_shown_where_there_is_room_or_on_demand() -> None:
    async with shown(MemorySource(app_image()), (80, 24)) as pilot:
        await press(pilot, "2", "G", "enter", "down")
        assert "-rw-r--r-- 0:0" not in rows(pilot)[-1]
        await press(pilot, "m")
        assert rows(pilot)[-1] == "7 B 1 -rw-r--r-- 0:0     main.py"
        assert rows(pilot, 120)[-1] == "7 B 1 -rw-r--r-- 0:0     main.py"
        await press(pilot, "m")
        assert rows(pilot, 120)[-1] == "7 B 1     main.py"


async def test_links_say_where_they_lead() -> None:
    built = image([layer(file("a", "x" * 9), hard_link("b", "a"), symlink("c", "/nowhere"))])
    async with shown(MemorySource(built)) as pilot:
        await press(pilot, "2")
        assert rows(pilot) == ["9 B 0   a", "0 B 0   b = /a", "0 B 0   c → /nowhere"]


def _deep() -> BuiltImage:
    return image([layer(file("a/b/c", "1"), file("a/b/d", "22"), file("e", "333"))])


async def test_a_jump_to_a_path_opens_what_leads_there() -> None:
    async with shown(MemorySource(_deep())) as pilot:
        await press(pilot, "2")
        await type_filter(pilot, "e")
        pilot.app.screen.post_message(GoToPath("a/b/c"))
        await settled(pilot)
        assert rows(pilot) == ["3 B ▾ a/", "3 B   ▾ b/", "2 B 0       d", "1 B 0       c", "3 B 0   e"]
        assert tree(pilot).cursor == 3
        assert not pilot.app.screen.query_one(FilesPane).filter_bar.display
        pilot.app.screen.post_message(GoToPath("a/b", 0))
        await settled(pilot)
        assert title(pilot).startswith("layer 0")
        assert tree(pilot).cursor == 1


async def test_a_jump_before_the_image_is_read_is_made_when_it_is() -> None:
    source = SilentSource(_deep())
    app = app_of(source)
    async with app.run_test() as pilot:
        pilot.app.screen.post_message(GoToPath("a/b/c"))
        await settled(pilot)
        assert "files follow when all layers are read" in screen_text(pilot)
        source.release()
        await until(pilot, lambda: is_over(app))
        await settled(pilot)
        assert tree(pilot).cursor == 3


async def test_a_directory_of_many_files_costs_what_is_in_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_list, "LARGE_DIRECTORY", 500)
    entries = [file(f"d/{number:06}") for number in range(20_000)]
    async with shown(MemorySource(image([layer(*entries)]))) as pilot:
        await press(pilot, "2", "enter")
        await until(pilot, lambda: tree(pilot).row_count == 20_001)
        asked: set[int] = set()
        cells = tree(pilot).cells

        def watched(position: int, width: int) -> Sequence[Cell]:
            asked.add(position)
            return cells(position, width)

        monkeypatch.setattr(tree(pilot), "cells", watched)
        await press(pilot, "G")
        assert "019999" in screen_text(pilot)
        assert len(asked) < 100


async def test_a_jump_into_a_large_directory_is_sorted_beside_the_thread_that_answers_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sorting: dict[int, set[threading.Thread]] = {}

    def watched(source: FileSource, items: Collection[FileItem], order: FileOrder) -> list[FileItem]:
        sorting.setdefault(len(items), set()).add(threading.current_thread())
        return in_order(source, items, order)

    monkeypatch.setattr(file_list, "in_order", watched)
    entries = [file(f"d/{number:06}") for number in range(2_000)]
    async with shown(MemorySource(image([layer(*entries)]))) as pilot:
        await press(pilot, "2")
        for path in ("d/000007", "d/000009"):
            pilot.app.screen.post_message(GoToPath(path))
            await settled(pilot)
            assert rows(pilot)[tree(pilot).cursor].endswith(path.removeprefix("d/"))
        await type_filter(pilot, "001234")
        await press(pilot, "G", "escape")
        assert rows(pilot)[tree(pilot).cursor].endswith("001234")
        assert threading.main_thread() not in sorting[2_000]


async def test_what_is_chosen_is_of_the_tree_on_show_while_another_is_worked_out() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "down", "2", "t", "l", "j")
        pane = pilot.app.screen.query_one(FilesPane)
        pane._is_working = True
        pane.follow_layer(0)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, FileScreen)
        assert pilot.app.screen._layer == 1


async def test_the_cursor_stays_where_it_is_when_a_large_directory_above_it_opens_late() -> None:
    built = image([layer(*(file(f"a/{number}", "x" * 100) for number in range(50)), file("b", "1"), file("c", ""))])
    async with shown(MemorySource(built)) as pilot:
        await press(pilot, "2", "down")
        files = tree(pilot).files
        assert files is not None
        item = files.item(0)
        tree(pilot).post_message(FileTree._Listed(files, item, list(files.source.children(item))))
        await settled(pilot)
        assert len(files) == 53
        assert files.item(tree(pilot).cursor).path == "b"
        assert "› " in screen_text(pilot), "in sight"
