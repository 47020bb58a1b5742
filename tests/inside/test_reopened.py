"""Reading files of an image after it was inspected and let go of."""

from __future__ import annotations

import threading

import pytest

from imgscope.errors import Cancelled, SourceError
from imgscope.filesystem.stack import stack
from imgscope.inside.reopened import ReopenedImage
from imgscope.oci.platform import Platform
from imgscope.sources.base import ImageHead
from tests.support.images import file, image, layer, whiteout
from tests.support.memory import MemorySource, inspect

LAYERS = (layer(file("a", "first" * 1000), file("b", "other")), layer(file("a", "second"), whiteout("b")))


class Watched(MemorySource):
    """Counts how often it was resolved."""

    def __init__(self) -> None:
        super().__init__(image(LAYERS))
        self.resolved: list[Platform | None] = []

    def resolve(self, platform: Platform | None) -> ImageHead:
        self.resolved.append(platform)
        return super().resolve(platform)


def read(reopened: ReopenedImage, path: str, *, layers: int = 2, cancelled: threading.Event | None = None) -> bytes:
    """The content of `path` of the image of the lowest `layers`."""
    inspection = inspect(*LAYERS)
    tree = stack(inspection.image.tree.layers[:layers])
    node = tree.get(path)
    assert node is not None
    with reopened.open_file(
        inspection.head, tree, node, received=lambda _: None, cancelled=cancelled or threading.Event()
    ) as pieces:
        return b"".join(map(bytes, pieces))


def test_the_image_is_opened_when_a_file_is_asked_for_and_then_stays_open() -> None:
    opened: list[Watched] = []

    def open_source() -> Watched:
        opened.append(Watched())
        return opened[-1]

    reopened = ReopenedImage(open_source, Platform(os="linux", architecture="amd64"))
    assert not opened
    assert read(reopened, "a") == b"second"
    assert read(reopened, "a") == b"second"
    assert [source.resolved for source in opened] == [[Platform(os="linux", architecture="amd64")]]
    reopened.close()
    reopened.close()
    assert opened[0].is_closed
    assert read(reopened, "a") == b"second"
    assert len(opened) == 2


def test_files_of_lower_layers_are_read_as_they_were() -> None:
    reopened = ReopenedImage(Watched, None)
    assert read(reopened, "a", layers=1) == b"first" * 1000
    assert read(reopened, "b", layers=1) == b"other"


def test_who_asked_to_stop_gets_nothing_more() -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled, match="stopped before the file was read to its end"):
        read(ReopenedImage(Watched, None), "a", cancelled=cancelled)


def test_a_source_that_cannot_be_resolved_is_closed_and_tried_again() -> None:
    class Failing(Watched):
        def resolve(self, platform: Platform | None) -> ImageHead:
            raise SourceError("the registry is away")

    sources: list[Watched] = [Failing(), Watched()]
    waiting = iter(sources)
    reopened = ReopenedImage(lambda: next(waiting), None)
    with pytest.raises(SourceError, match="the registry is away"):
        read(reopened, "a")
    assert sources[0].is_closed
    assert read(reopened, "a") == b"second"
