"""Filtering the files."""

from __future__ import annotations

import pytest
from textual.events import Key

from imgscope.tui.panes.files import FilesPane
from tests.support.images import file, image, layer
from tests.support.memory import MemorySource
from tests.tui.panes.files import rows, settled, title, type_filter
from tests.tui.stage import app_image, press, screen_text, shown

pytestmark = pytest.mark.anyio


async def test_a_filter_leaves_what_matches_with_its_directories() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2", "slash", *"main")
        assert rows(pilot) == ["7 B ▾ app/", "7 B 1     main.py"]
        assert title(pilot) == "whole image · by size · 1 match, 7 B (sizes: matches only)"
        await press(pilot, "enter", "down", "escape")
        assert len(rows(pilot)) == 5
        assert "/app/main.py" in screen_text(pilot), "found, and seen among the others"


async def test_keys_that_come_in_one_burst_all_reach_whom_they_are_for() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        for key, character in (("2", "2"), ("slash", "/"), *((letter, letter) for letter in "main"), ("enter", "\r")):
            pilot.app.post_message(Key(key, character))
        await settled(pilot)
        assert rows(pilot) == ["7 B ▾ app/", "7 B 1     main.py"]


async def test_the_filter_line_is_opened_by_dives_key_and_closed_when_it_is_empty() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2", "ctrl+f", *"var", "enter")
        assert rows(pilot)[-1] == "1.50 MB 0           Packages"
        await press(pilot, "slash", *["backspace"] * 3, "enter")
        assert not pilot.app.screen.query_one(FilesPane).filter_bar.display
        assert title(pilot).startswith("whole image · by size · 3.50 MB")


async def test_what_cannot_be_understood_is_said_in_the_line_and_the_list_stays() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "2")
        await type_filter(pilot, "is:big")
        assert "is:big is nothing a file can be" in screen_text(pilot)
        assert len(rows(pilot)) == 4
        await type_filter(pilot, "package:bash")
        assert "the image has no package 'bash'" in screen_text(pilot)
        await type_filter(pilot, "zzz")
        assert "nothing matches" in screen_text(pilot)
        assert not rows(pilot)


async def test_a_regular_expression_that_takes_forever_is_told_in_the_line_and_the_list_stays() -> None:
    built = image([layer(file("a" * 200 + "!", "1"), file("etc/passwd", "22"))])
    async with shown(MemorySource(built)) as pilot:
        await press(pilot, "2")
        before = rows(pilot)
        await type_filter(pilot, "/(a|aa)+$/")
        assert "takes too long" in screen_text(pilot).split("\n")[5]
        assert "/(a|aa)+$/ takes too long on a path: /aaaa" in " ".join(screen_text(pilot).split())
        assert rows(pilot) == before
        await type_filter(pilot, "/pass/")
        assert rows(pilot)[-1].endswith("passwd")


async def test_a_filter_of_changes_does_not_hold_in_the_whole_image() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "down", "2", "t")
        await type_filter(pilot, "is:added")
        assert rows(pilot) == ["7 B + ▾ app/", "7 B +     main.py"]
        await press(pilot, "t", "t")
        assert "changes are those of one layer" in screen_text(pilot)
        assert title(pilot).startswith("whole image · by size · 3.50 MB in 5 files")


async def test_what_one_tree_refuses_is_a_filter_of_the_next_one_again() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "down", "2", "t")
        await type_filter(pilot, "is:removed")
        removed = rows(pilot)
        assert removed[-1].endswith("gone")
        await press(pilot, "t", "t")
        assert "changes are those of one layer" in screen_text(pilot)
        await press(pilot, "s")
        assert "is not understood" in screen_text(pilot), "however it is sorted"
        await press(pilot, "s", "s", "t")
        assert rows(pilot) == removed
        assert "1 match" in screen_text(pilot)
        await press(pilot, "t", "t", "escape")
        assert "changes are those of one layer" not in screen_text(pilot)
