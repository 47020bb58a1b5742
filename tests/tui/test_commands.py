"""The command palette, exports and themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot

from imgscope.analyze import Inspection
from imgscope.errors import UsageError
from imgscope.tui.app import InspectApp
from imgscope.tui.model.settings import Settings
from imgscope.tui.screens.export import ExportScreen
from imgscope.tui.screens.file import FileScreen
from imgscope.tui.screens.image import ImageScreen
from tests.support.memory import MemorySource
from tests.tui.stage import app_image, is_over, opener_of, press, screen_text, shown, until

pytestmark = pytest.mark.anyio


def commands(pilot: Pilot[None]) -> dict[str, object]:
    return {each.title: each.callback for each in pilot.app.get_system_commands(pilot.app.screen)}


async def run_command(pilot: Pilot[None], title: str) -> None:
    found = next(each for each in pilot.app.get_system_commands(pilot.app.screen) if each.title == title)
    found.callback()
    await pilot.pause()


class Reports:
    """Takes reports, and refuses to write to some places."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, _: Inspection, output: str) -> str:
        if "/no/" in output:
            raise UsageError("the report '[b]x' cannot be written: there is no directory")
        self.written.append(output)
        return output.partition("=")[2]


def app_with(reports: Reports) -> InspectApp:
    app = InspectApp(
        opener_of(MemorySource(app_image())), "app:1", write_report=reports.write, formats=("html", "json")
    )
    app.animation_level = "none"
    return app


async def test_the_palette_goes_to_panes() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "ctrl+p")
        assert isinstance(pilot.app.screen, CommandPalette)
        await press(pilot, "escape")
        await run_command(pilot, "Go to Findings")
        assert isinstance(pilot.app.screen, ImageScreen)
        assert pilot.app.screen.pane_name == "findings"


async def test_a_report_is_exported_in_the_format_that_is_chosen(tmp_path: Path) -> None:
    reports = Reports()
    async with app_with(reports).run_test(notifications=True) as pilot:
        await until(pilot, lambda: is_over(pilot.app))
        await run_command(pilot, "Export report as html")
        assert "app-1.html" in screen_text(pilot)
        await press(pilot, "ctrl+u", *str(tmp_path / "r"), "enter")
        assert reports.written == [f"html={tmp_path / 'r'}"]
        assert isinstance(pilot.app.screen, ImageScreen)
        await until(pilot, lambda: "written to" in screen_text(pilot))


async def test_a_file_is_written_over_only_when_that_is_said_twice(tmp_path: Path) -> None:
    reports = Reports()
    (tmp_path / "r").touch()
    async with app_with(reports).run_test(notifications=True) as pilot:
        await until(pilot, lambda: is_over(pilot.app))
        await run_command(pilot, "Export report as json")
        await press(pilot, "ctrl+u", *str(tmp_path / "r"), "enter")
        assert "this file exists: enter again to write over it" in screen_text(pilot)
        assert not reports.written
        await press(pilot, "enter")
        assert reports.written == [f"json={tmp_path / 'r'}"]


async def test_what_cannot_be_written_is_told_in_place() -> None:
    async with app_with(Reports()).run_test(notifications=True) as pilot:
        await until(pilot, lambda: is_over(pilot.app))
        await run_command(pilot, "Export report as json")
        await press(pilot, "ctrl+u", "enter")
        assert "name a file" in screen_text(pilot)
        await press(pilot, *"/no/r", "enter")
        assert "the report '[b]x' cannot be written" in screen_text(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, ExportScreen)


async def test_a_report_goes_to_files_only_and_into_directories_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = Reports()
    monkeypatch.chdir(tmp_path)
    async with app_with(reports).run_test(notifications=True) as pilot:
        await until(pilot, lambda: is_over(pilot.app))
        await run_command(pilot, "Export report as json")
        await press(pilot, "ctrl+u", *"~nobody-of-that-name/x", "enter")
        assert "is no path to save to" in screen_text(pilot)
        await press(pilot, "ctrl+u", "minus", "enter")
        await run_command(pilot, "Export report as json")
        await press(pilot, "ctrl+u", *str(tmp_path), "enter")
        assert reports.written == ["json=./-", f"json={tmp_path / 'app-1.json'}"]


async def test_reading_a_complete_image_again_says_what_is_done() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await run_command(pilot, "Read again")
        await until(pilot, lambda: "looking for the image again …" in screen_text(pilot))


async def test_one_key_goes_from_dark_to_light_to_high_contrast() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        seen = []
        for _ in range(4):
            seen.append(pilot.app.theme)
            await press(pilot, "ctrl+t")
        assert seen == ["dark", "light", "high-contrast", "dark"]


async def test_the_theme_of_the_settings_is_there_from_the_beginning_and_can_be_kept() -> None:
    kept: list[str] = []
    app = InspectApp(
        opener_of(MemorySource(app_image())), "app:1", settings=Settings(theme="high-contrast"), keep_theme=kept.append
    )
    async with app.run_test(notifications=True) as pilot:
        assert app.theme == "high-contrast"
        await press(pilot, "ctrl+t")
        await run_command(pilot, "Keep this theme")
        assert kept == ["dark"]


async def test_a_theme_that_cannot_be_kept_is_told() -> None:
    def refuse(_: str) -> None:
        raise PermissionError(13, "Permission denied")

    app = InspectApp(opener_of(MemorySource(app_image())), "app:1", keep_theme=refuse)
    async with app.run_test(notifications=True) as pilot:
        await run_command(pilot, "Keep this theme")
        await until(pilot, lambda: "the theme cannot be kept" in screen_text(pilot))


async def test_settings_choose_the_first_pane_and_the_columns_of_layers() -> None:
    settings = Settings(start_pane="findings", layer_columns=("wasted",))
    async with shown(MemorySource(app_image()), settings=settings) as pilot:
        assert isinstance(pilot.app.screen, ImageScreen)
        assert pilot.app.screen.pane_name == "findings"
        await press(pilot, "1")
        assert screen_text(pilot).split("\n")[4].split() == ["#", "wasted", "instruction"]


async def test_from_a_browser_no_other_image_is_opened_and_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InspectApp, "is_web", property(lambda _: True))
    app = InspectApp(
        opener_of(MemorySource(app_image())), "app:1",
        write_report=Reports().write, formats=("html",), keep_theme=lambda _: None,
    )  # fmt: skip
    async with app.run_test() as pilot:
        await until(pilot, lambda: is_over(app))
        titles = {each.title for each in app.get_system_commands(app.screen)}
        assert not any(title.startswith(("Export", "Keep", "Open")) for title in titles)
        await press(pilot, "o")
        assert isinstance(app.screen, ImageScreen)
        await press(pilot, "2")
        await press(pilot, "l", "l", "l", "l", "enter")
        await until(pilot, lambda: isinstance(app.screen, FileScreen))
        await press(pilot, "s")
        assert "save to" not in screen_text(pilot)
