"""What is attached to an image, looked up while its layers are read: it never costs the report."""

from __future__ import annotations

import threading

from imgscope.sources.abilities import Attached, FindsAttachments
from imgscope.sources.base import ImageHead, ImageSource


class AttachmentSearch:
    """Begins to look when made, in a thread of its own, and `result` takes what was found: nothing without a source."""

    def __init__(self, source: ImageSource | None, head: ImageHead) -> None:
        self._ended = threading.Event()
        self._attached = Attached(
            notes=("what is attached to the image is not listed, as looking it up took longer than reading it",)
        )
        if source is None or not isinstance(source, FindsAttachments):
            self._attached = Attached()
            self._ended.set()
            return
        # A daemon: a thread that a silent network holds must not hold the program.
        try:
            threading.Thread(target=self._run, args=(source, head), name="attachments", daemon=True).start()
        except RuntimeError as error:
            self._attached = Attached(notes=(f"what is attached to the image could not be looked up: {error}",))
            self._ended.set()

    def result(self, *, patience: float) -> Attached:
        """Return what was found within `patience` seconds from now, or a note that this was not enough."""
        self._ended.wait(patience)
        return self._attached

    def _run(self, source: FindsAttachments, head: ImageHead) -> None:
        try:
            self._attached = source.find_attachments(head)
        except Exception as error:  # A mistake here must not cost the report.
            self._attached = Attached(notes=(f"what is attached to the image could not be looked up: {error!r}",))
        self._ended.set()
