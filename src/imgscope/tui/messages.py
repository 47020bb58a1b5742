"""What the threads tell the terminal UI."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.message import Message

from imgscope import progress as events
from imgscope.analyze import Inspection
from imgscope.early_facts import EarlyFacts
from imgscope.offers import OfferGroup
from imgscope.tui.model.session import Session


class OfSession(Message):
    """News of the inspection that `session` is about."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session


class Progressed(OfSession):
    """Something happened while the image is read; `take` returns all of it that was not taken before."""

    def __init__(self, session: Session, take: Callable[[], Sequence[events.Event]]) -> None:
        super().__init__(session)
        self.take = take


class FactsSeen(OfSession):
    """The lowest layer tells something of the image before the others are read."""

    def __init__(self, session: Session, facts: EarlyFacts) -> None:
        super().__init__(session)
        self.facts = facts


class Inspected(OfSession):
    """The image was read to its end."""

    def __init__(self, session: Session, inspection: Inspection) -> None:
        super().__init__(session)
        self.inspection = inspection


class Failed(OfSession):
    """There is no image to show, and this is why."""

    def __init__(self, session: Session, error: BaseException) -> None:
        super().__init__(session)
        self.error = error


class OpenImage(Message):
    """The reader wants to see the image called `reference`."""

    def __init__(self, reference: str) -> None:
        super().__init__()
        self.reference = reference


class OffersFound(Message):
    """These images could be opened."""

    def __init__(self, groups: Sequence[OfferGroup]) -> None:
        super().__init__()
        self.groups = groups


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
