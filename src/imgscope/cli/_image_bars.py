"""Bars on a terminal for several images: how many are read, and one for each that is being read now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn
from rich.text import Text

from imgscope import progress as events
from imgscope.cli._progress import show_notes
from imgscope.text import format_size, printable
from imgscope.together import ImageEvent

_LONGEST_NAME: Final = 48


class _Amount(ProgressColumn):
    """Bytes of an image, or the number of images."""

    def render(self, task: Task) -> Text:
        done, total = int(task.completed), int(task.total or 0)
        if task.fields["counts_bytes"]:
            return Text(f"{format_size(done)} of {format_size(total)}")
        return Text(f"{done:,} of {total:,}")


@contextmanager
def image_bars(count: int) -> Iterator[_ImageBars]:
    """Give the callback that draws how far `count` images are; nothing is left of it at the end."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), _Amount())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _ImageBars(bars, count)


class _Reading:
    """One image that is being read: its bar, and what of it is there."""

    def __init__(self, task: TaskID, layer_count: int) -> None:
        self.task = task
        self.received = events.ReceivedBytes()
        self.waits_for = set(range(layer_count))


class _ImageBars:
    def __init__(self, bars: Progress, count: int) -> None:
        self._bars = bars
        self._images = bars.add_task("images", total=count, counts_bytes=False)
        self._reading: dict[int, _Reading] = {}
        self._lock = threading.Lock()

    def __call__(self, event: ImageEvent) -> None:
        with self._lock:
            self._draw(event.position, event.reference, event.event)
        show_notes(event.event, event.reference)

    def _draw(self, position: int, reference: str, event: events.Event) -> None:
        if isinstance(event, events.ImageFound):
            manifest = event.head.manifest
            task = self._bars.add_task(_shortened(reference), total=manifest.compressed_size, counts_bytes=True)
            self._reading[position] = _Reading(task, len(manifest.layers))
            self._take_down_if_read(position)
        elif position in self._reading and isinstance(event, events.LayerProgress):
            reading = self._reading[position]
            self._bars.update(reading.task, completed=reading.received.take(event))
        elif position in self._reading and isinstance(event, events.LayerRead):
            self._reading[position].waits_for.discard(event.layer)
            self._take_down_if_read(position)

    def _take_down_if_read(self, position: int) -> None:
        if not self._reading[position].waits_for:
            self._bars.remove_task(self._reading.pop(position).task)
            self._bars.advance(self._images)


def _shortened(reference: str) -> str:
    """Return the end of a long reference, in which images of one registry differ."""
    shown = printable(reference)
    return shown if len(shown) <= _LONGEST_NAME else f"…{shown[-_LONGEST_NAME + 1 :]}"
