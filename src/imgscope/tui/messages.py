"""What the threads tell the terminal UI."""

from __future__ import annotations

from textual.message import Message

from imgscope import progress as events
from imgscope.analyze import Inspection
from imgscope.filesystem.layer_view import LayerNode


class Progressed(Message):
    """Something happened while the image is read."""

    def __init__(self, event: events.Event) -> None:
        super().__init__()
        self.event = event


class Inspected(Message):
    """The image was read to its end."""

    def __init__(self, inspection: Inspection) -> None:
        super().__init__()
        self.inspection = inspection


class Failed(Message):
    """There is no image to show, and this is why."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class LayerViewed(Message):
    """The tree of what layer `number` did is there."""

    def __init__(self, number: int, root: LayerNode) -> None:
        super().__init__()
        self.number = number
        self.root = root
