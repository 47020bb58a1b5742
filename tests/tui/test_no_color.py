"""Without colours: none is sent, and signs say all that colours say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.segment import Segment
from textual.pilot import Pilot

from imgscope import analyze
from imgscope.tui.app import InspectApp
from imgscope.tui.opening import Opener
from imgscope.tui.screens.comparison import ComparisonScreen
from tests.support.memory import MemorySource
from tests.tui.example import compared, example
from tests.tui.picture import find
from tests.tui.stage import app_image, press, screen_text, shown

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


def segments(pilot: Pilot[None]) -> Iterator[Segment]:
    """All that is drawn, with its style."""
    for strip in pilot.app.screen._compositor.render_strips():
        yield from strip


def assert_no_color(pilot: Pilot[None]) -> None:
    for segment in segments(pilot):
        style = segment.style
        if style is not None:
            for color in (style.color, style.bgcolor):
                assert color is None or color.is_default, f"{segment.text!r} is {color}"


def reversed_texts(pilot: Pilot[None]) -> list[str]:
    """What is drawn in reverse."""
    return [segment.text.strip() for segment in segments(pilot) if segment.style and segment.style.reverse]


async def test_no_screen_and_no_pane_sends_a_colour() -> None:
    async with shown(MemorySource(example()), (120, 36)) as pilot:
        for key in (
            *"123456789",
            "question_mark",
            "escape",
            "ctrl+t",
            "ctrl+p",
            "escape",
            *find("module4.py"),
            *"1234",
        ):
            await press(pilot, key)
            assert_no_color(pilot)


async def test_the_comparison_sends_no_colour() -> None:
    app = InspectApp(Opener(analyze.Options()), comparison=ComparisonScreen(compared()))
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "G", "l", "j", "l")
        assert_no_color(pilot)
        assert "-37 ~1" in screen_text(pilot)


async def test_signs_say_what_a_layer_did() -> None:
    async with shown(MemorySource(app_image()), (90, 30)) as pilot:
        await press(pilot, "down", "2", "t", "e")
        lines = [line.split() for line in screen_text(pilot).split("\n")]
        assert any(words[-2:] == ["+", "main.py"] for words in lines)
        assert any(words[-2:] == ["~", "changed"] for words in lines)
        assert any(words[-2:] == ["-", "gone"] for words in lines)


async def test_the_active_tab_and_the_row_under_the_cursor_are_reversed_and_marked() -> None:
    async with shown(MemorySource(app_image()), (100, 30)) as pilot:
        await press(pilot, "6")
        assert "6 Findings" in reversed_texts(pilot)
        assert "›" in reversed_texts(pilot)
        await press(pilot, "9")
        assert "usr/" in reversed_texts(pilot)
        assert "┏━" in screen_text(pilot)


async def test_a_layer_that_failed_says_so_in_a_word() -> None:
    built = app_image()
    async with shown(MemorySource(built, replaced={built.layers[1].digest: None}), (100, 30)) as pilot:
        assert_no_color(pilot)
        assert "INCOMPLETE" in screen_text(pilot)
        assert "failed" in screen_text(pilot)


async def test_an_empty_variable_asks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")
    async with shown(MemorySource(app_image()), (100, 30)) as pilot:
        colors = {str(segment.style.bgcolor) for segment in segments(pilot) if segment.style}
        assert len(colors) > 2
