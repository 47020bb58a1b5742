"""What the threads tell the terminal UI."""

from __future__ import annotations

from textual.message import Message

from imgscope import progress as events
from imgscope.analyze import Inspection


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


class GoToPane(Message):
    """The reader wants to see the pane called `name`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class GoToPath(Message):
    """The reader wants to see `path` among the files: of the image, or of what `layer` did. An empty path is all."""

    def __init__(self, path: str, layer: int | None = None) -> None:
        super().__init__()
        self.path = path
        self.layer = layer


class OpenFile(Message):
    """The reader wants to look into the file at `path`, as `layer` has it; None means as the image has it."""

    def __init__(self, path: str, layer: int | None = None) -> None:
        super().__init__()
        self.path = path
        self.layer = layer


class LayerHighlighted(Message):
    """Layer `number` is the one that the reader looks at."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
