"""The configuration, and the Dockerfile as far as history tells it."""

from __future__ import annotations

import pytest

from imgscope.tui.widgets.file_tree import FileTree
from tests.support.memory import MemorySource
from tests.tui.panes.images import full_image
from tests.tui.panes.outline import current, outline, rows
from tests.tui.stage import app_image, press, screen_text, shown

pytestmark = pytest.mark.anyio


async def test_everything_that_a_container_starts_with_is_told_by_sections() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "7")
        listed = rows(pilot)
        assert "starts /usr/bin/app --port 80 as app" in screen_text(pilot)
        for expected in (
            "▾ starts as",
            "user app",
            "entrypoint /usr/bin/app",
            "command --port 80",
            "working directory (not set): /",
            "stop signal SIGQUIT",
            "▾ environment",
            "LANG C.UTF-8",
            "80/tcp",
            "/srv",
            "test CMD /usr/bin/app check",
            "interval 30 s",
            "retries 3",
            "org.opencontainers.image.source https://example.com/app",
            "platform linux/amd64",
        ):
            assert expected in listed


async def test_the_dockerfile_says_what_history_does_not_tell_and_which_layer_a_step_made() -> None:
    async with shown(MemorySource(full_image()), (80, 48)) as pilot:
        await press(pilot, "7")
        listed = rows(pilot)
        begin = listed.index("▾ Dockerfile, as far as history tells it · 4 steps")
        assert listed[begin + 1 : begin + 5] == [
            "# which image it was built FROM is not recorded",
            "# what was copied is recorded by its hash, not by its name",
            "# whether files were copied from other build stages, and what these did, is not recorded",
            "# line breaks, comments, ARG and here-documents of RUN are not recorded as they were written",
        ]
        assert listed[begin + 5 :] == [
            "layer 0 ADD file:4d1bc2a96af9 in /",
            "ENV LANG=C.UTF-8",
            "layer 1 RUN rm -rf /srv/old && chown app /srv/owned",
            'CMD ["--port", "80"]',
        ]
        await press(pilot, "G", "k")
        text = screen_text(pilot)
        assert "RUN rm -rf /srv/old \\" in text
        assert "    && chown app /srv/owned" in text
        assert "compressed, " in text


async def test_enter_on_a_step_goes_to_what_its_layer_did_and_on_a_volume_to_its_files() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "7", "G", "k", "enter")
        assert isinstance(pilot.app.focused, FileTree)
        assert "layer 1 ·" in screen_text(pilot)
        await press(pilot, "7", "slash", *"srv", "enter", "j", "enter")
        assert isinstance(pilot.app.focused, FileTree)
        assert "/srv" in screen_text(pilot)


async def test_values_sections_and_the_dockerfile_are_copied() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "7", "slash", *"lang c", "enter", "j")
        assert current(pilot) == "LANG C.UTF-8"
        await press(pilot, "y")
        assert pilot.app.clipboard == "C.UTF-8"
        await press(pilot, "k", "y")
        assert pilot.app.clipboard == "PATH=/usr/bin\nLANG=C.UTF-8"
        await press(pilot, "escape")
        position = outline(pilot).outline.position_of("Dockerfile, as far as history tells it")
        assert position is not None
        outline(pilot).cursor = position
        await press(pilot, "y")
        lines = pilot.app.clipboard.split("\n")
        assert "# FROM (not recorded)" not in lines
        assert "FROM scratch" in lines
        assert "RUN rm -rf /srv/old \\" in lines


async def test_what_is_not_set_is_told_as_what_holds_then() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "7")
        assert "starts nothing as root" in screen_text(pilot)
        assert "user (not set): root" in rows(pilot)


async def test_a_section_folds() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "7", "space")
        assert rows(pilot)[:2] == ["▸ starts as", "▾ environment"]
        await press(pilot, "space", "j", "h")
        assert current(pilot) == "▾ starts as"
