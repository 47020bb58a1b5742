"""The layers pane."""

from __future__ import annotations

import pytest

from imgscope.tui.widgets.detail import Detail
from tests.support.images import BuiltImage, file, image, layer
from tests.support.memory import MemorySource
from tests.tui.stage import press, screen_text, shown

pytestmark = pytest.mark.anyio


def on_a_base() -> BuiltImage:
    """A layer that one build made, and a month later one of another build on top of it."""
    history = [
        {"created": "2026-01-01T00:00:00Z", "created_by": "/bin/sh -c #(nop) ADD file:4d1bc2 in / "},
        {"created": "2026-01-01T00:00:00Z", "created_by": '/bin/sh -c #(nop) CMD ["bash"]', "empty_layer": True},
        {"created": "2026-02-01T00:00:00Z", "created_by": "COPY app / # buildkit"},
    ]
    return image(
        [layer(file("etc/os-release", "ID=debian\n")), layer(file("app", "x"))],
        config={"Labels": {"org.opencontainers.image.base.name": "docker.io/library/debian:12"}},
        config_fields={"history": history},
    )


async def test_layers_of_the_base_image_are_told_apart_by_a_mark() -> None:
    async with shown(MemorySource(on_a_base()), (100, 24)) as pilot:
        text = screen_text(pilot)
        assert "1 layer of the base image docker.io/library/debian:12, marked ◦ · 1 of your own" in text
        rows = [line.split() for line in text.split("\n")[6:8]]
        assert rows[0][:3] == ["›", "0", "◦"]
        assert rows[1][0] == "1"
        assert "◦" not in rows[1]


async def test_a_long_instruction_is_unfolded_and_folded_again() -> None:
    command = " && ".join(f"step{number}" for number in range(12))
    async with shown(MemorySource(image([layer(created_by=f"RUN /bin/sh -c {command} # buildkit")]))) as pilot:
        detail = pilot.app.screen.query_one(Detail)
        before = detail.size.height
        assert "&& step11" not in screen_text(pilot)
        await press(pilot, "w")
        assert "&& step11" in screen_text(pilot)
        await press(pilot, "w")
        assert detail.size.height == before
