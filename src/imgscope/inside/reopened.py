"""The files of an image that was inspected and let go of: its source is opened once more when one is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from imgscope.errors import Cancelled
from imgscope.filesystem.node import Node
from imgscope.filesystem.tree import FileTree
from imgscope.inside.content import open_file
from imgscope.limits import DEFAULT_LIMITS, Limits
from imgscope.oci.platform import Platform
from imgscope.sources.base import ImageHead, ImageSource


class ReopenedImage:
    """Opens an image by `open_source` when the first of its files is asked for, and keeps it open until `close`.

    Several threads may ask at once; `platform` is what was asked for when it was inspected.
    """

    def __init__(
        self, open_source: Callable[[], ImageSource], platform: Platform | None, *, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        self._open_source = open_source
        self._platform = platform
        self._limits = limits
        self._source: ImageSource | None = None
        self._opening = threading.Lock()

    @contextmanager
    def open_file(
        self,
        head: ImageHead,
        tree: FileTree,
        node: Node,
        *,
        received: Callable[[int], None],
        cancelled: threading.Event,
    ) -> Iterator[Iterator[bytes | memoryview]]:
        """Give the content of the file `node` of `tree`, which is of some layers of the image of `head`.

        A piece is there until the next one is asked for. `received` is told how many bytes of the layer have come in.
        Raises what `imgscope.inside.content.open_file` does and what opening the image does; `Cancelled` soon after
        `cancelled` is set.
        """

        def told(size: int) -> None:
            if cancelled.is_set():
                raise Cancelled("stopped before the file was read to its end")
            received(size)

        with open_file(self._opened(), head, tree, node, limits=self._limits, received=told) as pieces:
            yield _until(pieces, cancelled)

    def close(self) -> None:
        """Let go of the image; what is still being read ends with an error."""
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def _opened(self) -> ImageSource:
        with self._opening:
            if self._source is None:
                source = self._open_source()
                try:
                    source.resolve(self._platform)
                except BaseException:
                    source.close()
                    raise
                self._source = source
            return self._source


def _until(pieces: Iterator[memoryview], cancelled: threading.Event) -> Iterator[bytes | memoryview]:
    for piece in pieces:
        if cancelled.is_set():
            raise Cancelled("stopped before the file was read to its end")
        yield piece
