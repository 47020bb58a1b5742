"""Whatever an image calls its files: nothing of it acts on the terminal or on the terminal UI."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.pilot import Pilot

from imgscope.text import UNSAFE
from imgscope.tui.messages import OpenFile
from imgscope.tui.panes.files import FilesPane
from imgscope.tui.screens.file import FileScreen
from tests.support.images import BuiltImage, file, hard_link, image, layer, symlink, whiteout
from tests.support.memory import MemorySource
from tests.tui.stage import press, screen_text, shown

pytestmark = pytest.mark.anyio

MARKUP = ["[@click=app.quit]x[/]", "[etc", "[bold red]b[/bold red]", "[/etc/passwd]", "[link=file:///etc]l[/link]"]
CONTROLS = ["\x1b]0;title\x07", "\x9b31m", "a\nb", "\u202egnp.exe", "\u2028", "\udcff"]


def hostile_image() -> BuiltImage:
    """Every place for text has all of it."""
    names = [name.replace("/", "⁄") for name in (*MARKUP, *CONTROLS)]
    everything = " ".join((*MARKUP, *CONTROLS[:5]))
    os_release = f"ID=x\nPRETTY_NAME='{everything}'\n"
    below = layer(
        file("etc/os-release", os_release),
        *(file(name, "1" * 2_000_000) for name in names),
        *(symlink(f"link{number}", text) for number, text in enumerate((*MARKUP, *CONTROLS))),
        hard_link("hard", names[0]),
        file("var/lib/apt/lists/x", "1" * 2_000_000),
        created_by=f"RUN /bin/sh -c {everything} # buildkit",
    )
    above = layer(*(whiteout(name) for name in names), created_by=everything)
    return image([below, above])


def segments(pilot: Pilot[None]) -> Iterator[tuple[str, dict[str, object]]]:
    """All text on the screen, with what is attached to it."""
    for strip in pilot.app.screen._compositor.render_strips():
        for segment in strip:
            yield segment.text, (segment.style.meta if segment.style else {})


def assert_harmless(pilot: Pilot[None]) -> None:
    for text, meta in segments(pilot):
        assert not UNSAFE.search(text), repr(text)
        assert "@click" not in meta
    styles = [segment.style for strip in pilot.app.screen._compositor.render_strips() for segment in strip]
    assert not any(style.link for style in styles if style)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_C70_C71_names_are_shown_everywhere_and_do_nothing(size: tuple[int, int]) -> None:
    async with shown(MemorySource(hostile_image()), size) as pilot:
        for keys in ("", "j", "2", "jjjl", "G", "m", "t", "jjjjl", "G", "t", "e", "G", "6", "j", "G"):
            await press(pilot, *keys)
            assert_harmless(pilot)
            assert pilot.app.is_running


async def test_C70_C71_the_file_view_shows_hostile_content_names_and_links_harmlessly() -> None:
    names = [name.replace("/", "⁄") for name in (*MARKUP, *CONTROLS)]
    hostile = "\n".join(f"# {text} '{text}'" for text in (*MARKUP, *CONTROLS[:5])).encode()
    entries = [file(f"d/{name}.py", hostile + b"\xff\x9b\x1b[31m\n") for name in names]
    links = [symlink(f"l{number}", text) for number, text in enumerate((*MARKUP, *CONTROLS))]
    built = image([layer(*entries, *links, file("etc/\x1b.bin", b"\0" + hostile))])
    async with shown(MemorySource(built), (120, 40)) as pilot:
        for path in (f"d/{names[5]}.py", "l8", "etc/\x1b.bin"):
            pilot.app.screen.post_message(OpenFile(path))
            for _ in range(3):
                await pilot.pause()
                await pilot.app.workers.wait_for_complete()
            for key in ("w", "2", "4", "1", "slash", "x", "escape", "s"):
                await press(pilot, key)
                assert_harmless(pilot)
            while isinstance(pilot.app.screen, FileScreen):
                await press(pilot, "escape")
            assert pilot.app.is_running


async def test_C70_filters_of_the_files_pane_say_what_they_do_not_understand_harmlessly() -> None:
    async with shown(MemorySource(hostile_image())) as pilot:
        await press(pilot, "2", "slash")
        for text in ("is:\x1b[31m", "package:[@click=app.quit]x[/]", ">\u202e", "/[/"):
            pilot.app.screen.query_one(FilesPane).filter_bar.input.value = text
            await press(pilot, "left", "right")
            assert "is not understood" in screen_text(pilot)
            assert_harmless(pilot)


async def test_C70_controls_are_shown_as_what_they_are() -> None:
    async with shown(MemorySource(hostile_image()), (160, 48)) as pilot:
        await press(pilot, "2")
        text = screen_text(pilot)
        assert "\\x1b]0;title\\x07" in text
        assert "\\u202egnp.exe" in text
        assert "\\xff" in text


async def test_C71_markup_stays_text_in_lists_and_panels_alike() -> None:
    async with shown(MemorySource(hostile_image()), (160, 48)) as pilot:
        text = screen_text(pilot)
        assert text.count("[@click=app.quit]x[/]") >= 3, "in the header, the table and the panel below it"
        assert "[bold red]b[/bold red]" in text


async def test_C71_a_click_on_a_name_that_is_an_action_does_not_run_it() -> None:
    async with shown(MemorySource(hostile_image()), (160, 48)) as pilot:
        lines = screen_text(pilot).split("\n")
        found = [(line.index("[@click"), number) for number, line in enumerate(lines) if "[@click" in line]
        assert found
        for x, y in found:
            await pilot.click(offset=(x + 2, y))
            await pilot.pause()
        assert pilot.app.is_running
