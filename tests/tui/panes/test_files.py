"""The files of the image, and of one layer."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.pilot import Pilot

from imgscope.tui.widgets.file_tree import FileTree
from imgscope.tui.widgets.row_list import Cell
from tests.support.images import file, image, layer, whiteout
from tests.support.memory import MemorySource
from tests.tui.stage import app_image, press, screen_text, shown

pytestmark = pytest.mark.anyio


def rows(pilot: Pilot[None]) -> list[str]:
    """What the tree shows, without the space around it."""
    tree = pilot.app.screen.query_one(FileTree)
    return [" ".join(cell.text for cell in tree.cells(number, 80)).strip() for number in range(tree.row_count)]


async def test_the_image_is_shown_with_the_largest_directories_first() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2")
        assert rows(pilot) == ["2.00 MB   ▸ usr/", "1.50 MB   ▸ var/", "76 B   ▸ etc/", "7 B   ▸ app/"]
        assert "whole image · 3.50 MB in 5 files" in screen_text(pilot)


async def test_a_directory_is_opened_and_closed() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2", "down", "enter")
        assert rows(pilot)[1:3] == ["1.50 MB   ▾ var/", "1.50 MB     ▸ lib/"]
        await press(pilot, "enter")
        assert rows(pilot)[1:3] == ["1.50 MB   ▸ var/", "76 B   ▸ etc/"]


async def test_vim_keys_walk_into_the_tree_and_out_of_it() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2", "l", "l", "l", "l")
        assert "/usr/lib/large" in screen_text(pilot)
        await press(pilot, "h")
        assert pilot.app.screen.query_one(FileTree).cursor == 1
        await press(pilot, "h", "h", "h")
        assert rows(pilot)[0] == "2.00 MB   ▸ usr/"
        await press(pilot, "G")
        assert pilot.app.screen.query_one(FileTree).cursor == 3
        await press(pilot, "g")
        assert pilot.app.screen.query_one(FileTree).cursor == 0


async def test_what_a_layer_did_is_told_by_a_sign() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "down", "enter")
        assert "layer 1 · + 1 added, 7 B · ~ 1 changed, 5 B · - 1 removed, 3.00 kB" in screen_text(pilot)
        await press(pilot, "space")
        assert rows(pilot) == ["5 B   ▾ etc/", "-3.00 kB -     gone", "5 B ~     changed", "7 B + ▸ app/"]
        await press(pilot, "down")
        assert "removed in this layer" in screen_text(pilot)


async def test_directories_that_only_lose_something_show_how_much() -> None:
    built = image([layer(file("usr/share/doc/x", "x" * 3000)), layer(whiteout("usr/share/doc"))])
    async with shown(MemorySource(built)) as pilot:
        await press(pilot, "down", "enter", "l", "l", "l", "l")
        assert rows(pilot) == ["-3.00 kB   ▾ usr/", "-3.00 kB     ▾ share/", "-3.00 kB -     ▸ doc/"]
        await press(pilot, "h")
        assert "below it, 3.00 kB are removed" in screen_text(pilot)


async def test_one_key_goes_from_the_image_to_the_layer_and_back_to_where_the_reader_was() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2", "down", "down", "t")
        assert "layer 0 ·" in screen_text(pilot)
        await press(pilot, "t")
        assert "whole image" in screen_text(pilot)
        assert pilot.app.screen.query_one(FileTree).cursor == 2


async def test_beside_the_layers_the_tree_follows_the_highlighted_one() -> None:
    async with shown(MemorySource(app_image()), size=(140, 40)) as pilot:
        await press(pilot, "enter", "1", "down")
        text = screen_text(pilot)
        assert "RUN install the system" in text
        assert "layer 1 · + 1 added" in text


async def test_a_directory_of_many_files_costs_what_is_in_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [file(f"d/{number:06}") for number in range(20_000)]
    async with shown(MemorySource(image([layer(*entries)]))) as pilot:
        await press(pilot, "2", "enter")
        tree = pilot.app.screen.query_one(FileTree)
        assert tree.row_count == 20_001
        asked: set[int] = set()
        cells = tree.cells

        def watched(position: int, width: int) -> Sequence[Cell]:
            asked.add(position)
            return cells(position, width)

        monkeypatch.setattr(tree, "cells", watched)
        await press(pilot, "G")
        assert "019999" in screen_text(pilot)
        assert len(asked) < 100
