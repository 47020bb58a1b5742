"""What happens while an image is read, as small frozen events handed to one callback.

The callback is called from several threads, never from two at once for the same layer.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from imgscope.facts import LayerOrigin
from imgscope.layer.index import LayerIndex
from imgscope.sources.base import ImageHead, Traffic

_BETWEEN_TRAFFIC: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFound:
    """Manifest and configuration are known and no layer was read yet; `origins` has one item a layer.

    `traffic` is what it took to find them.
    """

    head: ImageHead
    origins: tuple[LayerOrigin, ...]
    traffic: Traffic = field(default_factory=Traffic)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerProgress:
    """`received` bytes of the blob of layer number `layer` have come in."""

    layer: int
    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRead:
    """Layer number `layer` was read to its end, or to where it could not be read any further."""

    layer: int
    index: LayerIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficSeen:
    """Reading the image took `traffic` until now; told ten times a second at most, and after each layer."""

    traffic: Traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the user should know that changes nothing about the result."""

    message: str


Event = ImageFound | LayerProgress | LayerRead | TrafficSeen | Note
Progress = Callable[[Event], None]


def ignore(_: Event) -> None:
    """A progress callback for those who do not want to know."""


def with_traffic(
    progress: Progress, traffic: Callable[[], Traffic], clock: Callable[[], float] = time.monotonic
) -> Progress:
    """Return `progress` for what reads layers, with a `TrafficSeen` of what `traffic` returns meanwhile."""
    last = clock()

    def tell(event: Event) -> None:
        nonlocal last
        progress(event)
        now = clock()
        if isinstance(event, LayerRead) or (isinstance(event, LayerProgress) and now - last >= _BETWEEN_TRAFFIC):
            last = now
            progress(TrafficSeen(traffic=traffic()))

    return tell


class ReceivedBytes:
    """How much of an image was received, layer by layer. Not safe to use from several threads at once."""

    def __init__(self) -> None:
        self._by_layer: dict[int, int] = {}
        self._total = 0

    def take(self, event: LayerProgress) -> int:
        """Take note of how much of a layer is there, and return how much there is of all."""
        self._total += event.received - self._by_layer.get(event.layer, 0)
        self._by_layer[event.layer] = event.received
        return self._total
