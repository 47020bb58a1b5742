"""Waste: why, how much, and which paths."""

from __future__ import annotations

import pytest

from imgscope.tui.model.waste import waste_rows
from imgscope.tui.widgets.file_tree import FileTree
from tests.support.images import file, image, layer
from tests.support.memory import MemorySource, inspect
from tests.tui.panes.images import full_image
from tests.tui.panes.outline import rows
from tests.tui.stage import press, screen_text, shown

pytestmark = pytest.mark.anyio


async def test_every_cause_has_its_sum_its_bar_and_its_paths() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "4")
        assert rows(pilot) == [
            "700 kB █████▏ ▾ deleted by a later layer",
            "700 kB 2 files 0,1 /srv/old/",
            "200 kB █▌ ▾ overwritten by a later layer",
            "200 kB 2× 0,1 /srv/changed",
            "100 kB ▊ ▾ only owner, mode or time changed",
            "100 kB 2× 0,1 /srv/owned",
            "80.0 kB ▋ ▾ same content at other paths",
            "80.0 kB 2× 1 /srv/one",
        ]
        assert "1.08 MB wasted · 1.00 MB reclaimable · efficiency 87.7% (dive: 96.8%)" in screen_text(pilot)


async def test_a_cause_says_what_to_do_and_a_path_which_layers_ship_it() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "4")
        assert "Delete in the same RUN that made it" in screen_text(pilot)
        await press(pilot, "j", "j", "j")
        text = screen_text(pilot)
        assert "200 kB (200,000 bytes) in vain: overwritten by a later layer; 2 copies shipped" in text
        assert "layer 1: RUN rm -rf /srv/old" in text


async def test_enter_goes_to_the_file_and_for_what_is_deleted_to_the_layer_that_did_it() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "4", "j", "enter")
        assert isinstance(pilot.app.focused, FileTree)
        assert "layer 1 ·" in screen_text(pilot)
        assert "/srv/old" in screen_text(pilot)
        await press(pilot, "4", "j", "j", "enter")
        assert "whole image" in screen_text(pilot)
        assert "/srv/changed" in screen_text(pilot)


async def test_causes_fold_and_a_filter_goes_through_their_paths() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "4", "space")
        assert "/srv/old/" not in " ".join(rows(pilot))
        await press(pilot, "slash", *"srv/o", "enter")
        assert [row.rpartition(" ")[2] for row in rows(pilot) if "/srv" in row] == ["/srv/owned", "/srv/one"]


def test_what_base_layers_ship_in_vain_is_told_apart() -> None:
    base = [layer(file("a", "1" * 1000)), layer(file("a", "2" * 2000))]
    annotated = inspect(*base, layer(file("a", "3" * 10)))
    origins = annotated.image.origins
    object.__setattr__(origins[0], "from_base", True)
    (cause,) = waste_rows(annotated)
    assert cause.cells[-1][0] == "overwritten by a later layer, 1.00 kB of it in the base image"


async def test_an_image_without_waste_says_so() -> None:
    async with shown(MemorySource(image([layer(file("app", "x"))]))) as pilot:
        await press(pilot, "4")
        assert "nothing ships in vain" in screen_text(pilot)
        assert "nothing wasted · efficiency 100.0% (dive: 100.0%)" in screen_text(pilot)
