"""Reading an image again, or for another platform, while it is shown."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from imgscope import analyze
from imgscope.errors import SourceError
from imgscope.oci.manifest import Descriptor
from imgscope.oci.platform import Platform
from imgscope.sources.base import ImageHead
from imgscope.tui.app import InspectApp
from imgscope.tui.contents import OpenContent
from imgscope.tui.opening import Opener
from imgscope.tui.screens.image import ImageScreen
from imgscope.tui.screens.platforms import PlatformScreen
from tests.support.image_files import write_oci_layout
from tests.support.images import BuiltImage, file, image, index, layer
from tests.support.memory import MemorySource
from tests.tui.stage import SilentSource, app_image, is_over, opener_of, press, screen_text, session_of, shown, until

pytestmark = pytest.mark.anyio


class HealingSource(MemorySource):
    """Does not have the upper layer until `heal` was called."""

    def __init__(self, built: BuiltImage) -> None:
        super().__init__(built, replaced={built.layers[1].digest: None})
        self._all = built.blobs
        self.fetched: list[str] = []
        self.is_gone = False

    def heal(self) -> None:
        """Have everything from now on."""
        self._blobs.update(self._all)

    def resolve(self, platform: Platform | None) -> ImageHead:
        if self.is_gone:
            raise SourceError("the registry does not answer", hint="try again later")
        return super().resolve(platform)

    def _fetch(self, descriptor: Descriptor) -> bytes:
        self.fetched.append(descriptor.digest)
        return super()._fetch(descriptor)


async def test_what_failed_is_read_again_and_nothing_else_is_fetched() -> None:
    built = app_image()
    source = HealingSource(built)
    async with shown(source) as pilot:
        assert "INCOMPLETE" in screen_text(pilot)
        assert "Retry" in screen_text(pilot), "in the footer"
        await press(pilot, "2")
        source.heal()
        source.fetched.clear()
        await press(pilot, "r")
        await until(pilot, lambda: session_of(pilot).is_complete)
        await pilot.pause()
        assert "INCOMPLETE" not in screen_text(pilot)
        assert built.layers[1].digest in source.fetched
        assert built.layers[0].digest not in source.fetched
        assert isinstance(pilot.app.screen, ImageScreen)
        assert pilot.app.screen.pane_name == "files", "the reader stays where they are"


async def test_what_fails_again_can_be_read_again_still() -> None:
    async with shown(HealingSource(app_image())) as pilot:
        before = session_of(pilot)
        await press(pilot, "r")
        await until(pilot, lambda: session_of(pilot) is not before and is_over(pilot.app))
        await pilot.pause()
        assert "INCOMPLETE" in screen_text(pilot)


async def test_an_image_that_cannot_be_found_again_stays_as_it_is() -> None:
    source = HealingSource(app_image())
    async with shown(source) as pilot:
        before = session_of(pilot)
        source.is_gone = True
        await press(pilot, "r")
        await until(pilot, lambda: "the registry does not answer" in screen_text(pilot))
        assert session_of(pilot) is before
        assert "COPY . /app" in screen_text(pilot) or "INCOMPLETE" in screen_text(pilot)


async def test_an_image_that_is_complete_offers_no_retry() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        before = session_of(pilot)
        assert "Retry" not in screen_text(pilot)
        await press(pilot, "r")
        assert session_of(pilot) is before


async def test_another_platform_is_chosen_from_those_of_the_index(tmp_path: Path) -> None:
    both = index(
        image([layer(file("amd64"))], platform="linux/amd64"), image([layer(file("arm64"))], platform="linux/arm64")
    )
    path = write_oci_layout(tmp_path / "layout", {"latest": both})
    options = analyze.Options(platform=Platform.parse("linux/amd64"))
    app = InspectApp(Opener(options), f"oci:{path}")
    async with app.run_test(notifications=True) as pilot:
        await until(pilot, lambda: is_over(app))
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, PlatformScreen)
        assert "linux/arm64" in screen_text(pilot)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: str(session_of(pilot).head and session_of(pilot).head.platform) == "linux/arm64")  # type: ignore[union-attr]
        await until(pilot, lambda: is_over(app))
        await press(pilot, "2")
        assert "arm64" in screen_text(pilot)
        await press(pilot, "p", "escape")
        assert isinstance(pilot.app.screen, ImageScreen)


async def test_an_image_for_one_platform_says_so() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        await press(pilot, "p")
        await until(pilot, lambda: "this image is for one platform only" in screen_text(pilot))


async def test_what_is_known_is_on_the_new_screen_before_there_is_more_news() -> None:
    source = SilentSource(app_image())
    app = InspectApp(opener_of(source))
    async with app.run_test() as pilot:
        app.open("app:1", None)
        await until(pilot, lambda: isinstance(pilot.app.screen, ImageScreen))
        await pilot.pause()
        text = screen_text(pilot)
        source.release()
        assert "example.com/app:1" in text
        assert "COPY . /app" in text


class ClosedSource(MemorySource):
    """Notes that it was closed."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


def test_files_of_an_image_stay_open_until_another_one_is_shown() -> None:
    sources: list[ClosedSource] = []

    def open_source(*_: object) -> ClosedSource:
        sources.append(ClosedSource(app_image()))
        return sources[-1]

    opener = Opener(analyze.Options(), open_source=open_source)
    inspection = analyze.inspect_source(MemorySource(app_image()))
    tree = inspection.image.tree
    node = tree.locate("app/main.py")
    assert node is not None

    def read(open_file: OpenContent) -> None:
        with open_file(inspection.head, tree, node, received=lambda _: None, cancelled=threading.Event()) as pieces:
            assert b"".join(pieces) == b"print()"

    first = opener.contents("first", None)
    read(first.open_file)
    second = opener.contents("second", None)
    read(first.open_file)
    assert [source.is_closed for source in sources] == [False]
    read(second.open_file)
    opener.close(but=second.open_file)
    assert [source.is_closed for source in sources] == [True, False]
    opener.close()
    assert [source.is_closed for source in sources] == [True, True]
