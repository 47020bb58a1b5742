"""The inspection, in a thread of its own that posts messages and touches no widget."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Protocol

from textual.message import Message

from imgscope import progress as events
from imgscope.analyze import Inspection
from imgscope.early_facts import EarlyFacts, early_facts
from imgscope.layer.index import LayerIndex
from imgscope.tui.messages import FactsSeen, Failed, Inspected, Progressed
from imgscope.tui.model.session import Session

_SHORTEST_PAUSE: Final = 0.1


class Inspect(Protocol):
    """`analyze.inspect` with image and options filled in."""

    def __call__(self, *, progress: events.Progress, cancelled: threading.Event) -> Inspection:
        """Read the image to its end; raises `ImgscopeError`."""
        ...


class InspectionThread:
    """One inspection whose events and end are handed to `post`, each as news of `session`; `start` it once.

    The thread does not keep the program alive: where a source does not answer, nobody has to wait for it to give up.
    """

    def __init__(self, inspect: Inspect, session: Session, post: Callable[[Message], object]) -> None:
        self.session = session
        self._inspect = inspect
        self._post = post
        self._cancelled = threading.Event()
        self._untold: list[events.Event] = []
        self._telling = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="inspection", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read no more and post nothing more; does not wait."""
        self._cancelled.set()

    def wait(self, seconds: float) -> None:
        """Wait for the end of the thread, but no longer than that."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        tell = throttled(self._tell)
        look = EarlyLook(lambda facts: self._send(FactsSeen(self.session, facts)))

        def progress(event: events.Event) -> None:
            tell(event)
            look.take(event)

        try:
            inspection = self._inspect(progress=progress, cancelled=self._cancelled)
            # Sizes of directories take one walk over all files; the first to ask should not be who draws.
            inspection.image.tree.size_of(inspection.image.tree.root)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told once the terminal is free again
            self._send(Failed(self.session, error))
        else:
            self._send(Inspected(self.session, inspection))

    def _tell(self, event: events.Event) -> None:
        """Post what happened, in one message with all that happens until somebody looks at it."""
        with self._telling:
            self._untold.append(event)
            is_first = len(self._untold) == 1
        if is_first:
            self._send(Progressed(self.session, self._take))

    def _take(self) -> list[events.Event]:
        with self._telling:
            told, self._untold = self._untold, []
        return told

    def _send(self, message: Message) -> None:
        if not self._cancelled.is_set():
            self._post(message)


class EarlyLook:
    """Looks at the lowest layer when it is read before the others, in a thread, and tells what is seen there."""

    def __init__(self, tell: Callable[[EarlyFacts], None]) -> None:
        self._tell = tell
        self._missing = 0
        self._lowest: LayerIndex | None = None
        self._is_fetching = False
        self._is_over = False
        self._lock = threading.Lock()

    def take(self, event: events.Event) -> None:
        """Take note of `event`."""
        with self._lock:
            if isinstance(event, events.ImageFound):
                self._missing = len(event.head.manifest.layers)
            elif isinstance(event, events.LayerRead):
                self._missing -= 1
                self._lowest = event.index if event.layer == 0 else self._lowest
            elif isinstance(event, events.LayerProgress) and event.layer:
                self._is_fetching = self._is_fetching or event.received > 0
            # What comes from a cache is all there before anyone could look.
            if self._lowest is not None and self._is_fetching and self._missing and not self._is_over:
                self._is_over = True
                threading.Thread(target=self._look, args=(self._lowest,), name="early-look", daemon=True).start()

    def _look(self, lowest: LayerIndex) -> None:
        facts = early_facts([lowest])
        if self._missing:
            self._tell(facts)


def throttled(progress: events.Progress, clock: Callable[[], float] = time.monotonic) -> events.Progress:
    """Return `progress` without the `LayerProgress` that come less than a tenth of a second after a layer's last."""
    last: dict[int, float] = {}

    def tell(event: events.Event) -> None:
        if isinstance(event, events.LayerProgress):
            now = clock()
            if now - last.get(event.layer, -_SHORTEST_PAUSE) < _SHORTEST_PAUSE:
                return
            # The beginning says nothing yet: what comes first after it is shown at once.
            if event.received:
                last[event.layer] = now
        progress(event)

    return tell
