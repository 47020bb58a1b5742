"""The pictures of the terminal UI in docs/images. `python -m tests.tui.picture` draws them anew."""

from __future__ import annotations

import asyncio
import dataclasses
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from textual.pilot import Pilot
from textual.widgets import Input

from imgscope import analyze
from imgscope import progress as events
from imgscope.offers import Offer, OfferGroup
from imgscope.tui.app import InspectApp
from imgscope.tui.model.settings import DARK, HIGH_CONTRAST, LIGHT, Settings
from imgscope.tui.opening import Opener
from imgscope.tui.screens.comparison import ComparisonScreen
from imgscope.tui.screens.image import ImageScreen
from imgscope.tui.widgets.offer_list import OfferList
from tests.support.memory import MemorySource
from tests.tui.example import HalfSource, compared, example
from tests.tui.stage import is_over, press, until
from tests.tui.variants import HalfRead, ReadAtOnce, variants

IMAGES: Final = Path(__file__).parents[2] / "docs" / "images"
SIZE: Final = (120, 36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A screen of the terminal UI: the example, the start screen or a comparison, after `keys` were pressed.

    With `half_read` the image is still on its way, or the two variants that were asked for are.
    """

    keys: tuple[str, ...] = ()
    size: tuple[int, int] = SIZE
    is_start: bool = False
    is_comparison: bool = False
    is_of_variants: bool = False
    half_read: bool = False
    theme: str = DARK


def find(name: str) -> tuple[str, ...]:
    """The keys that open the file called `name`, if there is only one, from any pane."""
    return ("2", "slash", *name, "enter", "G", "enter")


PICTURES: Final = {
    # The layer highlighted that left most behind.
    "tui": Picture(keys=("down", "6", "1")),
    "tui-start": Picture(size=(100, 20), is_start=True),
    "tui-reading": Picture(size=(100, 20), half_read=True),
    "tui-help": Picture(keys=("question_mark",), size=(100, 30)),
    "tui-files": Picture(keys=(*["down"] * 4, "2", "t", "t", "U", "e"), size=(120, 26)),
    "tui-filter": Picture(keys=("2", "slash", *"app !*.js >100k", "enter"), size=(100, 26)),
    "tui-file": Picture(keys=(*find("module4.py"), "4"), size=(100, 26)),
    "tui-packages": Picture(keys=("5",), size=(100, 26)),
    "tui-findings": Picture(keys=("6",), size=(100, 30)),
    "tui-treemap": Picture(keys=("9", "right"), size=(120, 30)),
    "tui-compare": Picture(is_comparison=True, size=(100, 36)),
    "tui-light": Picture(keys=("down",), size=(100, 20), theme=LIGHT),
    "tui-high-contrast": Picture(keys=("down",), size=(100, 20), theme=HIGH_CONTRAST),
}
_OFFERS: Final = (
    OfferGroup(title="inspected before", offers=(Offer(reference="debian:12"), Offer(reference="ghcr.io/team/app:1"))),
    OfferGroup(
        title="Docker · 2 images",
        offers=(
            Offer(reference="docker-daemon:nginx:latest", about="192 MB unpacked"),
            Offer(reference="docker-daemon:team/app:dev", about="1.20 GB unpacked"),
        ),
    ),
    OfferGroup(title="Podman", problem="Podman at /run/podman/podman.sock may not be used: permission denied"),
    OfferGroup(title="samples", offers=(Offer(reference="oci:sample_images/glibc-fat"),)),
)


def path_of(name: str) -> Path:
    """Where the documentation has the picture called `name`."""
    return IMAGES / f"{name}.svg"


class Posed:
    """The terminal UI on its way to what `picture` shows; `close` it after that."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._source = HalfSource(example()) if picture.half_read else MemorySource(example())
        comparison = _comparison(picture)
        self.app = InspectApp(
            Opener(analyze.Options(), partial(_inspect, self._source), lambda *_: self._source),
            None if picture.is_start or comparison else "example",
            settings=Settings(theme=picture.theme),
            find_offers=lambda: _OFFERS,
            comparison=comparison,
        )
        self.app.animation_level = "none"

    def close(self) -> None:
        """Let those go that wait for what is not given."""
        if isinstance(self._source, HalfSource):
            self._source.go_on()

    async def pose(self, pilot: Pilot[None]) -> None:
        """Press the keys, and wait for all that happens."""
        app, source = self.app, self._source
        if app.comparison is not None:
            await pilot.pause()
        elif self._picture.is_start:
            await until(pilot, lambda: app.screen.query_one(OfferList).row_count > 0)
        elif isinstance(source, HalfSource):
            await until(pilot, lambda: app.session is not None and source.is_half_read(app.session))
        else:
            await until(pilot, lambda: is_over(app))
        await press(pilot, *self._picture.keys)
        await self.settle(pilot)

    async def settle(self, pilot: Pilot[None]) -> None:
        """Wait for what was begun, and let nothing change that is as it should be."""
        # What one thread found out may be what the next one begins with.
        for _ in range(3):
            await pilot.pause()
            await self.app.workers.wait_for_complete()
        await until(
            pilot, lambda: all(each.is_up_to_date for each in self.app.screen_stack if isinstance(each, ImageScreen))
        )
        for line in self.app.screen.query(Input):
            line._pause_blink(visible=True)
        await pilot.pause()


def _comparison(picture: Picture) -> ComparisonScreen | None:
    if picture.is_of_variants:
        return ComparisonScreen(variants(), compare=HalfRead if picture.half_read else ReadAtOnce)
    return ComparisonScreen(compared()) if picture.is_comparison else None


async def draw(picture: Picture) -> str:
    """Return `picture` as SVG."""
    posed = Posed(picture)
    try:
        async with posed.app.run_test(size=picture.size) as pilot:
            await posed.pose(pilot)
            return posed.app.export_screenshot()
    finally:
        posed.close()


def _inspect(
    source: MemorySource,
    _: str,
    /,
    *,
    options: analyze.Options,
    progress: events.Progress,
    cancelled: threading.Event,
) -> analyze.Inspection:
    """Inspect as if the image came from a registry, in an even time."""
    inspection = analyze.inspect_source(source, options=options, progress=progress, cancelled=cancelled)
    run = msgspec.structs.replace(inspection.report.run, requests=9, duration_seconds=1.4)
    return dataclasses.replace(inspection, report=msgspec.structs.replace(inspection.report, run=run))


if __name__ == "__main__":
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, picture in PICTURES.items():
        path_of(name).write_text(asyncio.run(draw(picture)), encoding="utf-8")
