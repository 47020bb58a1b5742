"""Whatever an image calls its files: nothing of it acts on the terminal or on the terminal UI."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from imgscope import analyze
from imgscope import progress as events
from imgscope.errors import NotFoundError
from imgscope.oci.platform import Platform
from imgscope.offers import Offer, OfferGroup
from imgscope.text import UNSAFE
from imgscope.tui.app import InspectApp
from imgscope.tui.messages import OpenFile
from imgscope.tui.opening import Opener
from imgscope.tui.panes.files import FilesPane
from imgscope.tui.screens.export import ExportScreen
from imgscope.tui.screens.file import FileScreen
from imgscope.tui.screens.platforms import PlatformScreen
from imgscope.tui.widgets.offer_list import OfferList
from tests.support.elf import program
from tests.support.images import BuiltImage, file, hard_link, image, layer, step, symlink, whiteout
from tests.support.memory import MemorySource
from tests.tui.stage import press, screen_text, shown, until

pytestmark = pytest.mark.anyio

MARKUP = ["[@click=app.quit]x[/]", "[etc", "[bold red]b[/bold red]", "[/etc/passwd]", "[link=file:///etc]l[/link]"]
CONTROLS = ["\x1b]0;title\x07", "\x9b31m", "a\nb", "\u202egnp.exe", "\u2028", "\udcff"]


# Every other pane: its first rows opened, its last ones, and what they say of themselves.
_PANES = [keys for pane in "345678" for keys in (pane, "lj", "lj", "G", "JJ")] + ["9", "v", "v"]


def hostile_image() -> BuiltImage:
    """Every place for text has all of it."""
    names = [name.replace("/", "⁄") for name in (*MARKUP, *CONTROLS)]
    everything = " ".join((*MARKUP, *CONTROLS[:5]))
    in_a_line = everything.replace("\n", " ").replace("\u2028", " ")
    os_release = f"ID=x\nPRETTY_NAME='{everything}'\n"
    packages = "\n".join(
        f"Package: gcc{in_a_line.replace(' ', '')}{number}\nStatus: install ok installed\nArchitecture: {in_a_line}\n"
        f"Version: {in_a_line}\nDepends: gcc{number - 1}\n"
        for number in range(3)
    )
    below = layer(
        file("etc/os-release", os_release),
        *(file(name, "1" * 2_000_000) for name in names),
        *(symlink(f"link{number}", text) for number, text in enumerate((*MARKUP, *CONTROLS))),
        hard_link("hard", names[0]),
        file("var/lib/apt/lists/x", "1" * 2_000_000),
        file("var/lib/dpkg/status", packages),
        *(file(f"opt/{name}", program(f"/lib/{everything}", [everything]), mode=0o755) for name in names),
        *(file(f"tmp/{name}", "2" * 2_000_000) for name in names),
        created_by=f"RUN /bin/sh -c {everything} # buildkit",
    )
    above = layer(*(whiteout(name) for name in names), created_by=everything)
    config = {
        "User": everything,
        "Env": [f"{everything}={everything}"],
        "Entrypoint": [everything],
        "Cmd": [everything],
        "WorkingDir": everything,
        "ExposedPorts": {everything: {}},
        "Volumes": {everything: {}},
        "Labels": {everything: everything},
        "StopSignal": everything,
        "Healthcheck": {"Test": ["CMD", everything]},
    }
    return image([below, step(everything), step(f"ENV {everything}"), above], config=config)


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
        for keys in ("", "j", "2", "jjjl", "G", "m", "t", "jjjjl", "G", "t", "e", "G", *_PANES):
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


async def test_C70_C71_offers_and_errors_of_the_start_screen_do_nothing() -> None:
    hostile = [*MARKUP, *CONTROLS]
    groups = [
        OfferGroup(
            title="\x1b[31m[b]Docker",
            offers=tuple(Offer(reference=f"docker-daemon:{text}", about=text) for text in hostile),
        ),
        OfferGroup(title="Podman", problem=" ".join(hostile)),
    ]
    everything = " ".join(hostile)

    def refuse(
        _: str, /, *, options: analyze.Options, progress: events.Progress, cancelled: threading.Event
    ) -> analyze.Inspection:
        raise NotFoundError(f"there is no {everything}", hint=everything)

    app = InspectApp(Opener(analyze.Options(), refuse), find_offers=lambda: groups)
    async with app.run_test(size=(160, 48)) as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one(OfferList).row_count == len(hostile) + 1)
        assert_harmless(pilot)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: "there is no" in screen_text(pilot))
        assert "[@click=app.quit]x[/]" in screen_text(pilot)
        assert_harmless(pilot)
        assert app.is_running


async def test_C70_what_is_suggested_and_pasted_in_lines_does_nothing() -> None:
    offers = tuple(Offer(reference=f"oci:d{text}") for text in CONTROLS)
    app = InspectApp(Opener(analyze.Options()), find_offers=lambda: [OfferGroup(title="here", offers=offers)])
    async with app.run_test(size=(160, 48)) as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one(OfferList).row_count == len(offers))
        await press(pilot, *"oci:")
        assert_harmless(pilot)
        for screen in (None, ExportScreen("json", "x.json", lambda _: "")):
            if screen is not None:
                await app.push_screen(screen)
            for text in CONTROLS:
                pilot.app.screen.query_one(Input).value = text
                await pilot.pause()
                assert_harmless(pilot)


async def test_C70_C71_a_platform_is_shown_as_what_it_is_and_does_nothing() -> None:
    platforms = [Platform(os=text, architecture=text) for text in (*MARKUP, *CONTROLS[:5])]
    async with shown(MemorySource(hostile_image()), (160, 48)) as pilot:
        await pilot.app.push_screen(PlatformScreen(platforms, platforms[0]))
        await pilot.pause()
        assert "[bold red]b[/bold red]" in screen_text(pilot)
        assert_harmless(pilot)


async def test_C70_C71_an_error_in_a_note_does_nothing() -> None:
    async with shown(MemorySource(hostile_image()), (160, 48)) as pilot:
        app = pilot.app
        assert isinstance(app, InspectApp)
        app.tell_error(NotFoundError(f"there is no {' '.join((*MARKUP, *CONTROLS[:5]))}"))
        await until(pilot, lambda: "there is no" in screen_text(pilot))
        assert_harmless(pilot)
