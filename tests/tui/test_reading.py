"""While an image is read: the first paint, progress, failing layers, and leaving early."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from imgscope.oci.manifest import Descriptor
from imgscope.report import Attachment
from imgscope.sources.abilities import Attached
from imgscope.sources.base import ImageHead, Traffic
from imgscope.tui.widgets.layer_table import LayerTable
from tests.support.images import BuiltImage
from tests.support.memory import MemorySource
from tests.tui.stage import (
    HeldBackSource,
    SilentSource,
    app_image,
    app_of,
    press,
    screen_text,
    session_of,
    shown,
    until,
)

pytestmark = pytest.mark.anyio


async def test_the_layers_are_on_screen_before_any_of_them_is_read() -> None:
    source = SilentSource(app_image())
    app = app_of(source)
    async with app.run_test() as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one(LayerTable).row_count == 2)
        await pilot.pause()
        text = screen_text(pilot)
        assert "example.com/app:1" in text
        assert "linux/amd64 · distribution … · C library …" in text
        assert "… unpacked · … wasted · … left over" in text
        assert "RUN install the system" in text
        assert "COPY . /app" in text
        assert not session_of(pilot).indexes
        source.release()


async def test_a_layer_shows_how_much_of_it_has_come_in() -> None:
    source = HeldBackSource(app_image())
    async with app_of(source).run_test() as pilot:
        await until(pilot, lambda: "50%" in screen_text(pilot) or "49%" in screen_text(pilot))
        assert "reading: 0 of 2 layers" in screen_text(pilot)
        source.release()
        await until(pilot, lambda: "Debian GNU/Linux 12" in screen_text(pilot))
        assert "%" not in screen_text(pilot)


async def test_files_and_findings_say_that_they_follow() -> None:
    source = SilentSource(app_image())
    async with app_of(source).run_test() as pilot:
        await press(pilot, "2")
        assert "files follow when all layers are read" in screen_text(pilot)
        await press(pilot, "6")
        assert "findings follow when all layers are read" in screen_text(pilot)
        source.release()


async def test_everything_is_known_when_all_layers_are_read() -> None:
    async with shown(MemorySource(app_image())) as pilot:
        text = screen_text(pilot)
        assert "linux/amd64 · Debian GNU/Linux 12 (bookworm) · no C library" in text
        assert "3.50 MB unpacked · 3.01 kB wasted · 1.50 MB left over" in text
        assert "…" not in text.split("\n")[2]


class SignedSource(MemorySource):
    def find_attachments(self, head: ImageHead) -> Attached:
        hostile = Attachment(kind="signature", digest="sha256:0", media_type="\x1b[31m", size=1)
        return Attached(attachments=(hostile,))

    def traffic(self) -> Traffic:
        return Traffic(requests=4, bytes_fetched=9, rate_limit="98 of 100 pulls left per 6 hours")


async def test_C31_C22_what_is_attached_and_may_still_be_pulled_is_a_line_of_the_header() -> None:
    async with shown(SignedSource(app_image())) as pilot:
        lines = [line.strip() for line in screen_text(pilot).split("\n")]
        assert lines[3] == "attached, not verified: 1 signature · 98 of 100 pulls left per 6 hours"


async def test_a_layer_that_cannot_be_read_is_failed_and_the_rest_stays_usable() -> None:
    built = app_image()
    async with shown(MemorySource(built, replaced={built.layers[1].digest: None})) as pilot:
        text = screen_text(pilot)
        assert "INCOMPLETE" in text
        assert "failed" in text
        await press(pilot, "down")
        text = screen_text(pilot)
        assert "failed: this layer could not be fetched: there is no blob" in text
        assert "hint: push the image again" in text
        await press(pilot, "2")
        assert "usr/" in screen_text(pilot)
        await press(pilot, "6")
        assert "1 part could not be inspected" in screen_text(pilot)


async def _seconds_to_leave(key: str) -> float:
    """Press `key` while layers are read, and return how long it took until everything was over."""
    source = SilentSource(app_image())
    app = app_of(source)
    async with app.run_test() as pilot:
        await until(pilot, lambda: source.opened > 0)
        pressed = time.monotonic()
        await pilot.press(key)
    app.stop_reading(5)
    took = time.monotonic() - pressed
    assert app.session is not None
    assert app.session.inspection is None
    source.release()
    return took


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving_while_layers_are_read_takes_less_than_a_second(key: str) -> None:
    took: list[float] = []
    # A machine can be busy with other things.
    while len(took) < 3 and not any(seconds < 1 for seconds in took):
        took.append(await _seconds_to_leave(key))
    assert min(took) < 1


class UpperHeldBack(MemorySource):
    """Gives the lowest layer at once, and half of the next until `goes_on` is set."""

    def __init__(self, built: BuiltImage) -> None:
        super().__init__(built)
        self.goes_on = threading.Event()
        self._lowest = built.layers[0].digest

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        with super().open_blob(descriptor, start, length) as chunks:
            yield chunks if descriptor.digest == self._lowest else self._halves(b"".join(chunks))

    def _halves(self, blob: bytes) -> Iterator[bytes]:
        yield blob[: len(blob) // 2]
        assert self.goes_on.wait(30)
        yield blob[len(blob) // 2 :]


async def test_the_distribution_of_the_lowest_layer_is_there_before_the_others_are_read() -> None:
    source = UpperHeldBack(app_image())
    async with app_of(source).run_test() as pilot:
        await until(pilot, lambda: "Debian GNU/Linux 12 (bookworm) so far" in screen_text(pilot))
        assert session_of(pilot).inspection is None
        source.goes_on.set()
        await until(pilot, lambda: "so far" not in screen_text(pilot))


class ToldSource(SilentSource):
    def traffic(self) -> Traffic:
        return Traffic(requests=4, bytes_fetched=9, rate_limit="98 of 100 pulls left per 6 hours")


async def test_C22_what_finding_the_image_took_is_told_before_any_layer() -> None:
    source = ToldSource(app_image())
    async with app_of(source).run_test() as pilot:
        await until(pilot, lambda: session_of(pilot).head is not None)
        await pilot.pause()
        assert "4 requests · 9 B fetched until now · 98 of 100 pulls left per 6 hours" in screen_text(pilot)
        source.release()


class CountingSource(UpperHeldBack):
    """Counts each blob that is opened as a request."""

    def __init__(self, built: BuiltImage) -> None:
        super().__init__(built)
        self._requests = 3

    @contextmanager
    def open_blob(self, descriptor: Descriptor, start: int = 0, length: int | None = None) -> Iterator[Iterator[bytes]]:
        self._requests += 1
        with super().open_blob(descriptor, start, length) as chunks:
            yield chunks

    def traffic(self) -> Traffic:
        return Traffic(requests=self._requests, bytes_fetched=self._requests * 1000)


async def test_requests_and_bytes_go_on_while_layers_are_read() -> None:
    source = CountingSource(app_image())
    async with app_of(source).run_test() as pilot:
        # Whether the layer that is held back was asked for already when the other had been read, nobody knows.
        await until(pilot, lambda: bool(re.search(r"[45] requests · [45].00 kB fetched until now", screen_text(pilot))))
        assert session_of(pilot).inspection is None
        source.goes_on.set()
        await until(pilot, lambda: "5 requests · 5.00 kB fetched · 0" in screen_text(pilot))
        assert "until now" not in screen_text(pilot)


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (200, 60)])
async def test_it_can_be_resized_while_it_is_used(size: tuple[int, int]) -> None:
    async with shown(MemorySource(app_image()), (160, 48)) as pilot:
        await pilot.resize_terminal(*size)
        await press(pilot, "2", "1")
        text = screen_text(pilot)
        assert "COPY . /app" in text
        assert max(map(len, text.split("\n"))) <= size[0]
