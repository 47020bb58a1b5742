"""Images side by side: while they are read, all figures, what differs, and from there to one of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.message import Message
from textual.pilot import Pilot

from imgscope import analyze, tui
from imgscope.comparison.run import compare_whole
from imgscope.oci.platform import Platform
from imgscope.tui.app import InspectApp
from imgscope.tui.comparison_worker import ComparisonThread, ImageEnded, ImageNews, Post
from imgscope.tui.model.comparing import Comparing, Looked
from imgscope.tui.model.comparison_rows import closing_lines
from imgscope.tui.opening import Opener
from imgscope.tui.screens.comparison import ComparisonScreen
from imgscope.tui.screens.help import HelpScreen
from imgscope.tui.screens.image import ImageScreen
from imgscope.tui.screens.two_images import TwoImagesScreen
from imgscope.tui.widgets.detail import Detail
from tests.render.comparison_example import hostile
from tests.support.image_files import write_oci_layout
from tests.support.images import BuiltImage, file, image, layer
from tests.tui.panes.images import full_image
from tests.tui.panes.outline import current, rows
from tests.tui.stage import app_image, is_over, press, screen_text, until
from tests.tui.test_hostile_text import assert_harmless, hostile_image

pytestmark = pytest.mark.anyio

OPTIONS = analyze.Options(platform=Platform.parse("linux/amd64"))


def layout(tmp_path: Path, **images: BuiltImage) -> list[str]:
    """Write images to a layout and return what they are called."""
    path = write_oci_layout(tmp_path / "layout", images)
    return [f"oci:{path}:{name}" for name in images]


@asynccontextmanager
async def compared(references: list[str], size: tuple[int, int] = (110, 44)) -> AsyncIterator[Pilot[None]]:
    """Open the comparison and wait until all images were read."""
    comparing = Comparing(references)
    screen = ComparisonScreen(comparing, ComparisonThread(references, OPTIONS))
    app = InspectApp(Opener(OPTIONS), comparison=screen)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: comparing.is_over and comparing.paths is not None)
        await pilot.pause()
        yield pilot


async def test_figures_stand_side_by_side_with_their_differences(tmp_path: Path) -> None:
    async with compared(layout(tmp_path, full=full_image(), app=app_image())) as pilot:
        text = screen_text(pilot)
        assert "2 images · held against oci:" in text
        assert "1 layout:full" in text
        assert "2 layout:app" in text
        listed = rows(pilot, 108)
        assert "▾ figures" in listed
        assert "unpacked 8.81 MB 3.50 MB" in listed
        assert "-5.31 MB (-60%)" in listed
        assert "packages 5 0" in listed


async def test_names_that_are_long_are_cut_where_they_still_tell_the_images_apart(tmp_path: Path) -> None:
    first, second = (
        f"oci:{write_oci_layout(tmp_path / 'builds' / name / 'of' / 'the' / 'application', {'app': app_image()})}"
        for name in ("2024-01-31", "2024-02-29")
    )
    async with compared([first, second], (80, 24)) as pilot:
        title, heads, *_ = screen_text(pilot).splitlines()
        assert "held against oci:/" in title
        assert heads.split() == ["compared", "1", "2024-01-31/…/application", "2", "2024-02-29/…/application"]


async def test_layers_that_both_have_are_marked(tmp_path: Path) -> None:
    below = layer(file("usr/share/same", "x" * 50_000))
    first = image([below, layer(file("srv/data", "1" * 300_000))])
    second = image([below, layer(file("srv/data", "1" * 100_000))])
    async with compared(layout(tmp_path, first=first, second=second)) as pilot:
        await press(pilot, "G", "h", "k", "l", "j")
        layers = [row for row in rows(pilot, 108) if row.startswith("layer ")]
        assert "= " in layers[0]
        assert "= " not in layers[1]


async def test_files_open_down_to_each_with_what_happened_the_largest_change_first(tmp_path: Path) -> None:
    first = image(
        [layer(file("srv/old", "1" * 900), file("srv/data", "1" * 3000), file("srv/m", "x"), file("etc/a", "1"))]
    )
    second = image(
        [layer(file("srv/data", "1" * 1000), file("srv/m", "x", mode=0o600), file("srv/new", "2" * 500), file("b", ""))]
    )
    async with compared(layout(tmp_path, first=first, second=second)) as pilot:
        await press(pilot, "G", "l", "j", "l", "j")
        listed = rows(pilot, 108)
        begin = listed.index("▾ files +2 -3 ~1 *1")
        assert listed[begin + 1 :] == [
            "▾ srv/ 3.90 kB 1.50 kB -2.40 kB",
            "data 3.00 kB ~ 1.00 kB -2.00 kB",
            "old 900 B - gone -900 B",
            "new - + 500 B",
            "m 1 B * 1 B",
            "▸ etc/ 1 B - gone -1 B",
            "b - + 0 B",
        ]
        text = " ".join(screen_text(pilot).split())
        assert "/srv/data" in text
        assert "1,000 bytes · -2,000 · modified (content)" in text


async def test_three_images_are_each_held_against_the_first(tmp_path: Path) -> None:
    def built(**sizes: int) -> BuiltImage:
        return image([layer(*(file(f"d/{name}", "x" * size) for name, size in sizes.items()))])

    named = layout(tmp_path, one=built(a=10, b=20), two=built(a=10, b=25), three=built(a=10))
    async with compared(named) as pilot:
        await press(pilot, "G", "l", "j", "l")
        assert rows(pilot, 108)[-2:] == ["▾ d/ 30 B 35 B +5 B 10 B -20 B", "b 20 B ~ 25 B +5 B - gone -20 B"]


async def test_a_filter_finds_files_by_their_path(tmp_path: Path) -> None:
    first = image([layer(file("usr/lib/libone", "1"), file("usr/lib/other", "1"))])
    second = image([layer(file("usr/lib/libtwo", "22"), file("usr/lib/other", "22"))])
    async with compared(layout(tmp_path, first=first, second=second)) as pilot:
        await press(pilot, "slash", *"LIB/lib", "enter")
        listed = [row.split()[0] if "▾" not in row else row.split()[1] for row in rows(pilot, 108)]
        assert listed == ["files", "usr/", "lib/", "libtwo", "libone"]


async def test_images_of_the_same_files_have_no_section_of_files(tmp_path: Path) -> None:
    built = image([layer(file("a", "1"))])
    async with compared(layout(tmp_path, one=built, two=built)) as pilot:
        assert not any("files +" in row for row in rows(pilot, 108))


async def test_packages_in_other_versions_are_told(tmp_path: Path) -> None:
    def built(version: str) -> BuiltImage:
        status = f"Package: thing\nStatus: install ok installed\nArchitecture: amd64\nVersion: {version}\n"
        return image([layer(file("var/lib/dpkg/status", status))])

    async with compared(layout(tmp_path, old=built("1.0"), new=built("2.0"))) as pilot:
        await press(pilot, "slash", *"thing", "enter")
        assert "thing 1.0 2.0" in rows(pilot, 108)
        await press(pilot, "escape")
        assert "▸ packages (1 differ)" in rows(pilot, 108)


async def test_an_image_that_cannot_be_compared_is_told_and_the_others_are(tmp_path: Path) -> None:
    named = layout(tmp_path, full=full_image(), app=app_image())
    missing = f"{named[0]}x"
    async with compared([named[0], missing, named[1]]) as pilot:
        text = screen_text(pilot)
        assert "INCOMPLETE" in text
        assert "▾ not compared" in rows(pilot, 108)
        await press(pilot, "j")
        assert "has no image" in " ".join(screen_text(pilot).split())
        assert "unpacked 8.81 MB 3.50 MB" in rows(pilot, 108)


async def test_a_number_opens_the_screen_of_an_image_and_b_leads_back(tmp_path: Path) -> None:
    async with compared(layout(tmp_path, full=full_image(), app=app_image())) as pilot:
        await press(pilot, "2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ImageScreen) and is_over(pilot.app))
        await pilot.pause()
        assert "3.50 MB unpacked" in screen_text(pilot)
        await press(pilot, "b")
        assert isinstance(pilot.app.screen, ComparisonScreen)
        await press(pilot, "1")
        await until(pilot, lambda: isinstance(pilot.app.screen, ImageScreen) and is_over(pilot.app))
        await pilot.pause()
        assert "8.81 MB unpacked" in screen_text(pilot)
        await press(pilot, "b", "9")
        assert isinstance(pilot.app.screen, ComparisonScreen)


async def test_where_there_is_no_room_the_columns_of_the_others_move(tmp_path: Path) -> None:
    images = {f"i{number}": image([layer(file("x", "x" * number * 1000))]) for number in range(1, 5)}
    async with compared(layout(tmp_path, **images), (60, 24)) as pilot:
        assert "1 layout:i1" in screen_text(pilot)
        assert "2 layout:i2" in screen_text(pilot)
        assert "4 layout:i4" not in screen_text(pilot)
        assert "compared ›" in screen_text(pilot)
        await press(pilot, "greater_than_sign", "full_stop", "greater_than_sign", "greater_than_sign")
        assert "1 layout:i1" in screen_text(pilot)
        assert "4 layout:i4" in screen_text(pilot)
        await press(pilot, "less_than_sign", "comma", "comma")
        assert "2 layout:i2" in screen_text(pilot)


async def test_the_keys_are_told_and_the_text_below_scrolls(tmp_path: Path) -> None:
    async with compared(layout(tmp_path, full=full_image(), app=app_image()), (80, 24)) as pilot:
        await press(pilot, "J", "K", "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        assert "the screen of that image" in screen_text(pilot)


async def test_a_finished_comparison_is_shown_as_it_is(tmp_path: Path) -> None:
    named = layout(tmp_path, full=full_image(), app=app_image())
    comparison = compare_whole(named, options=OPTIONS, moving=named[0]).comparison
    assert comparison is not None
    app = InspectApp(Opener(OPTIONS), comparison=ComparisonScreen(Comparing.of(comparison)))
    async with app.run_test(size=(110, 44)) as pilot:
        await pilot.pause()
        listed = rows(pilot, 108)
        assert "▾ moving to each as the base" in listed
        assert any(row.startswith("saves ") for row in listed)
        assert "unpacked 8.81 MB 3.50 MB" in listed


def of_sizes(**sizes: int) -> BuiltImage:
    return image([layer(*(file(f"d/{name}", "x" * size) for name, size in sizes.items()))])


@asynccontextmanager
async def finished(
    references: list[str], size: tuple[int, int] = (110, 44), options: analyze.Options = OPTIONS
) -> AsyncIterator[Pilot[None]]:
    """Open the finished comparison of the images, as --variants and --for do."""
    comparison = compare_whole(references, options=options).comparison
    assert comparison is not None
    compare = partial(ComparisonThread, options=options)
    app = InspectApp(Opener(options), comparison=ComparisonScreen(Comparing.of(comparison), compare=compare))
    app.animation_level = "none"
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield pilot


class Silent(ComparisonThread):
    """Never gets to read anything."""

    def start(self, post: Post) -> None:
        """Begin nothing."""


def comparison_of(pilot: Pilot[None]) -> ComparisonScreen:
    screen = pilot.app.screen
    assert isinstance(screen, ComparisonScreen)
    return screen


async def pair_is_read(pilot: Pilot[None]) -> ComparisonScreen:
    """Wait until the files of two images are known."""
    await until(pilot, lambda: comparison_of(pilot).is_pair and comparison_of(pilot).comparing.paths is not None)
    await pilot.pause()
    return comparison_of(pilot)


async def test_the_files_of_two_of_many_images_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    named = layout(tmp_path, one=of_sizes(a=10, b=20), two=of_sizes(a=10, b=25), three=of_sizes(a=10))
    async with finished(named) as pilot:
        assert not any("files" in row for row in rows(pilot, 108))
        await press(pilot, "f")
        assert "held against" in screen_text(pilot)
        await press(pilot, "space", "j", "enter")
        pair = await pair_is_read(pilot)
        assert pair.comparing.references == (named[1], named[2])
        assert rows(pilot, 108)[-1:] == ["▸ d/ 35 B 10 B -25 B"]
        assert current(pilot) == "▾ files -1"
        await press(pilot, "b")
        assert comparison_of(pilot).comparing.references == tuple(named)


async def test_the_files_of_two_images_begin_at_the_top_where_there_is_little_room(tmp_path: Path) -> None:
    def many(size: int) -> BuiltImage:
        return image([layer(*(file(f"file{number:02}", "x" * size) for number in range(40)))])

    async with finished(layout(tmp_path, one=many(1), two=many(2)), (80, 24)) as pilot:
        await press(pilot, "f")
        await pair_is_read(pilot)
        lines = screen_text(pilot).splitlines()
        assert lines[2].startswith("›▾ files")
        assert lines[3].split() == ["file00", "1", "B", "~", "2", "B", "+1", "B"]


async def test_who_went_elsewhere_while_files_were_read_stays_there(tmp_path: Path) -> None:
    named = layout(tmp_path, one=of_sizes(a=10), two=of_sizes(a=20))
    posted: list[Message] = []
    reading = ComparisonThread(named, OPTIONS)
    reading._post = posted.append
    reading._run()
    comparison = compare_whole(named, options=OPTIONS).comparison
    assert comparison is not None
    silent = Silent(named, OPTIONS)
    screen = ComparisonScreen(Comparing.of(comparison), compare=lambda _: silent)
    async with InspectApp(Opener(OPTIONS), comparison=screen).run_test(size=(110, 44)) as pilot:
        await press(pilot, "f")
        *before, files = (message for message in posted if not isinstance(message, ImageNews))
        for message in before:
            comparison_of(pilot).post_message(message)
        await press(pilot, "j")
        chosen = current(pilot)
        comparison_of(pilot).post_message(files)
        await pair_is_read(pilot)
        assert current(pilot) == chosen
        assert not chosen.startswith("▾ files")


async def test_what_was_read_of_one_pair_is_kept_and_only_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = layout(tmp_path, one=of_sizes(a=10), two=of_sizes(a=20), three=of_sizes(a=30))
    started: list[tuple[str, ...]] = []
    start = ComparisonThread.start

    def noted(thread: ComparisonThread, post: Post) -> None:
        started.append(tuple(thread._references))
        start(thread, post)

    monkeypatch.setattr(ComparisonThread, "start", noted)
    async with finished(named) as pilot:
        for keys in ("", "", "j", ""):
            await press(pilot, "f", *keys, "enter")
            await pair_is_read(pilot)
            assert current(pilot).startswith("▾ files")
            await press(pilot, "b")
        first, second = (named[0], named[1]), (named[0], named[2])
        assert started == [first, second, first]


async def test_of_two_images_nobody_is_asked_which(tmp_path: Path) -> None:
    async with finished(layout(tmp_path, one=of_sizes(a=10), two=of_sizes(a=20))) as pilot:
        await press(pilot, "f")
        await pair_is_read(pilot)
        assert "f Files" not in screen_text(pilot)
        await press(pilot, "f")
        assert comparison_of(pilot).is_pair


async def test_images_of_a_pair_are_opened_and_lead_back_to_it(tmp_path: Path) -> None:
    async with finished(layout(tmp_path, one=of_sizes(a=10), two=of_sizes(a=20))) as pilot:
        await press(pilot, "f")
        await pair_is_read(pilot)
        await press(pilot, "2")
        await until(pilot, lambda: isinstance(pilot.app.screen, ImageScreen) and is_over(pilot.app))
        await press(pilot, "b")
        assert comparison_of(pilot).is_pair
        await press(pilot, "b")
        assert not comparison_of(pilot).is_pair


async def test_a_pair_of_the_same_files_says_so(tmp_path: Path) -> None:
    async with finished(layout(tmp_path, one=of_sizes(a=10), two=of_sizes(a=10))) as pilot:
        await press(pilot, "f")
        await pair_is_read(pilot)
        assert "the files of both are the same" in screen_text(pilot)


async def test_an_image_that_is_gone_when_its_files_are_asked_for_is_told(tmp_path: Path) -> None:
    named = layout(tmp_path, one=of_sizes(a=10), two=of_sizes(a=20))
    async with finished(named) as pilot:
        (tmp_path / "layout" / "index.json").write_text('{"schemaVersion": 2, "manifests": []}')
        await press(pilot, "f")
        await until(pilot, lambda: comparison_of(pilot).is_pair and comparison_of(pilot).comparing.is_over)
        await pilot.pause()
        assert "▾ not compared" in rows(pilot, 108)
        await press(pilot, "b")
        assert not comparison_of(pilot).is_pair


async def test_leaving_a_pair_stops_reading_it(tmp_path: Path) -> None:
    thread = Silent([], OPTIONS)
    comparison = compare_whole(layout(tmp_path, one=of_sizes(a=10), two=of_sizes(a=20)), options=OPTIONS).comparison
    assert comparison is not None
    screen = ComparisonScreen(Comparing.of(comparison), compare=lambda _: thread)
    async with InspectApp(Opener(OPTIONS), comparison=screen).run_test() as pilot:
        await press(pilot, "f")
        assert "reading: 0 of 2" in screen_text(pilot)
        await press(pilot, "b")
        assert not comparison_of(pilot).is_pair
        assert thread._cancelled.is_set()


async def test_the_files_of_any_two_are_there_while_several_images_are_compared(tmp_path: Path) -> None:
    named = layout(tmp_path, one=of_sizes(a=10), two=of_sizes(a=20), three=of_sizes(a=30))
    comparing, compare = Comparing(named), partial(ComparisonThread, options=OPTIONS)
    screen = ComparisonScreen(comparing, compare(named), compare=compare)
    async with InspectApp(Opener(OPTIONS), comparison=screen).run_test(size=(110, 44)) as pilot:
        await until(pilot, lambda: comparing.paths is not None)
        await pilot.pause()
        await press(pilot, "f", "j", "escape")
        assert comparison_of(pilot) is screen
        await press(pilot, "f", "j", "enter")
        assert (await pair_is_read(pilot)).comparing.references == (named[0], named[2])


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_C70_C71_what_images_call_things_does_nothing(tmp_path: Path, size: tuple[int, int]) -> None:
    async with compared(layout(tmp_path, hostile=hostile_image(), app=app_image()), size) as pilot:
        for keys in ("", "j", "G", "l", "jj", "k" * 6, "l", "jj"):
            await press(pilot, *keys)
            assert_harmless(pilot)
        assert pilot.app.is_running


async def test_C70_C71_names_of_images_to_choose_from_do_nothing() -> None:
    screen = ComparisonScreen(Comparing.of(hostile()), compare=lambda references: Silent(references, OPTIONS))
    async with InspectApp(Opener(OPTIONS), comparison=screen).run_test(size=(80, 24)) as pilot:
        await press(pilot, "f")
        assert isinstance(pilot.app.screen, TwoImagesScreen)
        assert_harmless(pilot)
        await press(pilot, "down", "enter")
        assert_harmless(pilot)


def test_progress_is_told_of_each_image_until_it_was_read(tmp_path: Path) -> None:
    named = layout(tmp_path, full=full_image(), app=app_image())
    comparing = Comparing(named)
    assert comparing.state_of(0) == "looking for it …"
    posted: list[object] = []
    thread = ComparisonThread(named, OPTIONS)
    thread._post = posted.append
    thread._run()
    states = []
    for message in posted:
        if isinstance(message, ImageNews):
            comparing.apply(message.event)
        elif isinstance(message, ImageEnded):
            assert isinstance(message.outcome, Looked)
            comparing.take(message.position, message.outcome)
        states.append(comparing.state_of(0))
    assert "found" in states
    assert any(state.startswith("reading: ") for state in states)
    assert states[-1] == ""
    assert comparing.is_complete


def test_a_line_on_each_image_is_left(tmp_path: Path) -> None:
    named = layout(tmp_path, full=full_image(), app=app_image())
    comparison = compare_whole([*named, f"{named[0]}x"], options=OPTIONS).comparison
    assert comparison is not None
    first, second = closing_lines(Comparing.of(comparison))
    assert first.endswith("compressed · 8.81 MB unpacked")
    assert "3.50 MB unpacked · -" in second


def test_the_exit_code_says_whether_all_was_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = layout(tmp_path, full=full_image(), app=app_image())

    async def quit_when_read(pilot: Pilot[Any]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, ComparisonScreen)
        await until(pilot, lambda: screen.comparing.is_over)
        await pilot.press("q")

    run = InspectApp.run
    monkeypatch.setattr(
        InspectApp, "run", lambda app: run(app, headless=True, size=(80, 24), auto_pilot=quit_when_read)
    )
    assert tui.run_comparing(named, OPTIONS) == 0
    assert tui.run_comparing([*named, f"{named[0]}x"], OPTIONS) == 3
    assert tui.run_comparing(["./no/such/layout", "./nor/this"], OPTIONS) == 2


async def test_where_only_one_image_has_room_it_is_any_of_them(tmp_path: Path) -> None:
    images = {f"i{number}": image([layer(file("x", "x" * number * 1000))]) for number in range(1, 4)}
    async with compared(layout(tmp_path, **images), (50, 24)) as pilot:
        for key, first, title in (
            (None, 1, "compared ›"),
            (">", 2, "‹ compared ›"),
            (">", 3, "‹ compared"),
            ("<", 2, "‹ "),
        ):
            await press(pilot, *([{">": "greater_than_sign", "<": "less_than_sign"}[key]] if key else []))
            heads = screen_text(pilot).splitlines()[1].strip()
            assert heads.startswith(title)
            assert [f"{number} layout:" in heads for number in (1, 2, 3)] == [number == first for number in (1, 2, 3)]
        await press(pilot, "greater_than_sign")
        await pilot.resize_terminal(110, 24)
        # The columns come back with the room.
        await until(pilot, lambda: screen_text(pilot).splitlines()[1].count(" layout:") == len(images))


async def test_a_filter_that_leaves_nothing_leaves_no_text_below(tmp_path: Path) -> None:
    async with compared(layout(tmp_path, full=full_image(), app=app_image())) as pilot:
        await press(pilot, "j", "j")
        detail = pilot.app.screen.query_one(Detail)
        assert detail._lines
        await press(pilot, "slash", *"zzz")
        assert not detail._lines
        await press(pilot, "escape")
        assert detail._lines


async def test_who_went_back_to_the_comparison_is_not_shown_what_was_looked_for(tmp_path: Path) -> None:
    named = layout(tmp_path, full=full_image(), app=app_image())
    async with compared(named) as pilot:
        await press(pilot, "1")
        await until(pilot, lambda: isinstance(pilot.app.screen, ImageScreen) and is_over(pilot.app))
        app = pilot.app
        assert isinstance(app, InspectApp)
        app.open(named[1], None)
        await app.action_back()
        await press(pilot)
        assert (app._next, app.session) == (None, None)
        assert isinstance(app.screen, ComparisonScreen)


def test_a_terminal_ui_that_breaks_off_is_told_by_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    named = layout(tmp_path, one=of_sizes(a=10), two=of_sizes(a=20))

    async def break_off(pilot: Pilot[Any]) -> None:
        pilot.app.exit(return_code=1)

    run = InspectApp.run
    closed: list[Opener] = []

    def close(opener: Opener) -> None:
        closed.append(opener)

    monkeypatch.setattr(InspectApp, "run", lambda app: run(app, headless=True, auto_pilot=break_off))
    monkeypatch.setattr(Opener, "close", close)
    comparison = compare_whole(named, options=OPTIONS).comparison
    assert comparison is not None
    assert tui.run_comparison(comparison, OPTIONS) == 1
    assert capsys.readouterr().out == ""
    assert len(closed) == 1
