"""Images whose layers are in one input."""

from __future__ import annotations

from typing import Final

from fuzz.archives import repaired
from imgscope.analyze import Inspection, inspect_source
from tests.support.images import image, layer, step
from tests.support.memory import MemorySource

BETWEEN: Final = b"next layer\n".ljust(512, b"-")
"""Parts two layers."""

_MOST_LAYERS: Final = 4


def source_of(data: bytes) -> MemorySource:
    """Return an image whose layers are the archives in `data`, their checksums made right."""
    layers = [layer(raw=repaired(archive), compression="none") for archive in data.split(BETWEEN, _MOST_LAYERS - 1)]
    return MemorySource(image([*layers, step('CMD ["/bin/app"]')]))


def inspected(data: bytes) -> Inspection:
    """Return the inspection of the image in `data`."""
    return inspect_source(source_of(data))
