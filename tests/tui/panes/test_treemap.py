"""The treemap: views, into tiles and out of them, with keys and the mouse, in any size."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from imgscope.tui.model.tiles import Tile
from imgscope.tui.panes.treemap import TreemapPane
from imgscope.tui.widgets.file_tree import FileTree
from imgscope.tui.widgets.tile_list import TileList
from imgscope.tui.widgets.treemap import Treemap
from tests.support.images import file, image, layer
from tests.support.memory import MemorySource
from tests.tui.panes.files import settled
from tests.tui.panes.images import full_image
from tests.tui.stage import SilentSource, app_of, press, screen_text, shown, until

pytestmark = pytest.mark.anyio


def names(pilot: Pilot[None]) -> list[str]:
    """What the tiles are called."""
    return [tile.name for tile in pilot.app.screen.query_one(Treemap).tiles]


def current(pilot: Pilot[None]) -> str:
    """The tile under the cursor."""
    tile = pilot.app.screen.query_one(Treemap).current
    assert tile is not None
    return tile.name


async def test_directories_are_tiles_with_their_sizes_and_shares() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9")
        text = screen_text(pilot)
        assert names(pilot)[:3] == ["usr/", "var/", "srv/"]
        assert "by directory · 7.81 MB" in text
        assert "6.00 MB  77%" in text
        assert "┏━" in text, "around the tile under the cursor"


async def test_what_is_inside_a_large_tile_is_drawn_in_it_in_every_view() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9")
        line = next(line for line in screen_text(pilot).split("\n") if "│ lib/" in line)
        assert line.startswith("┃ │ lib/")
        await press(pilot, "enter", "enter")
        assert "│ 12/cc1" in screen_text(pilot), "gcc/ has only one directory inside, and that has this one"
        await press(pilot, "v", "l")
        assert "│ usr/" in screen_text(pilot)
        await press(pilot, "v")
        assert "│ usr/" in screen_text(pilot)


async def test_enter_goes_into_a_directory_and_backspace_out_to_where_one_was() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9", "right", "enter")
        assert "by directory › var/ · 1.50 MB (19% of the image)" in screen_text(pilot)
        assert names(pilot) == ["lib/"]
        await press(pilot, "enter", "space")
        assert names(pilot) == ["lists/", "extended_states"]
        await press(pilot, "backspace", "backspace", "u")
        assert current(pilot) == "var/"
        await press(pilot, "escape")
        assert current(pilot) == "var/", "there is nothing above"


async def test_arrows_and_letters_go_from_tile_to_tile() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9")
        for key, expected in (("l", "var/"), ("down", "srv/"), ("k", "var/"), ("h", "usr/"), ("right", "var/")):
            await press(pilot, key)
            assert current(pilot) == expected
        await press(pilot, "end")
        assert current(pilot).startswith("…")
        await press(pilot, "home")
        assert current(pilot) == "usr/"


async def test_what_is_too_small_is_one_tile_that_can_be_looked_into() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9", "G")
        assert current(pilot) == "… 2 more"
        assert "too small to be shown apart" in screen_text(pilot)
        await press(pilot, "enter")
        assert set(names(pilot)) == {"etc/", "lib64/"}


async def test_views_are_by_directory_by_package_and_by_layer() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9", "v")
        assert "by package · 7.81 MB" in screen_text(pilot)
        assert names(pilot)[:2] == ["gcc-12", "of no package"]
        await press(pilot, "enter", "enter", "enter", "enter")
        assert names(pilot) == ["12/"]
        await press(pilot, "v")
        assert "by layer · 8.81 MB" in screen_text(pilot)
        assert names(pilot)[0].startswith("0 ADD file:")
        await press(pilot, "enter")
        assert names(pilot)[0] == "usr/"
        await press(pilot, "v", "V", "V")
        assert "by package" in screen_text(pilot)


async def test_a_file_and_the_key_for_it_lead_to_the_files() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9", "right", "f")
        assert isinstance(pilot.app.focused, FileTree)
        assert "/var" in screen_text(pilot)
        await press(pilot, "9", "h", "enter", "enter", "enter", "enter", "enter")
        assert isinstance(pilot.app.focused, FileTree)
        assert "/usr/lib/gcc/12/cc1" in screen_text(pilot)


async def test_of_a_layer_the_files_are_what_it_did() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9", "V", "G", "f")
        assert isinstance(pilot.app.focused, FileTree)
        assert "layer 1 ·" in screen_text(pilot)


async def test_a_click_moves_the_cursor_and_a_second_one_goes_in() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9")
        width = pilot.app.screen.query_one(Treemap).size.width
        for _ in range(2):
            await pilot.click(Treemap, offset=(width - 5, 2))
            await press(pilot)
        assert "› var/" in screen_text(pilot)


async def test_beside_a_wide_treemap_is_the_list_of_all_tiles() -> None:
    async with shown(MemorySource(full_image()), (160, 48)) as pilot:
        await press(pilot, "9")
        listed = pilot.app.screen.query_one(TileList)
        assert listed.region.width > 0
        assert listed.row_count == 5
        assert "76.8% usr/" in screen_text(pilot)
        await press(pilot, "right")
        assert listed.cursor == 1
        await pilot.click(TileList, offset=(5, 1))
        await press(pilot)
        assert current(pilot) == "usr/"
        await pilot.click(TileList, offset=(5, 1))
        await press(pilot)
        assert "› usr/" in screen_text(pilot)


async def test_it_fills_whatever_room_there_is() -> None:
    async with shown(MemorySource(full_image()), (160, 48)) as pilot:
        await press(pilot, "9")
        for size in ((60, 15), (80, 24), (200, 60), (20, 8), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            treemap = pilot.app.screen.query_one(Treemap)
            assert all(
                len(strip.text) == treemap.size.width
                for strip in (treemap.render_line(y) for y in range(treemap.size.height))
            )
        assert names(pilot)[0] == "usr/"


async def test_an_empty_image_has_no_tile() -> None:
    async with shown(MemorySource(image([layer(file("nothing", ""))]))) as pilot:
        await press(pilot, "9")
        assert "there is nothing in it" in screen_text(pilot)
        await press(pilot, "enter", "right", "G", "f", "backspace", "v", "v")
        assert pilot.app.is_running


async def test_it_follows_when_all_layers_are_read() -> None:
    source = SilentSource(full_image())
    async with app_of(source).run_test() as pilot:
        await press(pilot, "9")
        assert "a picture follows when all layers are read" in screen_text(pilot)
        source.release()
        await until(pilot, lambda: "usr/" in screen_text(pilot))


async def test_what_was_asked_for_twice_or_no_longer_is_shown_once_or_not_at_all() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9")
        pane, treemap = pilot.app.screen.query_one(TreemapPane), pilot.app.screen.query_one(Treemap)
        asked: list[str] = []
        answered: list[str] = []
        goes_on = threading.Event()

        def hold_back(tile: Tile) -> Tile:
            def below() -> Sequence[Tile]:
                asked.append(tile.name)
                goes_on.wait(30)
                answered.append(tile.name)
                assert tile.below is not None
                return tile.below()

            return replace(tile, below=below)

        treemap.show([hold_back(tile) if tile.below else tile for tile in treemap.tiles])
        pane._choose()
        await until(pilot, lambda: len(asked) == 1)
        pane._choose()
        await until(pilot, lambda: len(asked) == 2)
        goes_on.set()
        await until(pilot, lambda: len(answered) == len(asked))
        await settled(pilot)
        assert [level.tile.name for level in pane._levels] == ["by directory", "usr/"]
        goes_on.clear()
        treemap.show([hold_back(tile) for tile in treemap.tiles])
        pane._choose()
        await until(pilot, lambda: len(asked) == 3)
        await pilot.press("v")
        await until(pilot, lambda: "by package" in screen_text(pilot))
        goes_on.set()
        await until(pilot, lambda: len(answered) == len(asked))
        await settled(pilot)
        assert [level.tile.name for level in pane._levels] == ["by package"]


async def test_going_back_from_what_is_not_there_yet_stays() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "9", "enter")
        pane = pilot.app.screen.query_one(TreemapPane)
        pane._choose()
        pane._leave()
        await settled(pilot)
        assert [level.tile.name for level in pane._levels] == ["by directory", "usr/"]
        pane._leave()
        assert [level.tile.name for level in pane._levels] == ["by directory"]


async def test_a_click_in_the_list_is_for_the_tile_that_stands_there_however_small() -> None:
    built = image([layer(file("large", "x" * 900_000), *(file(f"small{number}", "x") for number in range(10, 30)))])
    async with shown(MemorySource(built), (160, 48)) as pilot:
        await press(pilot, "9")
        assert names(pilot) == ["large", "… 20 more"]
        for row, name in ((1, "small10"), (4, "small13")):
            await pilot.click(TileList, offset=(5, row + 1))
            await press(pilot)
            assert f"/{name}" in screen_text(pilot)
            assert current(pilot) == "… 20 more", "which stands for it on the map"
            await pilot.click(TileList, offset=(5, row + 1))
            await press(pilot)
            assert isinstance(pilot.app.focused, FileTree)
            assert f"/{name}" in screen_text(pilot)
            await press(pilot, "9", "home")
