"""The findings and how to fix them."""

from __future__ import annotations

import pytest

from tests.support.images import file, image, layer
from tests.support.memory import MemorySource
from tests.tui.stage import app_image, press, screen_text, shown

pytestmark = pytest.mark.anyio


async def test_a_finding_is_shown_with_its_fix() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "6")
        text = screen_text(pilot)
        assert "1 finding · leftovers: 1.50 MB in 1 group" in text
        assert "low      1.50 MB     0 apt-lists-left" in text
        assert "fix: update and install in one RUN, and end every RUN that calls apt-get" in text
        assert "6 Findings (1)" in text


async def test_an_image_without_findings_says_so() -> None:
    async with shown(MemorySource(image([layer(file("app", "x"))]))) as pilot:
        await press(pilot, "6")
        assert "no findings" in screen_text(pilot)
        assert "nothing to say against this image" in screen_text(pilot)
