"""What is known of the image so far."""

from __future__ import annotations

from imgscope import progress as events
from imgscope.analyze import Inspection
from imgscope.early_facts import EarlyFacts
from imgscope.facts import LayerOrigin
from imgscope.layer.index import LayerIndex
from imgscope.oci.platform import Platform
from imgscope.sources.base import ImageHead, Traffic
from imgscope.tui.contents import OpenContent
from imgscope.tui.model.settings import DEFAULT_SETTINGS, Settings


class Session:
    """Collects the events of one inspection. Used by one thread only.

    `reference` is what the user typed until the image is found. `received` are bytes by layer number, `indexes` the
    layers that were read, and `traffic` is what that took so far; `inspection` is there when everything is. `notes` are
    for the user to see at the end. `opened` and `platform` are what to open to read the same image again; `settings`
    are the user's. `open_content` reads files of the image, where they can be read again.
    """

    def __init__(
        self,
        reference: str,
        *,
        platform: Platform | None = None,
        settings: Settings = DEFAULT_SETTINGS,
        open_content: OpenContent | None = None,
    ) -> None:
        self.opened = reference
        self.platform = platform
        self.settings = settings
        self.open_content = open_content
        self.reference = reference
        self.traffic = Traffic()
        self.early = EarlyFacts()
        self.head: ImageHead | None = None
        self.origins: tuple[LayerOrigin, ...] = ()
        self.received: dict[int, int] = {}
        self.indexes: dict[int, LayerIndex] = {}
        self.inspection: Inspection | None = None
        self.notes: list[str] = []

    @property
    def is_complete(self) -> bool:
        """Whether all of the image was read and judged."""
        return self.inspection is not None and self.inspection.report.complete

    def apply(self, event: events.Event) -> None:
        """Take note of `event`."""
        if isinstance(event, events.ImageFound):
            self.head, self.origins, self.reference = event.head, event.origins, event.head.reference
            self.traffic = event.traffic
        elif isinstance(event, events.LayerProgress):
            self.received[event.layer] = event.received
        elif isinstance(event, events.LayerRead):
            self.indexes[event.layer] = event.index
            # Not every step is told, and of what came from the cache none.
            self.received[event.layer] = event.index.compressed_size
        elif isinstance(event, events.TrafficSeen):
            self.traffic = event.traffic
        else:
            self.notes.append(event.message)

    def finish(self, inspection: Inspection) -> None:
        """Take note of the result, and of what of the image is known better in the end than in the beginning."""
        self.inspection = inspection
        self.head, self.origins = inspection.head, inspection.image.origins
