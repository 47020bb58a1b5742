"""The help is made from the bindings."""

from __future__ import annotations

from typing import ClassVar

import pytest
from textual.binding import Binding, BindingType
from textual.widget import Widget

from imgscope.tui.keys import key_name, section
from imgscope.tui.widgets.row_list import RowList
from tests.support.memory import MemorySource
from tests.tui.stage import app_image, press, screen_text, shown


class Lower(Widget):
    """Binds some keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,left", "go", "Go"),
        Binding("b", "stay", "Stay", tooltip="stay where you are"),
        Binding("c", "hide", "", show=False),
    ]


class Upper(Lower):
    """Binds one of them to something else."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "jump", "Jump"), Binding("x", "go", "Go far away")]


Lower.__module__ = Upper.__module__ = "imgscope.example"


def test_keys_that_do_the_same_stand_together_with_the_longest_meaning() -> None:
    keys = {each.meaning: each.keys for each in section("", Upper).keys}
    assert keys == {"Jump": ("b",), "Go far away": ("x", "a", "←")}


def test_what_is_said_elsewhere_is_left_out() -> None:
    assert {each.meaning for each in section("", Upper, without=(Lower,)).keys} == {"Jump", "Go far away"}
    assert {each.meaning for each in section("", Lower).keys} == {"Go", "stay where you are"}


@pytest.mark.parametrize(("key", "name"), [("slash", "/"), ("question_mark", "?"), ("pageup", "pgup"), ("G", "G")])
def test_keys_are_called_what_people_call_them(key: str, name: str) -> None:
    assert key_name(key) == name


def test_every_key_of_lists_has_a_meaning() -> None:
    assert len(section("", RowList).keys) == 6


@pytest.mark.anyio
async def test_help_fits_a_small_terminal_and_can_be_scrolled() -> None:
    async with shown(MemorySource(app_image()), (60, 15)) as pilot:
        await press(pilot, "question_mark", "pagedown", "end")
        assert "all commands, to be found by" in screen_text(pilot)
        await press(pilot, "question_mark")
        assert "all commands" not in screen_text(pilot)
