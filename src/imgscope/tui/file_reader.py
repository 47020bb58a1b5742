"""What the file screen has done in threads: finding the file, reading it, explaining it and saving it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from textual.message import Message

from imgscope.errors import ImgscopeError, UsageError
from imgscope.tui import file_messages as messages
from imgscope.tui.model.content.document import document_of
from imgscope.tui.model.content.elf import elf_lines
from imgscope.tui.model.content.fetch import Content, fetch
from imgscope.tui.model.content.highlighting import highlights
from imgscope.tui.model.content.history import history_lines
from imgscope.tui.model.content.place import FilePlace, find_file
from imgscope.tui.model.session import Session
from imgscope.tui.saving import save

_BETWEEN_PROGRESS: Final = 0.1


class FileReader:
    """Reads files of the image in `session`, which was inspected. Each method returns when it is done.

    What they find out is handed to `post`; nothing is any more once `stop` was called.
    """

    def __init__(self, session: Session, post: Callable[[Message], object]) -> None:
        assert session.inspection is not None
        self._inspection = session.inspection
        self._open_content = session.open_content
        self._post_message = post
        self._cancelled = threading.Event()

    def stop(self) -> None:
        """Read and save no more; does not wait."""
        self._cancelled.set()

    def find(self, path: str, layer: int | None) -> None:
        """Find out what is at `path` as `layer` has it, what ELF says of it, and how it came to be."""
        image = self._inspection.image
        place = find_file(image, path, layer)
        self._post(messages.Found(place))
        if place is not None and place.content is not None and place.content.elf is not None:
            lines = elf_lines(image, place.content.elf, place.in_image)
            self._post(messages.Told("elf", document_of(lines)))
        self._post(messages.Told("history", document_of(history_lines(image, path))))

    def fetch(self, place: FilePlace) -> None:
        """Read as much of the file as is shown, and find out what in it is set off."""
        try:
            with self._opened(place) as pieces:
                fetched = fetch(pieces)
        except ImgscopeError as error:
            self._post(messages.Refused(error, while_saving=False))
            return
        self._post(messages.Fetched(fetched))
        if fetched.text is not None and place.file is not None:
            self._post(messages.Highlighted(highlights(place.file.name, fetched.text.text)))

    def save(self, place: FilePlace, fetched: Content | None, target: Path, *, replace: bool) -> None:
        """Write the whole file to `target`; it need not be read again where all of it was `fetched`."""
        try:
            if fetched is not None and fetched.is_whole:
                size = save([fetched.data], target, replace=replace)
            else:
                with self._opened(place) as pieces:
                    size = save(pieces, target, replace=replace)
        except ImgscopeError as error:
            self._post(messages.Refused(error, while_saving=True))
        else:
            self._post(messages.Saved(target, size))

    def _post(self, message: Message) -> None:
        if not self._cancelled.is_set():
            self._post_message(message)

    @contextmanager
    def _opened(self, place: FilePlace) -> Iterator[Iterator[bytes | memoryview]]:
        if self._open_content is None:
            raise UsageError("the files of this image cannot be read again")
        assert place.file is not None
        last = time.monotonic()

        def received(size: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _BETWEEN_PROGRESS:
                last = now
                self._post(messages.Received(size))

        with self._open_content(
            self._inspection.head, place.tree, place.file, received=received, cancelled=self._cancelled
        ) as pieces:
            yield pieces
