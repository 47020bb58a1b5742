"""The start screen: images that are offered, and one that is typed."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from imgscope import analyze
from imgscope import progress as events
from imgscope.errors import NotFoundError
from imgscope.offers import Offer, OfferGroup
from imgscope.tui.app import InspectApp
from imgscope.tui.opening import Opener
from imgscope.tui.screens.image import ImageScreen
from imgscope.tui.screens.start import StartScreen
from imgscope.tui.widgets.offer_list import OfferList
from tests.support.memory import MemorySource
from tests.tui.stage import app_image, is_over, opener_of, press, screen_text, until

pytestmark = pytest.mark.anyio

GROUPS = (
    OfferGroup(title="inspected before", offers=(Offer(reference="debian:12"), Offer(reference="team/app:1"))),
    OfferGroup(title="Docker · 1 image", offers=(Offer(reference="docker-daemon:web:2", about="9 MB unpacked"),)),
    OfferGroup(title="Podman", problem="Podman does not answer"),
)


def opener(asked: list[str], goes_on: threading.Event | None = None) -> Opener:
    """Opens every image but the missing one, and notes what it was asked for."""

    def inspect(
        reference: str, /, *, options: analyze.Options, progress: events.Progress, cancelled: threading.Event
    ) -> analyze.Inspection:
        asked.append(reference)
        if goes_on is not None:
            goes_on.wait(30)
        if reference == "missing":
            raise NotFoundError("there is no image [b]missing[/b]", hint="name one that is there")
        return analyze.inspect_source(
            MemorySource(app_image()), options=options, progress=progress, cancelled=cancelled
        )

    return Opener(analyze.Options(), inspect)


@asynccontextmanager
async def started(
    asked: list[str] | None = None,
    groups: Sequence[OfferGroup] = GROUPS,
    size: tuple[int, int] = (80, 24),
    goes_on: threading.Event | None = None,
) -> AsyncIterator[Pilot[None]]:
    """Open the terminal UI without an image, and wait for what it offers."""
    app = InspectApp(opener([] if asked is None else asked, goes_on), find_offers=lambda: groups)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        count = sum(len(group.offers) + bool(group.problem) for group in groups)
        await until(pilot, lambda: pilot.app.screen.query_one(OfferList).row_count == count)
        yield pilot


def listed(pilot: Pilot[None], width: int = 80) -> list[str]:
    offers = pilot.app.screen.query_one(OfferList)
    return [" ".join(cell.text for cell in offers.cells(row, width)).strip() for row in range(offers.row_count)]


async def test_images_are_listed_by_where_they_are_from() -> None:
    async with started() as pilot:
        assert listed(pilot) == [
            "inspected before debian:12",
            "team/app:1",
            "Docker · 1 image docker-daemon:web:2",
            "Podman Podman does not answer",
        ]
        assert "9 MB unpacked" in listed(pilot, 120)[2]


async def test_what_is_typed_narrows_the_list() -> None:
    async with started() as pilot:
        await press(pilot, *"web")
        assert listed(pilot) == ["Docker · 1 image docker-daemon:web:2"]
        await press(pilot, *"zzz")
        assert "none of the images that are known here is called like this" in screen_text(pilot)


async def test_a_typed_reference_is_opened() -> None:
    asked: list[str] = []
    async with started(asked) as pilot:
        await press(pilot, *"nginx", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ImageScreen))
        await until(pilot, lambda: is_over(pilot.app))
        await pilot.pause()
        assert asked == ["nginx"]
        assert "Debian GNU/Linux 12" in screen_text(pilot)


async def test_an_offered_image_is_opened_from_the_list() -> None:
    asked: list[str] = []
    async with started(asked) as pilot:
        await press(pilot, "down", "down", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ImageScreen))
        assert asked == ["team/app:1"]


async def test_a_line_that_only_tells_of_a_problem_opens_nothing() -> None:
    asked: list[str] = []
    async with started(asked) as pilot:
        await press(pilot, "down", "end", "enter")
        assert screen_text(pilot).count("Podman does not answer") == 2, "in full above the list, too"
        assert isinstance(pilot.app.screen, StartScreen)
        assert not asked


async def test_what_cannot_be_opened_is_told_in_place_with_the_hint() -> None:
    async with started() as pilot:
        await press(pilot, *"missing", "enter")
        await until(pilot, lambda: "there is no image [b]missing[/b]" in screen_text(pilot))
        assert "hint: name one that is there" in screen_text(pilot)
        assert isinstance(pilot.app.screen, StartScreen)
        await press(pilot, *["backspace"] * 7, *"nginx", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ImageScreen))


async def test_escape_stops_looking_for_an_image() -> None:
    goes_on = threading.Event()
    async with started(goes_on=goes_on) as pilot:
        await press(pilot, *"nginx", "enter")
        assert "looking for nginx …" in screen_text(pilot)
        await press(pilot, "escape")
        assert "looking for" not in screen_text(pilot)
        goes_on.set()
        await pilot.pause()
        assert isinstance(pilot.app.screen, StartScreen)


async def test_one_key_leads_from_an_image_to_the_start_screen_and_escape_back() -> None:
    app = InspectApp(opener_of(MemorySource(app_image())), "app:1", find_offers=lambda: GROUPS)
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: is_over(app))
        await press(pilot, "2", "o")
        assert isinstance(pilot.app.screen, StartScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ImageScreen)
        assert pilot.app.screen.pane_name == "files"


async def test_another_image_takes_the_place_of_the_one_that_was_shown() -> None:
    asked: list[str] = []
    app = InspectApp(opener(asked), "app:1", find_offers=lambda: GROUPS)
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: is_over(app))
        await press(pilot, "o", *"other", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ImageScreen))
        assert asked == ["app:1", "other"]
        assert app.session is not None
        assert app.session.opened == "other"


async def test_the_first_image_can_be_missing_and_another_one_opened_meanwhile() -> None:
    goes_on = threading.Event()
    app = InspectApp(opener([], goes_on), "missing", find_offers=lambda: GROUPS)
    async with app.run_test(notifications=True) as pilot:
        await press(pilot, "o")
        goes_on.set()
        await until(pilot, lambda: "there is no image" in screen_text(pilot))
        assert app.error is None


async def test_it_fits_a_small_terminal_and_has_help() -> None:
    async with started(size=(60, 15)) as pilot:
        assert "docker-daemon:web:2" in screen_text(pilot)
        await press(pilot, "tab", "question_mark")
        assert "from the input to the list and back" in screen_text(pilot)


async def test_quitting_without_an_image_leaves_nothing() -> None:
    async with started() as pilot:
        await press(pilot, "tab", "q")
        assert isinstance(pilot.app, InspectApp)
        assert pilot.app.session is None
        assert pilot.app.error is None


async def test_what_cannot_be_opened_is_told_below_the_keys_that_are_on_show_meanwhile() -> None:
    goes_on = threading.Event()
    async with started(goes_on=goes_on) as pilot:
        await press(pilot, *"missing", "enter")
        assert isinstance(pilot.app, InspectApp)
        pilot.app.action_help()
        await pilot.pause()
        goes_on.set()
        await until(pilot, lambda: not isinstance(pilot.app, InspectApp) or pilot.app._next is None)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, StartScreen)
        assert "looking for" not in screen_text(pilot)
        assert "there is no image [b]missing[/b]" in screen_text(pilot)
