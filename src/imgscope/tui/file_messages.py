"""What the threads of the file screen tell it."""

from __future__ import annotations

from pathlib import Path

from textual.message import Message

from imgscope.errors import ImgscopeError
from imgscope.tui.model.content.document import Document
from imgscope.tui.model.content.fetch import Content
from imgscope.tui.model.content.highlighting import Span
from imgscope.tui.model.content.place import FilePlace


class Found(Message):
    """What is at the path is known; None where there is nothing."""

    def __init__(self, place: FilePlace | None) -> None:
        super().__init__()
        self.place = place


class Received(Message):
    """So many bytes of the layer have come in."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


class Fetched(Message):
    """The content is there."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self.content = content


class Highlighted(Message):
    """It is known which parts of the text are set off."""

    def __init__(self, spans: list[Span]) -> None:
        super().__init__()
        self.spans = spans


class Told(Message):
    """What the view called `view` shows is worked out."""

    def __init__(self, view: str, shown: Document) -> None:
        super().__init__()
        self.view = view
        self.shown = shown


class Saved(Message):
    """All `size` bytes are in the file `target`."""

    def __init__(self, target: Path, size: int) -> None:
        super().__init__()
        self.target = target
        self.size = size


class Refused(Message):
    """The content cannot be read, or not be saved, and `error` says why."""

    def __init__(self, error: ImgscopeError, *, while_saving: bool) -> None:
        super().__init__()
        self.error = error
        self.while_saving = while_saving
