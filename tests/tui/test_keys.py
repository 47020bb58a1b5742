"""Keys that go from pane to pane, and the help that lists them."""

from __future__ import annotations

import pytest
from textual.widget import Widget

from imgscope.tui.screens.help import HelpScreen
from imgscope.tui.screens.image import ImageScreen
from imgscope.tui.widgets.file_tree import FileTree
from imgscope.tui.widgets.layer_table import LayerTable
from imgscope.tui.widgets.outline_list import OutlineList
from imgscope.tui.widgets.treemap import Treemap
from tests.support.images import image, layer
from tests.support.memory import MemorySource
from tests.tui.stage import app_image, press, screen_text, shown

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_tab_goes_around_the_panes(size: tuple[int, int]) -> None:
    async with shown(MemorySource(app_image()), size) as pilot:
        for expected in (FileTree, *[OutlineList] * 6, Treemap, LayerTable):
            await press(pilot, "tab")
            assert isinstance(pilot.app.focused, expected)
        await press(pilot, "shift+tab")
        assert isinstance(pilot.app.focused, Treemap)


@pytest.mark.parametrize(
    ("key", "expected"),
    [("1", LayerTable), ("2", FileTree), *((each, OutlineList) for each in "345678"), ("9", Treemap)],
)
async def test_numbers_go_to_panes(key: str, expected: type[Widget]) -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, key)
        assert isinstance(pilot.app.focused, expected)
        assert pilot.app.focused.region.height > 0


async def test_a_key_right_after_that_goes_to_the_new_pane() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, ImageScreen)
        await screen.go_to_pane("files")
        assert isinstance(pilot.app.focused, FileTree)


async def test_a_wide_terminal_shows_layers_beside_findings() -> None:
    async with shown(MemorySource(app_image()), (140, 40)) as pilot:
        await press(pilot, "6")
        assert "COPY . /app" in screen_text(pilot)
        assert "apt-lists-left" in screen_text(pilot)


async def test_help_lists_the_keys_and_goes_away_again() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        text = screen_text(pilot)
        assert text.index("what this layer did to the files") < text.index("Lists"), "the pane that one is in first"
        await press(pilot, "end")
        assert "ctrl+c" in screen_text(pilot)
        await press(pilot, "escape")
        assert "previous pane" not in screen_text(pilot)


async def test_a_long_instruction_can_be_scrolled() -> None:
    command = " && ".join(f"step{number}" for number in range(40))
    built = image([layer(created_by=f"RUN /bin/sh -c {command} # buildkit")])
    async with shown(MemorySource(built)) as pilot:
        assert "&& step3" in screen_text(pilot)
        assert "&& step39" not in screen_text(pilot)
        await press(pilot, *"JJJJJJJJJJJJJ")
        assert "&& step39" in screen_text(pilot)
        await press(pilot, *"KKKKKKKKKKKKK")
        assert "&& step3\n" in screen_text(pilot)


async def test_a_click_moves_the_cursor_and_a_second_one_chooses() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await pilot.click(LayerTable, offset=(10, 2))
        await pilot.pause()
        assert pilot.app.screen.query_one(LayerTable).cursor == 1
        await pilot.click(LayerTable, offset=(10, 2))
        await press(pilot)
        await pilot.pause()
        assert "layer 1 ·" in screen_text(pilot)
        assert isinstance(pilot.app.focused, FileTree)
