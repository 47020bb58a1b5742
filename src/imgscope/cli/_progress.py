"""Progress on stderr: bars on a terminal, a line a step where there is none, nothing when quiet."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from imgscope import progress as events
from imgscope.cli._messages import show_note, show_step
from imgscope.text import format_count, format_size

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from imgscope.together import ImagesProgress

_FEW_IMAGES: Final = 8


@contextmanager
def progress_on_stderr(*, quiet: bool, verbose: bool = False) -> Iterator[events.Progress]:
    """Give the callback that suits stderr, and take down what it drew at the end."""
    if quiet:
        yield show_notes
    elif sys.stderr.isatty() and not verbose:
        with _bars() as bars:
            yield _Bars(bars)
    else:
        yield _Lines()


@contextmanager
def images_progress_on_stderr(count: int, *, quiet: bool, verbose: bool = False) -> Iterator[ImagesProgress]:
    """Give the callback that suits stderr for `count` images in one run, whose lines say which they are about.

    One is shown as it is alone. Of more than a few, layers have lines only with `verbose`.
    """
    if count == 1:
        with progress_on_stderr(quiet=quiet, verbose=verbose) as progress:
            yield lambda event: progress(event.event)
    elif quiet:
        yield lambda event: show_notes(event.event, event.reference)
    elif sys.stderr.isatty() and not verbose:
        from imgscope.cli._image_bars import image_bars

        with image_bars(count) as bars:
            yield bars
    else:
        lines = _Lines(shows_layers=verbose or count <= _FEW_IMAGES)
        yield lambda event: lines(event.event, event.reference)


def show_notes(event: events.Event, image: str = "") -> None:
    """Show what is no progress but worth knowing, such as another platform than the one asked for.

    Of several images, the one it is about is named.
    """
    about = f"{image}: " if image else ""
    if isinstance(event, events.ImageFound):
        for note in event.head.notes:
            show_note(f"{about}{note}")
    elif isinstance(event, events.Note):
        show_note(f"{about}{event.message}")


def _bars() -> RichProgress:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("reading layers"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


class _Bars:
    """One bar for all layers together."""

    def __init__(self, bars: RichProgress) -> None:
        self._bars = bars
        self._task = bars.add_task("", total=None)
        self._received = events.ReceivedBytes()
        self._lock = threading.Lock()

    def __call__(self, event: events.Event) -> None:
        if isinstance(event, events.ImageFound):
            self._bars.update(self._task, total=event.head.manifest.compressed_size)
        elif isinstance(event, events.LayerProgress):
            with self._lock:
                completed = self._received.take(event)
            self._bars.update(self._task, completed=completed)
        show_notes(event)


class _Lines:
    """A line for an image and one for each layer: what a CI log should hold."""

    def __init__(self, *, shows_layers: bool = True) -> None:
        self._shows_layers = shows_layers

    def __call__(self, event: events.Event, image: str = "") -> None:
        """Print what happens; of several images, the one it happens to is named."""
        about = f"{image}: " if image else ""
        if isinstance(event, events.ImageFound):
            head = event.head
            layers = format_count(len(head.manifest.layers), "layer")
            size = format_size(head.manifest.compressed_size)
            is_compressed = any(layer.media_type.endswith(("gzip", "zstd")) for layer in head.manifest.layers)
            stored = f"{size} {'compressed' if is_compressed else 'not compressed'}"
            show_step(f"{head.reference} {head.platform}: {layers}, {stored}")
        elif isinstance(event, events.LayerRead) and self._shows_layers:
            index = event.index
            read = f"{format_size(index.unpacked_size)}, {format_count(index.file_count, 'file')}"
            show_step(f"{about}layer {event.layer}: {read}{', incomplete' if index.error else ''}")
        show_notes(event, image)
