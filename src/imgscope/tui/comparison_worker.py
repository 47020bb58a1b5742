"""Reading the images of a comparison, in a thread that posts messages and touches no widget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from textual.message import Message

from imgscope import progress as events
from imgscope.analyze import Inspection, Options
from imgscope.difference.several import DifferingPaths, SeveralTrees
from imgscope.errors import Cancelled, ImgscopeError
from imgscope.together import ImageEvent, inspect_numbered
from imgscope.tui.model.comparing import Looked, looked_at
from imgscope.tui.worker import throttled


class ImageNews(Message):
    """Something happened while an image is read."""

    def __init__(self, event: ImageEvent) -> None:
        super().__init__()
        self.event = event


class ImageEnded(Message):
    """The image at `position` was read, or cannot be: `outcome` says which."""

    def __init__(self, position: int, outcome: Looked | ImgscopeError) -> None:
        super().__init__()
        self.position = position
        self.outcome = outcome


class FilesCompared(Message):
    """What differs in the files of all images that could be read."""

    def __init__(self, paths: DifferingPaths) -> None:
        super().__init__()
        self.paths = paths


class ComparisonFailed(Message):
    """Comparing came to an end that it should not have."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


Post = Callable[[Message], object]


class ComparisonThread:
    """One comparison of `references`; `start` it once. It does not keep the program alive."""

    def __init__(self, references: Sequence[str], options: Options) -> None:
        self._references = references
        self._options = options
        self._cancelled = threading.Event()
        self._post: Post = lambda _: None

    def start(self, post: Post) -> None:
        """Begin to read, and `post` what there is to know."""
        self._post = post
        threading.Thread(target=self._run, name="comparison", daemon=True).start()

    def stop(self) -> None:
        """Read no more and post nothing more; does not wait."""
        self._cancelled.set()

    def _run(self) -> None:
        tell = [throttled(self._teller(position)) for position in range(len(self._references))]

        trees = SeveralTrees()

        def take(position: int, inspection: Inspection) -> None:
            # Told at once, and not only when it is the turn of the image.
            self._send(ImageEnded(position, looked_at(inspection)))
            trees.take(position, inspection.image.tree)

        try:
            results = inspect_numbered(
                self._references,
                take=take,
                options=self._options,
                progress=lambda event: tell[event.position](event.event),
                cancelled=self._cancelled,
            )
            for position, (_, result) in enumerate(results):
                if isinstance(result, ImgscopeError):
                    self._send(ImageEnded(position, result))
            self._send(FilesCompared(trees.finish()))
        except Cancelled:
            pass
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told once the terminal is free again
            self._send(ComparisonFailed(error))

    def _teller(self, position: int) -> events.Progress:
        reference = self._references[position]
        return lambda event: self._send(ImageNews(ImageEvent(position=position, reference=reference, event=event)))

    def _send(self, message: Message) -> None:
        if not self._cancelled.is_set():
            self._post(message)
