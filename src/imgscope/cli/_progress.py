"""Progress on stderr: bars on a terminal, a line a step where there is none, nothing when quiet."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from imgscope import progress as events
from imgscope.cli._messages import show_note, show_step
from imgscope.text import format_count, format_size

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from imgscope.together import ImagesProgress

_Handler = Callable[[int, str, events.Event], None]


@contextmanager
def progress_on_stderr(*, quiet: bool, verbose: bool = False) -> Iterator[events.Progress]:
    """Give the callback that suits stderr, and take down what it drew at the end."""
    with _handler(quiet=quiet, verbose=verbose) as handle:
        yield lambda event: handle(0, "", event)


@contextmanager
def images_progress_on_stderr(*, quiet: bool, verbose: bool = False) -> Iterator[ImagesProgress]:
    """Give the callback that suits stderr for several images at once, whose lines say which they are about."""
    with _handler(quiet=quiet, verbose=verbose) as handle:
        yield lambda told: handle(told.position, f"{told.reference}: ", told.event)


@contextmanager
def _handler(*, quiet: bool, verbose: bool) -> Iterator[_Handler]:
    """Give what shows an event of image number so and so, whose name stands before lines that do not have it."""
    if quiet:
        yield lambda _, name, event: _show_notes(event, name)
    elif sys.stderr.isatty() and not verbose:
        with _bars() as bars:
            yield _Bars(bars)
    else:
        yield _show_lines


def _show_notes(event: events.Event, name: str) -> None:
    """Show what is no progress but worth knowing, such as another platform than the one asked for."""
    if isinstance(event, events.ImageFound):
        for note in event.head.notes:
            show_note(f"{name}{note}")
    elif isinstance(event, events.Note):
        show_note(f"{name}{event.message}")


def _bars() -> RichProgress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("reading layers"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


class _Bars:
    """One bar for all layers of all images together."""

    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars
        self._task = bars.add_task("", total=None)
        self._received: dict[tuple[int, int], int] = {}
        self._totals: dict[int, int] = {}
        self._lock = threading.Lock()

    def __call__(self, image: int, name: str, event: events.Event) -> None:
        if isinstance(event, events.ImageFound):
            with self._lock:
                self._totals[image] = event.head.manifest.compressed_size
                total = sum(self._totals.values())
            self._bars.update(self._task, total=total)
            _show_notes(event, name)
        elif isinstance(event, events.LayerProgress):
            with self._lock:
                self._received[image, event.layer] = event.received
                completed = sum(self._received.values())
            self._bars.update(self._task, completed=completed)
        elif isinstance(event, events.Note):
            _show_notes(event, name)


def _show_lines(_: int, name: str, event: events.Event) -> None:
    """Show a line for the image and one for each layer: what a CI log should hold."""
    if isinstance(event, events.ImageFound):
        head = event.head
        layers = format_count(len(head.manifest.layers), "layer")
        size = format_size(head.manifest.compressed_size)
        is_compressed = any(layer.media_type.endswith(("gzip", "zstd")) for layer in head.manifest.layers)
        stored = f"{size} {'compressed' if is_compressed else 'not compressed'}"
        show_step(f"{head.reference} {head.platform}: {layers}, {stored}")
        _show_notes(event, name)
    elif isinstance(event, events.LayerRead):
        index = event.index
        read = f"{format_size(index.unpacked_size)}, {format_count(index.file_count, 'file')}"
        show_step(f"{name}layer {event.layer}: {read}{', incomplete' if index.error else ''}")
    elif isinstance(event, events.Note):
        _show_notes(event, name)
