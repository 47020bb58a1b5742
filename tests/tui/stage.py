"""The terminal UI without a terminal: images that hold back their layers, and what can be read on the screen."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from textual.app import App
from textual.pilot import Pilot

from imgscope import analyze
from imgscope import progress as events
from imgscope.oci.manifest import Descriptor
from imgscope.sources.base import ImageSource
from imgscope.tui.app import FindOffers, InspectApp
from imgscope.tui.model.session import Session
from imgscope.tui.model.settings import DEFAULT_SETTINGS, Settings
from imgscope.tui.opening import Opener
from tests.support.images import BuiltImage, directory, file, image, layer, whiteout
from tests.support.memory import MemorySource

OS_RELEASE: Final = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
_PATIENCE_SECONDS: Final = 30


def app_image() -> BuiltImage:
    """Two layers: a system, and a program on top of it that replaces one file and removes another."""
    return image(
        [
            layer(
                directory("etc"),
                file("etc/os-release", OS_RELEASE),
                file("etc/changed", "before"),
                file("etc/gone", "x" * 3000),
                directory("usr"),
                file("usr/lib/large", "y" * 2_000_000),
                file("var/lib/apt/lists/Packages", "z" * 1_500_000),
                created_by="RUN /bin/sh -c install the system # buildkit",
            ),
            layer(
                file("app/main.py", "print()"),
                file("etc/changed", "after"),
                whiteout("etc/gone"),
                created_by="COPY . /app # buildkit",
            ),
        ]
    )


class HeldBackSource(MemorySource):
    """Gives the first half of each layer, and the rest when `release` was called."""

    def __init__(self, built: BuiltImage, *, replaced: Mapping[str, bytes | None] | None = None) -> None:
        super().__init__(built, replaced=replaced)
        self.opened = 0
        self._released = threading.Event()

    def release(self) -> None:
        """Give everything, from now on."""
        self._released.set()

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        self.opened += 1
        with super().open_blob(descriptor, start, length) as chunks:
            yield self._halves(b"".join(chunks))

    def _halves(self, blob: bytes) -> Iterator[bytes]:
        yield blob[: len(blob) // 2]
        assert self._released.wait(_PATIENCE_SECONDS)
        yield blob[len(blob) // 2 :]


class SilentSource(HeldBackSource):
    """Does not even begin to give a layer before `release` was called."""

    def _halves(self, blob: bytes) -> Iterator[bytes]:
        assert self._released.wait(_PATIENCE_SECONDS)
        yield blob


def opener_of(source: ImageSource) -> Opener:
    """What opens the image in `source`, whatever it is asked for."""

    def inspect(
        _: str, /, *, options: analyze.Options, progress: events.Progress, cancelled: threading.Event
    ) -> analyze.Inspection:
        return analyze.inspect_source(source, options=options, progress=progress, cancelled=cancelled)

    return Opener(analyze.Options(), inspect, lambda *_: source)


def app_of(source: ImageSource, settings: Settings = DEFAULT_SETTINGS) -> InspectApp:
    """The terminal UI of the image in `source`."""
    app = InspectApp(opener_of(source), "app:1", settings=settings)
    app.animation_level = "none"
    return app


def session_of(pilot: Pilot[None]) -> Session:
    """What is known of the image that is shown."""
    app = pilot.app
    assert isinstance(app, InspectApp)
    assert app.session is not None
    return app.session


def is_over(app: App[None]) -> bool:
    """Whether the image was read to its end, or cannot be."""
    assert isinstance(app, InspectApp)
    return app.error is not None or (app.session is not None and app.session.inspection is not None)


@asynccontextmanager
async def shown(
    source: ImageSource, size: tuple[int, int] = (80, 24), settings: Settings = DEFAULT_SETTINGS
) -> AsyncIterator[Pilot[None]]:
    """Open the terminal UI and wait until the image was read to its end."""
    app = app_of(source, settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: is_over(app))
        await pilot.pause()
        yield pilot


@asynccontextmanager
async def starting(find_offers: FindOffers, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """Open the terminal UI without an image."""
    app = InspectApp(Opener(analyze.Options()), find_offers=find_offers)
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        yield pilot


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Let the terminal UI work until `condition` holds."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"it never came to that; the screen:\n{screen_text(pilot)}"
        await pilot.pause()


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press `keys`, and wait for what they started."""
    for key in keys:
        await pilot.press(key)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


def screen_text(pilot: Pilot[None]) -> str:
    """Return what can be read on the screen, line by line."""
    return "\n".join(strip.text.rstrip() for strip in pilot.app.screen._compositor.render_strips())
