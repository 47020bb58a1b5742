"""The C library: verdict, what will not start, and who needs what."""

from __future__ import annotations

import pytest

from imgscope.tui.widgets.file_tree import FileTree
from tests.support.images import file, image, layer
from tests.support.memory import MemorySource
from tests.tui.panes.images import full_image
from tests.tui.panes.outline import current, outline, rows
from tests.tui.stage import press, screen_text, shown

pytestmark = pytest.mark.anyio


async def test_the_verdict_has_its_evidence_and_loaders_say_of_what_they_are() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "8")
        listed = rows(pilot)
        assert listed[0] == "▾ mixed C libraries (3 glibc, 1 musl) (high confidence)"
        assert "/lib64/ld-linux-x86-64.so.2 says it is version 2.36" in listed
        assert "301 B /lib64/ld-linux-x86-64.so.2 · loader of glibc" in listed
        assert "2 reasons not to start" in screen_text(pilot)


async def test_programs_are_told_by_their_loader_and_the_newest_glibc_they_need() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "8")
        groups = [row for row in rows(pilot, 140) if "ld-" in row and "▸" in row and "cannot" not in row]
        assert [row.partition("▸ ")[2] for row in groups] == [
            "/lib/ld-musl-x86_64.so.1 · no version of glibc (the loader is not in the image)",
            "/lib64/ld-linux-x86-64.so.2 · GLIBC_2.36",
            "/lib64/ld-linux-x86-64.so.2 · GLIBC_2.34",
            "/lib64/ld-linux-x86-64.so.2 · no version of glibc",
        ]
        assert "▾ static programs" in rows(pilot)
        assert "▸ libraries, by the newest glibc they need" in rows(pilot)


async def test_what_will_not_start_says_why_and_leads_to_the_file() -> None:
    async with shown(MemorySource(full_image()), (120, 40)) as pilot:
        await press(pilot, "8", "slash", *"absent", "enter", "j")
        assert "/usr/bin/broken cannot start: it needs libabsent.so.3" in current(pilot)
        assert "library-missing · high severity" in screen_text(pilot)
        await press(pilot, "l", "j", "enter")
        assert isinstance(pilot.app.focused, FileTree)
        assert "/usr/bin/broken" in screen_text(pilot)


async def test_a_program_says_what_it_asks_for() -> None:
    async with shown(MemorySource(full_image()), (120, 40)) as pilot:
        await press(pilot, "8")
        position = outline(pilot).outline.position_of("/lib64/ld-linux-x86-64.so.2 · GLIBC_2.36")
        assert position is not None
        outline(pilot).cursor = position
        await press(pilot, "l", "j")
        assert current(pilot).endswith("/usr/bin/newer")
        text = screen_text(pilot)
        assert "executable, 64 bits, amd64" in text
        assert "needs: libc.so.6" in text
        assert "symbol versions: GLIBC_2.36" in text


async def test_an_image_without_programs_says_so() -> None:
    async with shown(MemorySource(image([layer(file("data", "x"))]))) as pilot:
        await press(pilot, "8")
        assert "no program and no C library was found" in screen_text(pilot)
