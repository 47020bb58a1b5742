"""Screens as a whole: what stands where, on a small, a wide and a very small terminal."""

from __future__ import annotations

import dataclasses

import pytest

from tests.tui.picture import Picture, find, posed
from tests.tui.snapshot import assert_snapshot
from tests.tui.stage import press

pytestmark = pytest.mark.anyio

SCREENS = {
    "layers": Picture(keys=("down",)),
    "leftovers": Picture(keys=("3", "enter")),
    "waste": Picture(keys=("4",)),
    "packages": Picture(keys=("5",)),
    "findings": Picture(keys=("6",)),
    "config": Picture(keys=("7",)),
    "libc": Picture(keys=("8",)),
    "treemap": Picture(keys=("9",)),
    "treemap-by-layer": Picture(keys=("9", "V", "down")),
    "comparison": Picture(is_comparison=True),
    "files": Picture(keys=("2", "l", "l", "j", "l")),
    "files-filtered": Picture(keys=(*["down"] * 4, "2", "t", "t", "slash", *"is:added,modified,removed")),
    "file-elf": Picture(keys=find("python3 is:elf")),
    "file-bytes": Picture(keys=(*find("HEAD"), "2", "slash", *"main")),
    "file-history": Picture(keys=(*find("module4.py"), "4")),
    "start": Picture(is_start=True),
    "reading": Picture(half_read=True),
    "help": Picture(keys=("question_mark",)),
}


@pytest.mark.parametrize("name", SCREENS)
async def test_screens_say_what_they_said_and_follow_the_size_of_the_terminal(name: str) -> None:
    async with posed(dataclasses.replace(SCREENS[name], size=(160, 48))) as pilot:
        assert_snapshot(pilot, name)
        for size in ((80, 24), (60, 15)):
            await pilot.resize_terminal(*size)
            await press(pilot)
            await pilot.pause()
            assert_snapshot(pilot, name)
