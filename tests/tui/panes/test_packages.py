"""Packages: what removing each would free, and what goes with it."""

from __future__ import annotations

import pytest

from tests.support.images import file, image, layer
from tests.support.memory import MemorySource
from tests.tui.panes.images import full_image
from tests.tui.panes.outline import outline, rows
from tests.tui.stage import press, screen_text, shown

pytestmark = pytest.mark.anyio


async def test_those_are_first_that_free_most_and_essential_ones_are_never_removed() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "5")
        names = [(row.split()[0], row.split()[-1]) for row in rows(pilot)]
        assert names == [
            ("6.00", "libapp"),
            ("6.00", "gcc"),
            ("6.00", "gcc-12"),
            ("422", "app"),
            ("needed", "base-files"),
        ]
        assert "5 deb" in screen_text(pilot)


async def test_a_package_says_why_it_is_there_and_what_goes_with_it() -> None:
    async with shown(MemorySource(full_image()), (80, 40)) as pilot:
        await press(pilot, "5")
        text = screen_text(pilot)
        assert "installed as a dependency (automatic), because of app, gcc" in text
        assert "3 other packages included" in text
        assert "cannot do without it, and would go: gcc-12, gcc, app" in text
        assert "required by: app, gcc-12" in text
        await press(pilot, "j")
        text = screen_text(pilot)
        assert "installed because somebody asked for it (manual)" in text
        assert "nothing would need any more: gcc-12" in text
        assert "requires: gcc-12" in text
        await press(pilot, "G")
        assert "the package manager does not remove it" in screen_text(pilot)


async def test_a_package_opens_to_its_files() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "5", "j", "enter")
        assert rows(pilot)[2] == "1.00 kB 0 /usr/bin/gcc"


async def test_packages_are_sorted_by_each_column() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "5")
        first = {}
        for _ in range(6):
            title = next(column.title for column in outline(pilot).columns(120) if column.title.endswith("▾"))
            first[title] = rows(pilot)[0].rpartition(" ")[2]
            await press(pilot, "s")
        assert first["name▾"] == "app"
        assert first["size▾"] == "gcc-12"
        assert set(first) == {"frees▾", "size▾", "name▾", "version▾", "type▾", "layer▾"}


async def test_a_filter_finds_packages_by_name_type_and_reason() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "5", "slash", *"deb automatic", "enter")
        assert {row.rpartition(" ")[2] for row in rows(pilot)} == {"libapp", "gcc-12"}


async def test_the_name_is_copied() -> None:
    async with shown(MemorySource(full_image())) as pilot:
        await press(pilot, "5", "j", "y")
        assert pilot.app.clipboard == "gcc"


async def test_a_package_of_a_language_frees_its_own_files() -> None:
    metadata = "Metadata-Version: 2.1\nName: thing\nVersion: 3\n"
    built = image(
        [
            layer(
                file("usr/lib/python3/dist-packages/thing-3.dist-info/METADATA", metadata),
                file("usr/lib/python3/dist-packages/thing-3.dist-info/RECORD", "thing/a.py,,\n"),
                file("usr/lib/python3/dist-packages/thing/a.py", "x" * 5000),
            )
        ]
    )
    async with shown(MemorySource(built)) as pilot:
        await press(pilot, "5")
        assert rows(pilot)[0].startswith("5.0")
        assert "removing it frees 5.0" in screen_text(pilot)


async def test_an_image_without_packages_says_so() -> None:
    async with shown(MemorySource(image([layer(file("app", "x"))]))) as pilot:
        await press(pilot, "5")
        assert "no package database was found" in screen_text(pilot)
