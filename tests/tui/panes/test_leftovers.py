"""Leftovers: kinds of them, their fixes, and the way to their files."""

from __future__ import annotations

import pytest

from imgscope.tui.widgets.file_tree import FileTree
from tests.support.images import file, image, layer
from tests.support.memory import MemorySource
from tests.tui.panes.images import full_image
from tests.tui.panes.outline import current, rows
from tests.tui.stage import SilentSource, app_image, app_of, press, screen_text, shown, until

pytestmark = pytest.mark.anyio


async def test_groups_are_shown_with_the_most_bytes_first_and_their_fix_below() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "3")
        assert rows(pilot) == [
            "6.00 MB high 0 ▸ compiler · 2 packages",
            "1.50 MB high 0 ▸ package index · 1 path",
        ]
        text = screen_text(pilot)
        assert "7.50 MB left over by the build, 85.1% of the image" in text
        assert "fix: build in a first stage and COPY --from it" in text


async def test_a_group_opens_to_its_packages_and_these_to_their_files() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "3", "enter", "j", "l")
        assert rows(pilot)[:3] == [
            "6.00 MB high 0 ▾ compiler · 2 packages",
            "6.00 MB 0 ▾ package gcc-12 1.0",
            "6.00 MB 0 /usr/lib/gcc/12/cc1",
        ]
        assert "6.00 MB in 1 file" in screen_text(pilot)
        await press(pilot, "h", "h")
        assert current(pilot).endswith("compiler · 2 packages")
        await press(pilot, "h")
        assert len(rows(pilot)) == 2


async def test_enter_on_a_path_goes_to_it_among_the_files() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "3", "j", "enter", "j")
        assert current(pilot) == "1.50 MB 0 /var/lib/apt/lists/"
        await press(pilot, "enter")
        assert isinstance(pilot.app.focused, FileTree)
        assert "/var/lib/apt/lists" in screen_text(pilot)


@pytest.mark.parametrize("key", ["y", "c"])
async def test_the_fix_is_copied(key: str) -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "3", "j", key)
        assert pilot.app.clipboard.startswith("update and install in one RUN")
        await until(pilot, lambda: "copied the fix to the clipboard" in screen_text(pilot))


async def test_what_has_nothing_to_copy_leaves_the_clipboard_as_it_is() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "3", "enter", "j", "y")
        assert pilot.app.clipboard == ""


async def test_groups_are_sorted_by_other_columns_and_back() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "3")
        assert "bytes▾" in screen_text(pilot)
        await press(pilot, "s")
        assert "what▾" in screen_text(pilot)
        await press(pilot, "S")
        assert "bytes▾" in screen_text(pilot)


async def test_a_filter_leaves_what_has_all_words_and_escape_ends_it() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "3", "slash", *"INDEX list")
        assert "1 of 2" in screen_text(pilot)
        await press(pilot, "enter")
        assert rows(pilot) == ["1.50 MB high 0 ▸ package index · 1 path"]
        await press(pilot, "escape")
        assert len(rows(pilot)) == 2


async def test_a_filter_that_nothing_matches_says_so() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "3", "slash", *"nonsense")
        assert "nothing matches the filter" in screen_text(pilot)


async def test_an_image_without_leftovers_says_so() -> None:
    async with shown(MemorySource(image([layer(file("app", "x"))]))) as pilot:
        await press(pilot, "3")
        assert "the build left nothing behind" in screen_text(pilot)
        await press(pilot, "enter", "space", "l", "h", "y", "s")
        assert pilot.app.is_running


@pytest.mark.parametrize("pane", "345678")
async def test_a_pane_says_that_its_rows_follow_and_shows_them_when_they_do(pane: str) -> None:
    source = SilentSource(full_image())
    async with app_of(source).run_test() as pilot:
        await press(pilot, pane)
        assert "follow when all layers are read" in screen_text(pilot)
        source.release()
        await until(pilot, lambda: "follow when" not in screen_text(pilot) and bool(rows(pilot)))
