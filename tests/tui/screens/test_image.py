"""The screen of an image: which panes are there, and that each knows what happened before it was."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from imgscope.tui.screens.image import ImageScreen
from imgscope.tui.widgets.pane import Pane
from imgscope.tui.widgets.tab_bar import TabBar
from tests.support.memory import MemorySource
from tests.tui.stage import HeldBackSource, app_image, app_of, is_over, press, screen_text, session_of, shown, until

pytestmark = pytest.mark.anyio


def laid_out(pilot: Pilot[None]) -> list[str]:
    """The panes that there are, from left to right."""
    return [type(pane).__name__.removesuffix("Pane") for pane in pilot.app.screen.query(Pane)]


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((80, 24), [["Layers"], ["Layers", "Findings"], ["Layers", "Findings", "Treemap"]]),
        ((140, 40), [["Layers", "Files"], ["Layers", "Files", "Findings"], ["Layers", "Files", "Findings", "Treemap"]]),
    ],
)
async def test_a_pane_is_laid_out_when_it_is_first_looked_at_and_stays(
    size: tuple[int, int], expected: list[list[str]]
) -> None:
    async with shown(MemorySource(app_image()), size) as pilot:
        assert laid_out(pilot) == expected[0]
        await press(pilot, "6")
        assert laid_out(pilot) == expected[1]
        await press(pilot, "1", "6", "9", "1")
        assert laid_out(pilot) == expected[2]


async def test_layers_stand_on_the_left_whichever_pane_was_there_before_them() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        screen = ImageScreen(session_of(pilot), pane="findings")
        await pilot.app.push_screen(screen)
        assert laid_out(pilot) == ["Findings"]
        await pilot.resize_terminal(140, 40)
        await until(pilot, lambda: "COPY . /app" in screen_text(pilot))
        assert laid_out(pilot) == ["Layers", "Findings"]
        assert screen_text(pilot).index("COPY . /app") < screen_text(pilot).index("apt-lists-left")


async def test_tabs_count_what_is_in_panes_that_nobody_looked_at() -> None:
    async with shown(MemorySource(app_image()), (160, 48)) as pilot:
        labels = pilot.app.screen.query_one(TabBar).labels()
        assert labels[1:3] == ["2 Files (5)", "3 Leftovers (1)"]
        assert labels[4] == "5 Packages (0)"
        report = session_of(pilot).inspection
        assert report is not None
        assert labels[5] == f"6 Findings ({len(report.report.findings)})"


async def test_a_pane_knows_which_layer_was_highlighted_before_it_was_there() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "down", "2", "t")
        assert "layer 1" in screen_text(pilot)


async def test_a_pane_that_is_first_looked_at_while_layers_are_read_fills_when_they_are() -> None:
    source = HeldBackSource(app_image())
    app = app_of(source)
    async with app.run_test() as pilot:
        await press(pilot, "6")
        assert "findings follow when all layers are read" in screen_text(pilot)
        source.release()
        await until(pilot, lambda: is_over(app))
        await until(pilot, lambda: "apt-lists-left" in screen_text(pilot))
        await press(pilot, "1")
        assert "%" not in screen_text(pilot)


async def test_keys_that_come_all_at_once_go_to_the_panes_they_are_meant_for() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await pilot.press("6", "slash", *"lists", "enter", "2", "slash", *"main", "enter")
        await press(pilot)
        assert "main.py" in screen_text(pilot)
        await press(pilot, "6")
        assert "apt-lists-left" in screen_text(pilot)
        assert " /lists " in screen_text(pilot)
